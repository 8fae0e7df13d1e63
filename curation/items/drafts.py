"""Drafts over published items: kept, submitted, returned and discarded while readers go on seeing the live version.

A draft stays when its item is withdrawn, archived, or restored from the bin. It is published by saving the item's form,
which merges it with the live version (`items.concurrent_edits`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.text import get_text_list

from curation.models import CuratedItem, ItemDraft, Revision
from curation.models.pdfs import discard_pdf

from .actors import Actor
from .concurrent_edits import Version
from .named_rows import present_state
from .put_back import TIMES, CannotPutBack, PutBack, put_back, with_companions
from .record import with_record_relations
from .revisions import Change, record_changes, state_at, typed_values
from .state import State, changes_between, labels_of, state_of

Verb = Revision.Verb


def live_state(item: CuratedItem) -> State:
    return state_of(with_record_relations(CuratedItem.objects.filter(pk=item.pk)).get())


def draft_of(item: CuratedItem) -> ItemDraft | None:
    return ItemDraft.objects.filter(item=item.pk).first()


def state_in(draft: ItemDraft) -> dict[str, Any]:
    """Return the state in a draft, with the present names of rows."""
    return present_state(draft.state, draft.updated_at)


def version_shown(draft: ItemDraft, item: CuratedItem) -> Version:
    """Return the version of the live item that a draft was made from, for the form that shows the draft."""
    return replace(Version.of(item), revision_id=draft.base_id)


@transaction.atomic
def keep(item: CuratedItem, state: State, actor: Actor, *, shown: str, base_id: int) -> ItemDraft:
    """Keep a state as the draft over a live item.

    `base_id` is the ID of the last revision of the item that the state was made from.
    `shown` is the token of the draft that the form showed (`token_of()`). Another draft, which somebody kept meanwhile,
    goes to the history.
    """
    former = ItemDraft.objects.select_for_update().filter(item=item.pk).first()
    if former and token_of(former) != shown:
        _record_not_taken(item, former, f"The draft by {former.user_name}, in whose place another was kept.")
    values = {"state": dict(state), "base_id": base_id, "user": actor.user, "user_name": actor.name}
    draft, _is_new = ItemDraft.objects.update_or_create(item=item, defaults=values)
    if former:
        discard_pdf(former.state["pdf"])
    return draft


def token_of(draft: ItemDraft | None) -> str:
    """Return a token of a draft as it is now; "" for none."""
    return draft.updated_at.isoformat() if draft else ""


@transaction.atomic
def submit(draft: ItemDraft, actor: Actor) -> None:
    draft.is_submitted, draft.note = True, ""
    draft.save(update_fields=["is_submitted", "note"])
    record_changes([Change(draft.item_id)], Verb.SUBMITTED, actor, reason="The draft over the live version.")


@transaction.atomic
def return_with_note(draft: ItemDraft, note: str, actor: Actor) -> None:
    draft.is_submitted, draft.note = False, note
    draft.save(update_fields=["is_submitted", "note"])
    record_changes([Change(draft.item_id)], Verb.RETURNED, actor, reason=note)


@transaction.atomic
def publish(draft: ItemDraft, actor: Actor) -> PutBack:
    """Give an item the changes of its draft, as saving its form does, and delete the draft.

    Raises `CannotPutBack`, and then has changed nothing, where the form has to ask: others changed a field of the draft
    meanwhile, or it has times that the actor may not give the item.
    """
    item = CuratedItem.objects.select_for_update(of=("self",)).get(pk=draft.item_id)
    live, mine = live_state(item), state_in(draft)
    base = state_at(item, draft.base_id, live)
    changed = changes_between(base, mine).keys() - {"status"}
    if not actor.may("publish") and (times := labels_of(changed & TIMES)):
        raise CannotPutBack(f"publishers alone change {get_text_list(times, 'and')}; ask one of them")
    written = with_companions(changed)
    clashes = written & changes_between(base, live).keys() & changes_between(live, mine).keys()
    if clashes:
        names = get_text_list(labels_of(clashes), "and")
        raise CannotPutBack(f"{names} changed meanwhile on the live version, too; edit the item to choose")
    done = put_back(item.pk, mine, changed, actor, reason=f"The draft by {draft.user_name}.", verb=Verb.PUBLISHED)
    draft.delete()
    return done


@transaction.atomic
def discard(draft: ItemDraft, actor: Actor) -> int | None:
    """Delete a draft, and keep what it would change in the history; return the ID of that revision, if any."""
    item = draft.item
    number = _record_not_taken(item, draft, f"The draft by {draft.user_name}, discarded by {actor.name}.")
    draft.delete()
    return number


@transaction.atomic
def take_up(revision: Revision, actor: Actor) -> ItemDraft:
    """Make a discarded draft, which a revision holds, the draft over its item again."""
    item, base_id = revision.item, revision.base_id
    if base_id is None:  # not a draft, but the other side of a conflict: its changes are those to the item at that time
        base_id = item.revisions.filter(is_applied=True, pk__lt=revision.pk).values_list("pk", flat=True).first() or 0
    return keep(item, {**state_at(item, base_id), **typed_values(revision)}, actor, shown="", base_id=base_id)


def _record_not_taken(item: CuratedItem, draft: ItemDraft, reason: str) -> int | None:
    # Compared with its base: a field that only others changed since would count as typed.
    changes = changes_between(state_at(item, draft.base_id), state_in(draft))
    if not changes:
        return None
    author = Actor(draft.user_name, draft.user)
    change = Change(item.pk, changes, is_applied=False, base_id=draft.base_id)
    record_changes([change], Verb.NOT_TAKEN, author, reason=reason)
    return item.revisions.filter(verb=Verb.NOT_TAKEN).values_list("pk", flat=True).first()
