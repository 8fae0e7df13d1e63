"""Undo a bulk change: each item gets back the fields that the change gave it, where nobody has changed them since.

An item that the actor could not change by the action, or that is in the bin since, stays as it is.

A field that has another value than the change gave it stays as it is. Lists of related rows are merged as sets: rows
that the change added go, rows that it removed return, all others stay. A time that somebody changed since stays, too,
and is named where it gives an item that is published again another state, such as scheduled instead of live.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from curation.models import BulkChange, CuratedItem, Image, Revision

from ..actors import Actor
from ..bin import day_text
from ..checks import REFUSALS, failure_annotations
from ..merge import merge_lists
from ..named_rows import NamedRows
from ..put_back import TIMES
from ..relations import RELATED
from ..revisions import Change, record_changes
from ..state import labels_of
from ..synonyms import wait_for_names
from ..workflow import state_label
from . import BulkResult, Refused, fields, id_batches
from .actions import ACTIONS_BY_NAME
from .changes import UNDER_WAY, action_of, log

Outcome, Status = BulkChange.Outcome, CuratedItem.Status

#: Time for which a change can be undone.
UNDO_PERIOD = timedelta(days=30)
#: Number of fields left as they are that are named.
MAX_KEPT = 100
_TIMES = ("published_at", "expires_at", "modified_at")


@dataclass(slots=True)
class Restoration:
    """The values that an item gets back, and the fields that stay as they are, each with the reason.

    `names` are the fields that the change gave the item. `new_state` is the state that it gets because of times that
    somebody changed since, "" if these make no difference.
    """

    item: CuratedItem
    names: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    new_state: str = ""

    @property
    def skipped(self) -> str:
        """The reason for an item that gets no value back."""
        default = "changed again since" if self.kept else "put back already"
        return next(filter(None, self.kept.values()), default)

    def keep(self, names: Iterable[str], reason: str) -> None:
        """Leave fields as they are."""
        for name in names:
            self.values.pop(name, None)
            self.kept[name] = reason


@dataclass(slots=True)
class UndoPreview:
    """What an undo would do.

    `changing` counts the items that go back, and `skipped` those that stay by reason. `kept` has the first of the
    `kept_total` fields that stay, those of skipped items included.
    """

    total: int = 0
    changing: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    kept_total: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)


def obstacle(change: BulkChange, actor: Actor) -> str:
    """Return why an actor cannot undo a change, as a sentence; "" if the actor can."""
    if change.undo_of_id:
        return "An undo is not undone; repeat the action instead."
    if change.outcome in (*UNDER_WAY, Outcome.PREPARED):
        return "It can be undone once it is over."
    if undone := getattr(change, "undone_by", None):
        return _state_of_undo(undone)
    changes_rows = change.verb in ACTIONS_BY_NAME and ACTIONS_BY_NAME[change.verb].effect.changes_rows
    if not (changes_rows or change.counts.get("changed")):
        return "It changed nothing."
    until = change.created_at + UNDO_PERIOD
    if timezone.now() > until and not changes_rows:
        return f"It could be undone until {day_text(until)}, for {UNDO_PERIOD.days} days."
    is_own = actor.user is not None and change.user_id == actor.user.pk
    if not (is_own or actor.may("publish")):
        return f"{change.user_name} or a publisher can undo it."
    try:
        effect = action_of(change).effect
    except Refused as error:
        return str(error)
    return "" if effect.may(actor) else "To undo it takes the same permission as the action."


def row_obstacle(change: BulkChange) -> str:
    """Return why the rows that a change deleted cannot be brought back, as sentences; "" if they can, or are none."""
    return action_of(change).effect.row_obstacle(change)


def _state_of_undo(undo: BulkChange) -> str:
    if undo.outcome == Outcome.FINISHED:
        return f"{undo.user_name} has undone it."
    if undo.outcome == Outcome.FAILED:
        return f"Its undo by {undo.user_name} failed; on its page, any publisher can continue it."
    return "Its undo is under way."


@transaction.atomic
def prepare_undo(change: BulkChange, actor: Actor) -> BulkChange:
    """Queue the undo of a change. Raises `Refused`."""
    change = BulkChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if reason := obstacle(change, actor) or row_obstacle(change):
        raise Refused(reason)
    return BulkChange.objects.create(
        verb=change.verb,
        arguments=change.arguments,
        item_ids=_changed_ids(change),
        user=actor.user,
        user_name=actor.name,
        undo_of=change,
    )


def _changed_ids(change: BulkChange) -> list[int]:
    return list(change.revisions.order_by("item_id").values_list("item_id", flat=True).distinct())


def preview_undo(change: BulkChange, actor: Actor) -> UndoPreview:
    """Return what the undo of a change by an actor would do. Only reads."""
    seen, ids = UndoPreview(), _changed_ids(change)
    seen.total = len(ids)
    for batch in id_batches(ids):
        restorations = _plan(change, CuratedItem.objects.filter(pk__in=batch), actor)
        seen.changing += sum(bool(restoration.values) for restoration in restorations)
        seen.skipped.update(restoration.skipped for restoration in restorations if not restoration.values)
        kept = _describe_kept(change, restorations)
        seen.kept_total += len(kept)
        seen.kept += kept[: MAX_KEPT - len(seen.kept)]
    return seen


def undo_items(undo: BulkChange, actor: Actor, ids: Sequence[int]) -> BulkResult:
    """Undo a change for some of its items, in the caller's transaction. Raises `Refused`.

    Items without anything to put back are skipped. Adds the fields that stay to `kept` of the undo's counts; those of
    items that go back in part are counted in `kept_fields`, as the others are counted as skipped.
    """
    change = undo.undo_of
    assert change is not None  # noqa: S101  # for the types
    wait_for_names()
    action = action_of(change)
    if not action.effect.may(actor):
        raise Refused(f"{actor.name} may not do this any more: {action.label}.")
    restorations = _plan(change, CuratedItem.objects.filter(pk__in=ids).select_for_update(of=("self",)), actor)
    new = {restoration.item.pk: restoration.values for restoration in restorations if restoration.values}
    items = [restoration.item for restoration in restorations]
    changes = [Change(item.pk, _pairs(item, new[item.pk])) for item in items if item.pk in new]
    fields.write(items, new, actor, is_edit=action.effect.is_edit)
    record_changes(changes, Revision.Verb.UNDONE, actor, bulk_change=undo)
    log(actor, [*new], f"Undone: {action.logged or f'{action.done} from the list.'}")
    kept = _describe_kept(change, restorations)
    named = undo.counts.get("kept", [])
    total = undo.counts.get("kept_total", 0) + len(kept)
    partial = undo.counts.get("kept_fields", 0) + sum(len(found.kept) for found in restorations if found.values)
    undo.counts = {
        **undo.counts,
        "kept": [*named, *kept][:MAX_KEPT],
        "kept_total": total,
        "kept_fields": partial,
    }
    skipped = {restoration.item.pk: restoration.skipped for restoration in restorations if not restoration.values}
    return BulkResult([*new], skipped=skipped)


def _pairs(item: CuratedItem, new: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [fields.as_json(name, former) for former in (fields.value_of(item, name), value)]
        for name, value in new.items()
    }


def _plan(change: BulkChange, items: Any, actor: Actor) -> list[Restoration]:
    """Return what each item gets back from an actor, in a fixed number of queries."""
    effect = action_of(change).effect
    revisions = list(change.revisions.filter(item__in=items.values("pk")))
    names = sorted({name for revision in revisions for name in revision.changes})
    targets = _Targets(revisions, effect.restored_rows(change))
    changes = {revision.item_id: targets.present(revision) for revision in revisions}
    loaded = fields.load(items.annotate(**failure_annotations(REFUSALS)), names)
    found = [_restoration(item, changes[item.pk], targets) for item in loaded if item.pk in changes]
    for restoration in found:
        if restoration.values and (reason := effect.undo_refusal(restoration.item, actor)):
            restoration.keep([*restoration.values], reason)
    _keep_changed_times(change, found)
    return found


def _keep_changed_times(change: BulkChange, restorations: Iterable[Restoration]) -> None:
    """Keep the times changed since the change that give an item published again another state than it had."""
    published = {found.item.pk: found for found in restorations if found.values.get("status") == Status.PUBLISHED}
    former = defaultdict[int, dict[str, Any]](dict)
    for (pk, name), (_editor, value) in _later_edits(change, {*published}).items():
        if name in TIMES - {*published[pk].names}:
            former[pk][name] = value and datetime.fromisoformat(value)
    for pk, times in former.items():
        found = published[pk]
        present = {name: found.values.get(name, getattr(found.item, name)) for name in TIMES}
        before, after = (state_label(CuratedItem(status=Status.PUBLISHED, **of)) for of in (present | times, present))
        if before != after:
            found.kept |= dict.fromkeys(times, "")
            found.new_state = after.lower()


def _restoration(item: CuratedItem, changes: Mapping[str, Sequence[Any]], targets: _Targets) -> Restoration:
    found = Restoration(item, [*changes])
    for name, (before, after) in changes.items():
        if name in RELATED:
            _restore_related(found, name, targets, before, after)
        else:
            _restore_value(found, name, targets, before, after)
    status = found.values.get("status", item.status)
    if status == Status.PUBLISHED and found.values.get("published_at", item.published_at) is None:
        found.keep(["status"], "it has no publication time any more")
        found.values.pop("published_at", None)
    if found.values.get("status") == Status.PUBLISHED and (reason := " and ".join(_failures(item))):
        found.keep(["status"], reason)
        found.values.pop("published_at", None)
    return found


def _failures(item: CuratedItem) -> list[str]:
    """Return why an item that `_plan()` loaded cannot be published."""
    return [check.noun for check in REFUSALS if getattr(item, check.annotation)]


def _restore_value(found: Restoration, name: str, targets: _Targets, before: Any, after: Any) -> None:
    now = fields.as_json(name, fields.value_of(found.item, name))
    if _same(name, now, before):
        return
    if not _same(name, now, after):
        found.kept[name] = ""  # `_describe_kept()` finds out who changed it
    elif name == "publisher" and before is not None:
        if (row := targets.find(name, before)) is None:
            found.kept[name] = f"“{before['name']}” was deleted"
        else:
            found.values[name] = row
    elif name == "image" and before is not None and not targets.has_image(before):
        found.kept[name] = "the former image was deleted"
    else:
        found.values[name] = datetime.fromisoformat(before) if name in _TIMES and before else before


def _same(name: str, left: Any, right: Any) -> bool:
    """Whether two JSON values of a field are equal."""
    if name in _TIMES and left and right:
        return datetime.fromisoformat(left) == datetime.fromisoformat(right)
    return bool(left == right)


def _restore_related(found: Restoration, name: str, targets: _Targets, before: Any, after: Any) -> None:
    current = fields.value_of(found.item, name)
    former, given = targets.ids(name, before), targets.ids(name, after)
    merged = merge_lists([*given], [*former], [*current], key=int)
    entries = {**former, **current}
    value = {pk: entries[pk] for pk in merged}
    if name == "offerings":
        value = _with_primary(value, former, given, current)
    if [*value.items()] != [*current.items()]:
        found.values[name] = value
    if gone := targets.gone(name, before, after):
        found.kept[name] = f"{', '.join(f'“{name}”' for name in gone)} was deleted"


def _with_primary(
    value: dict[int, Any], former: dict[int, Any], given: dict[int, Any], current: dict[int, Any]
) -> dict[int, Any]:
    """Return offerings with the primary one of before the change, unless somebody has chosen another since."""
    before, after, now = (
        next((pk for pk, entry in entries.items() if entry["is_primary"]), None) for entries in (former, given, current)
    )
    primary = before if now == after else now
    return {pk: {**entry, "is_primary": pk == primary} for pk, entry in value.items()}


class _Targets:
    """The rows that the revisions of a change name, in a fixed number of queries."""

    def __init__(self, revisions: Sequence[Revision], restored: Mapping[str, Sequence[Any]]) -> None:
        states = (
            ({name: values[side] for name, values in revision.changes.items()}, revision.created_at)
            for revision in revisions
            for side in (0, 1)
        )
        self._rows = NamedRows(states, restored)
        self._now = timezone.now()
        images = {revision.changes["image"][0] for revision in revisions if "image" in revision.changes} - {None}
        self._images = set(Image.objects.filter(pk__in=images).values_list("pk", flat=True)) if images else set()

    def present(self, revision: Revision) -> dict[str, list[Any]]:
        """Return the changes of a revision, with the present names of rows."""
        at = revision.created_at
        return {
            name: [self._rows.present({name: value}, at)[name] for value in values]
            for name, values in revision.changes.items()
        }

    def find(self, name: str, entry: Any) -> Any:
        """Return the row that an entry of a field names now, or `None` if it was deleted."""
        return self._rows.row(name, entry, self._now)

    def has_image(self, pk: int) -> bool:
        """Whether an image that an item had before the change is still there."""
        return pk in self._images

    def ids(self, name: str, entries: Sequence[Any]) -> dict[int, Any]:
        """Return entries of a field by the IDs of their rows, in their order, without deleted rows."""
        rows = ((self.find(name, entry), entry) for entry in entries)
        return {row.pk: entry for row, entry in rows if row is not None}

    def gone(self, name: str, before: Sequence[Any], after: Sequence[Any]) -> list[str]:
        """Return the names of the rows that a change removed and that were deleted since."""
        removed = [entry for entry in before if entry not in after]
        return [_name(entry) for entry in removed if self.find(name, entry) is None]


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry.get("label") or entry["name"]


def _describe_kept(change: BulkChange, restorations: Sequence[Restoration]) -> list[dict[str, Any]]:
    """Return the fields that stay, as JSON: ID and title of the item, label of the field, reason.

    An item that has all its former values already is there with each of its fields.
    """
    kept = [
        (found.item, name, reason)
        for found in restorations
        for name, reason in (found.kept or ({} if found.values else dict.fromkeys(found.names, found.skipped))).items()
    ]
    edits = _later_edits(change, {item.pk for item, _, reason in kept if not reason})
    states = {found.item.pk: found.new_state for found in restorations}

    def changed_since(pk: int, name: str) -> str:
        editor, _former = edits.get((pk, name), ("an import or a command", None))
        return f"changed since by {editor}" + (f", so the item is {states[pk]}" if states[pk] else "")

    return [
        {
            "item": item.pk,
            "title": str(item),
            "field": labels_of([name])[0],
            "reason": reason or changed_since(item.pk, name),
        }
        for item, name, reason in kept
    ]


def _later_edits(change: BulkChange, ids: set[int]) -> dict[tuple[int, str], tuple[str, Any]]:
    """Return who last changed the fields of items after a change, and their values before that, by item ID and field.

    A value is that of before the first such edit, as JSON.
    """
    first = change.revisions.order_by("pk").values_list("pk", flat=True).first() or 0
    later = Revision.objects.filter(item__in=ids, pk__gt=first, is_applied=True).exclude(bulk_change=change)
    edits: dict[tuple[int, str], tuple[str, Any]] = {}
    for revision in later.order_by("pk").only("item_id", "user_name", "changes"):
        for name, (before, _after) in revision.changes.items():
            _editor, former = edits.get((revision.item_id, name), ("", before))
            edits[revision.item_id, name] = (revision.user_name, former)
    return edits
