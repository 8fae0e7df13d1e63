"""Resolve open conflicts: keep the value here, take the file's, or edit a text of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from curation.frontmatter.problems import Rejected
from curation.items.actors import Actor
from curation.items.addresses import SlugTaken, rename
from curation.items.checks import REFUSALS, failing
from curation.items.item_columns import columns_of
from curation.items.put_back import TIMES
from curation.items.record import with_record_relations
from curation.items.related_rows import RelatedRows
from curation.items.revisions import Change, record_changes, record_since
from curation.items.saving import FilledItem, save_items
from curation.items.state import LABELS, State, changes_between, record_in, state_of, states_of
from curation.items.synonyms import Synonyms
from curation.models import Conflict, CuratedItem, Revision
from curation.site_links.resolve import refresh_references

Verb = Revision.Verb


class CannotResolve(Exception):
    """A value that the item cannot take. The message gives the reason."""


#: The fields that are texts, of which an editor can make one of both versions.
TEXTS = frozenset(
    ("title", "slug", "summary", "body", "source_url", "source_url_original", "via_name", "via_url", "kind", "format")
) | {"section", "institution", "language"}
#: Why an actor may not take a value, and the remedy.
ONLY_PUBLISHERS = "only publishers decide whether and when readers see an item; ask one of them."


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolved conflict, as JSON values, with what reopens it.

    `conflict` has the conflict's columns. If the item's value `is_replaced`, `value` is the one that it had.
    """

    conflict: dict[str, Any]
    is_replaced: bool
    value: Any = None


def may_set(field: str, item: CuratedItem, actor: Actor) -> bool:
    """Whether an actor may change a field of an item: the status, and the times of a published item, to publish."""
    decides_what_readers_see = field == "status" or (field in TIMES and item.status == CuratedItem.Status.PUBLISHED)
    return actor.may("publish") or not decides_what_readers_see


@transaction.atomic
def keep_ours(conflict: Conflict, actor: Actor) -> Resolution:
    """Keep the item's value. The file's value is not taken until it changes again; a revision keeps its text."""
    resolution = Resolution(_columns(conflict), is_replaced=False)
    (state,) = states_of(CuratedItem.objects.filter(pk=conflict.item_id)).values()
    not_taken = Change(conflict.item_id, {conflict.field: [state[conflict.field], conflict.theirs]}, is_applied=False)
    reason = f"{LABELS[conflict.field]} kept as it was; the file’s was not taken."
    record_changes([not_taken], Verb.RESOLVED, actor, reason=reason, run=conflict.run)
    conflict.delete()
    return resolution


@transaction.atomic
def take_theirs(conflict: Conflict, actor: Actor) -> Resolution:
    """Give the item the file's value. Raises `CannotResolve`, and then has changed nothing."""
    return _take(conflict, conflict.theirs, f"{LABELS[conflict.field]} taken from the file.", actor)


@transaction.atomic
def take_edited(conflict: Conflict, value: str, actor: Actor) -> Resolution:
    """Give the item a text that an editor made of both. A revision keeps the file's.

    Raises `CannotResolve`, and then has changed nothing.
    """
    label = LABELS[conflict.field]
    not_taken = Change(conflict.item_id, {conflict.field: [value, conflict.theirs]}, is_applied=False)
    resolution = _take(conflict, value, f"{label} edited, of the version here and the file’s.", actor)
    record_changes([not_taken], Verb.RESOLVED, actor, reason=f"{label} of the file.", run=conflict.run)
    return resolution


def _take(conflict: Conflict, value: Any, reason: str, actor: Actor) -> Resolution:
    former = _set_value(conflict, value, actor)
    resolution = Resolution(_columns(conflict), True, former[conflict.field])
    record_since({conflict.item_id: former}, Verb.RESOLVED, actor, reason=reason, run=conflict.run)
    conflict.delete()
    return resolution


@transaction.atomic
def reopen(resolution: Resolution, actor: Actor) -> None:
    """Undo the resolution of a conflict. Raises `CannotResolve`, and then has changed nothing."""
    conflict = Conflict(**resolution.conflict)
    changes = {}
    if resolution.is_replaced:
        former = _set_value(conflict, resolution.value, actor)
        (state,) = states_of(CuratedItem.objects.filter(pk=conflict.item_id)).values()
        changes = changes_between(former, state)
    elif not CuratedItem.objects.filter(pk=conflict.item_id).exists():
        raise CannotResolve("The item has been deleted.")
    reason = f"The decision about {LABELS[conflict.field]} does not hold; the conflict is open again."
    record_changes([Change(conflict.item_id, changes)], Verb.UNDONE, actor, reason=reason)
    if not Conflict.objects.filter(item=conflict.item_id, field=conflict.field).exists():
        conflict.save(force_insert=True)


def _columns(conflict: Conflict) -> dict[str, Any]:
    return {name: getattr(conflict, name) for name in ("item_id", "run_id", "field", "base", "theirs", "ours")}


def _set_value(conflict: Conflict, value: Any, actor: Actor) -> State:
    """Write a value, as JSON, to the field of a conflict, as an import does; return the state that the item had."""
    chosen = CuratedItem.objects.filter(pk=conflict.item_id).select_for_update(of=("self",))
    item = with_record_relations(chosen).first()
    if item is None:
        raise CannotResolve("The item has been deleted.")
    if not may_set(conflict.field, item, actor):
        raise CannotResolve(ONLY_PUBLISHERS)
    former = state_of(item)
    record = record_in({**former, conflict.field: value})
    record = Synonyms([record]).read(record, record_in(former))
    try:
        rename(item, record.slug, actor)
        for column, column_value in columns_of(record).items():
            setattr(item, column, column_value)
        item.validate_constraints()
    except (SlugTaken, Rejected) as refusal:
        raise CannotResolve(str(refusal)) from refusal
    except ValidationError as error:
        raise CannotResolve(" ".join(error.messages)) from error
    save_items([FilledItem(item, record)], RelatedRows([record]))
    if item.status == CuratedItem.Status.PUBLISHED and (failed := failing(item, REFUSALS)):
        raise CannotResolve(" ".join(check.message for check in failed))
    refresh_references([item])
    return former
