"""A decision of the review page, carried out if the item is still as the page showed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from curation.admin_site.moments import MomentField
from curation.admin_site.parameters import text_parameter
from curation.admin_site.times import time_text
from curation.items import drafts
from curation.items.actors import Actor
from curation.items.checks import OLD_AFTER, first_publication_is_old
from curation.items.put_back import CannotPutBack
from curation.items.revisions import last_id
from curation.items.state import labels_of
from curation.items.workflow import TRANSITIONS, may, may_change, perform
from curation.models import CuratedItem, ItemDraft, Revision

Status, Verb = CuratedItem.Status, Revision.Verb

MAX_NOTE_CHARS = 1000
#: The fields of the page's forms: the time of a schedule, the version shown, and the answer about an old date.
TIME, VERSION, DATING = "at", "version", "dating"


class DecisionRefused(Exception):
    """A decision that is not carried out: the page is shown again. The message gives the reason and the remedy."""


class DecidedMeanwhile(Exception):
    """The item does not wait for a review any more. The message says who decided."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an editor sends: the verb, the note of a return, the time of a schedule as typed, and the shown version.

    `dating` is `now` or `keep` for an item whose publication time is long ago.
    """

    verb: str
    note: str
    time: list[str]
    version: str
    dating: str

    @classmethod
    def of(cls, request: HttpRequest) -> Decision:
        data = request.POST
        return cls(
            verb=data.get("verb", ""),
            note=text_parameter(data, "note").strip()[:MAX_NOTE_CHARS],
            time=MomentField().widget.value_from_datadict(data, {}, TIME),
            version=data.get(VERSION, ""),
            dating=data.get(DATING, ""),
        )


def version_of(item: CuratedItem, draft: ItemDraft | None) -> str:
    """Return the version of an item, or of the draft over it, that a page shows."""
    return f"{last_id(item)}:{drafts.token_of(draft)}"


@transaction.atomic
def carry_out(decision: Decision, pk: int, actor: Actor, *, is_draft: bool) -> tuple[CuratedItem, str, int | None]:
    """Carry out a decision; return the item, the verb, and the ID of its revision (`None` for an unchanged draft).

    Raises `DecidedMeanwhile` and `DecisionRefused`, and then has changed nothing.
    """
    item = CuratedItem.objects.select_for_update().filter(pk=pk).first()
    if item is None:
        raise DecidedMeanwhile("The item was deleted for ever.")
    draft = ItemDraft.objects.select_for_update().filter(item=item).first() if is_draft else None
    waits = draft is not None and draft.is_submitted if is_draft else item.status == Status.REVIEW
    if not waits:
        raise DecidedMeanwhile(decided_by(item, actor))
    if decision.version != version_of(item, draft):
        raise DecisionRefused(_changed_since(item, decision.version, actor))
    if draft:
        revision = _decide_draft(decision, draft, actor)
        return CuratedItem.objects.get(pk=pk), decision.verb, revision
    verb = _decide_item(decision, item, actor)
    return CuratedItem.objects.get(pk=pk), verb, last_id(item)


def decided_by(item: CuratedItem, actor: Actor) -> str:
    """Return who decided last about an item, as a sentence."""
    verbs = [*TRANSITIONS, Verb.SAVED]
    last = item.revisions.filter(is_applied=True, verb__in=verbs).order_by("-id").first()
    if last is None:
        return f"“{item}” does not wait for a review."
    done = last.get_verb_display().lower()
    who = last.done_by(actor.user.pk if actor.user else None)
    return f"“{item}” does not wait for a review any more: {done} by {who}, {time_text(last.created_at)}."


def _changed_since(item: CuratedItem, version: str, actor: Actor) -> str:
    number = version.partition(":")[0]
    shown = int(number) if number.isdecimal() and len(number) < 19 else 0
    later = list(item.revisions.filter(is_applied=True, pk__gt=shown).order_by("-id"))
    names = labels_of({name for row in later for name in row.changes})
    reader = actor.user.pk if actor.user else None
    who = ", ".join(dict.fromkeys(row.done_by(reader) for row in later)) or "Somebody"
    fields = ", ".join(names) or "the draft"
    return f"{who} changed {fields} while you were looking. Nothing is decided yet: this is the new version."


def _decide_draft(decision: Decision, draft: ItemDraft, actor: Actor) -> int | None:
    item = draft.item
    if decision.verb == Verb.RETURNED and actor.may("review"):
        drafts.return_with_note(draft, _note(decision), actor)
        return last_id(item)
    if decision.verb != Verb.PUBLISHED or not may_change(actor, item):
        raise DecisionRefused("You may not do this with a draft over a live item.")
    try:
        return drafts.publish(draft, actor).revision
    except CannotPutBack as error:
        raise DecisionRefused(f"Nothing is published: {error}.") from error


def _decide_item(decision: Decision, item: CuratedItem, actor: Actor) -> str:
    """Carry out a verb of the workflow, and return it."""
    if decision.verb not in (Verb.PUBLISHED, Verb.SCHEDULED, Verb.APPROVED, Verb.RETURNED):
        raise DecisionRefused("Choose one of the buttons of this page.")
    verb, now = Verb(decision.verb), timezone.now()
    if not may(actor, item, verb):
        raise DecisionRefused("You may not do this: ask a publisher.")
    note = _note(decision) if verb == Verb.RETURNED else decision.note
    at, limit = None, None
    if verb == Verb.SCHEDULED:
        at = _time(decision, now)
    elif verb == Verb.PUBLISHED and item.published_at and item.published_at > now:
        at = now
    elif verb == Verb.PUBLISHED:
        limit = _limit(decision, item, now)
    result = perform(verb, CuratedItem.objects.filter(pk=item.pk), actor, reason=note, at=at, now_if_before=limit)
    if not result.changed:
        raise DecisionRefused(f"Not {TRANSITIONS[verb].done}: it is {result.skipped[item.pk]}.")
    return verb


def _note(decision: Decision) -> str:
    if not decision.note:
        raise DecisionRefused("Write in the note what is to be done; then return the item.")
    return decision.note


def _time(decision: Decision, now: datetime) -> datetime:
    try:
        time = MomentField().clean(decision.time)
    except ValidationError as error:
        raise DecisionRefused(" ".join(error.messages)) from error
    if not isinstance(time, datetime) or time <= now:
        raise DecisionRefused("Choose a time to come, or approve and publish it now.")
    return time


def _limit(decision: Decision, item: CuratedItem, now: datetime) -> datetime | None:
    """Return the time before which a publication time is replaced by now. An old one must be decided about."""
    if not CuratedItem.objects.filter(first_publication_is_old(), pk=item.pk).exists():
        return None
    if decision.dating not in ("now", "keep"):
        assert item.published_at is not None  # noqa: S101  # it is old
        time = time_text(item.published_at)
        raise DecisionRefused(f"Not published: it would stand at {time}. Choose its date beside the button first.")
    return now - OLD_AFTER if decision.dating == "now" else None
