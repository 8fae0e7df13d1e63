"""What bulk actions do to items: transitions of the workflow, columns set, related rows added or removed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from curation.models import BulkChange, CuratedItem, Revision
from curation.models.items import ItemQuerySet

from ..actors import Actor
from ..checks import OLD_AFTER
from ..revisions import Change, record_changes
from ..workflow import (
    TRANSITIONS,
    Transition,
    load_for_refusal,
    may,
    may_change,
    perform,
    refusal,
    time_when_published,
)
from . import BulkResult, fields
from .arguments import UNCHOSEN

Status, Verb = CuratedItem.Status, Revision.Verb

#: Reasons for skipped items.
IN_BIN, READ_ONLY, BY_HAND = "in the bin", "for you to read only", "to be changed by hand"


class Effect(ABC):
    """How an action changes items. `value` is that of the action's argument, or `UNCHOSEN`.

    An effect that `changes_rows` deletes rows that items refer to, in a last step, and can be undone as long as these
    can be brought back. A change that `is_edit` is shown to readers as one of the text.
    """

    changes_rows: ClassVar[bool] = False
    is_edit: ClassVar[bool] = True

    @property
    @abstractmethod
    def permission(self) -> str:
        """The permission on items that the action takes."""

    def may(self, actor: Actor) -> bool:
        """Whether an actor has the permissions that the action takes."""
        return actor.may(self.permission)

    @abstractmethod
    def load(self, items: ItemQuerySet, value: Any) -> ItemQuerySet:
        """Load the columns that `refusal()` and `listed_at_after()` read, in one query."""

    @abstractmethod
    def refusal(self, item: CuratedItem, value: Any, actor: Actor) -> str:
        """Return why an item is skipped, as in “4 skipped: 3 published already”; "" if it changes."""

    @abstractmethod
    def undo_refusal(self, item: CuratedItem, actor: Actor) -> str:
        """Return why the undo of such an action leaves an item as it is; "" if the actor may undo it there."""

    @abstractmethod
    def run(self, ids: Sequence[int], value: Any, actor: Actor, change: BulkChange) -> BulkResult:
        """Change items, in one transaction and a fixed number of queries for up to `BATCH` of them."""

    def listed_at_after(self, item: CuratedItem, _value: Any, _now: datetime) -> datetime | None:
        """Return the time from which readers see the item after a change now; `None` if they do not."""
        return item.listed_at

    def is_old(self, _item: CuratedItem) -> bool:
        """Whether the item would be published at a time that is over `OLD_AFTER` ago."""
        return False

    def reason(self, _change: BulkChange) -> str:
        """Return the reason that the revisions of a change give."""
        return ""

    # Of effects that change rows

    def finish(self, _change: BulkChange, _actor: Actor) -> Sequence[int]:
        """Take the last step of a change, in a transaction of its own, or return the IDs of items to change before."""
        return ()

    def row_obstacle(self, _change: BulkChange) -> str:
        """Return why the rows of a change cannot be brought back, as sentences; "" if they can."""
        return ""

    def restored_rows(self, _change: BulkChange) -> Mapping[str, Sequence[Any]]:
        """Return the rows that the undo of a change brings back, not saved, by their field in `items.state`."""
        return {}

    def start_undo(self, _change: BulkChange, _actor: Actor) -> None:
        """Bring the rows of a change back, in a transaction of its own before the items go back. Raises `Refused`."""
        return

    def undo_note(self, _change: BulkChange) -> str:
        """Return what an undo brings back besides the values of items, as a sentence."""
        return ""


@dataclass(frozen=True, slots=True)
class TransitionEffect(Effect):
    """A transition of the workflow. `value` is the time of a schedule, or whether old drafts are published now."""

    verb: str

    @property
    def transition(self) -> Transition:
        return TRANSITIONS[Verb(self.verb)]

    @property
    def permission(self) -> str:
        return self.transition.permission

    def load(self, items: ItemQuerySet, _value: Any) -> ItemQuerySet:
        return load_for_refusal(items, "title", "approved_at").order_by("pk")

    def refusal(self, item: CuratedItem, value: Any, actor: Actor) -> str:
        return refusal(self.transition, item, actor, _time(value), timezone.now())

    def undo_refusal(self, item: CuratedItem, actor: Actor) -> str:
        if item.status == Status.BIN and self.transition.target != Status.BIN:
            return IN_BIN
        return "" if may(actor, item, self.verb) else READ_ONLY

    def run(self, ids: Sequence[int], value: Any, actor: Actor, change: BulkChange) -> BulkResult:
        items = CuratedItem.objects.filter(pk__in=ids)
        return perform(self.verb, items, actor, at=_time(value), now_if_before=_limit(value), bulk_change=change)

    def listed_at_after(self, item: CuratedItem, value: Any, now: datetime) -> datetime | None:
        is_undecided = self.verb == Verb.SCHEDULED and value is UNCHOSEN
        if self.transition.target != Status.PUBLISHED or is_undecided:
            return None
        return _time(value) or time_when_published(item, _limit(value), now)

    def is_old(self, item: CuratedItem) -> bool:
        if self.verb != Verb.PUBLISHED or item.published_at is None:
            return False
        return time_when_published(item, _limit(True), timezone.now()) != item.published_at


def _time(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _limit(value: Any) -> datetime | None:
    return timezone.now() - OLD_AFTER if value is True else None


@dataclass(frozen=True, slots=True)
class FieldEffect(Effect):
    """A new value of one field of `items.state`. `already` is the reason for items that have it."""

    field: str
    already: str

    @property
    def permission(self) -> str:
        return "change"

    def new_value(self, _item: CuratedItem, value: Any) -> Any:
        """Return the new value of the item's field, as `fields.value_of()` does."""
        return value

    def has_value(self, item: CuratedItem, value: Any) -> bool:
        """Whether the action would leave the item's field as it is."""
        return bool(fields.value_of(item, self.field) == value)

    def load(self, items: ItemQuerySet, _value: Any) -> ItemQuerySet:
        return fields.load(items, [self.field])

    def refusal(self, item: CuratedItem, value: Any, actor: Actor) -> str:
        if reason := self.undo_refusal(item, actor):
            return reason
        return self.already if value is not UNCHOSEN and self.has_value(item, value) else ""

    def undo_refusal(self, item: CuratedItem, actor: Actor) -> str:
        if item.status == Status.BIN:
            return IN_BIN
        return "" if may_change(actor, item) else READ_ONLY

    def load_to_change(self, items: ItemQuerySet, value: Any) -> ItemQuerySet:
        """Load what `new_values()` reads as well."""
        return self.load(items, value)

    def new_values(self, items: Sequence[CuratedItem], value: Any, _change: BulkChange) -> dict[int, dict[str, Any]]:
        """Return the new values of fields of items, by ID. An item without any stays as it is."""
        fields.load_related(items, self.field)
        return {item.pk: {self.field: self.new_value(item, value)} for item in items}

    @transaction.atomic
    def run(self, ids: Sequence[int], value: Any, actor: Actor, change: BulkChange) -> BulkResult:
        locked = CuratedItem.objects.filter(pk__in=ids).select_for_update(of=("self",))
        items = list(self.load_to_change(locked, value))
        reasons = {item.pk: self.refusal(item, value, actor) for item in items}
        new = self.new_values([item for item in items if not reasons[item.pk]], value, change)
        changing = [item for item in items if new.get(item.pk)]
        changes = [
            Change(item.pk, {name: _pair(item, name, after) for name, after in new[item.pk].items()})
            for item in changing
        ]
        fields.write(changing, new, actor, is_edit=self.is_edit)
        record_changes(changes, Verb.CHANGED, actor, reason=self.reason(change), bulk_change=change)
        skipped = {pk: reason for pk, reason in reasons.items() if reason}
        skipped |= {pk: BY_HAND for pk, values in new.items() if not values}
        return BulkResult([item.pk for item in changing], skipped=skipped)


def _pair(item: CuratedItem, name: str, new: Any) -> list[Any]:
    """Return the present and the new value of a field, as JSON."""
    return [fields.as_json(name, value) for value in (fields.value_of(item, name), new)]


@dataclass(frozen=True, slots=True)
class RowsEffect(FieldEffect):
    """Related rows added or removed. The database counts those of them that an item has, as a relation may be long."""

    def load(self, items: ItemQuerySet, value: Any) -> ItemQuerySet:
        loaded = fields.load(items, [])
        return loaded if value is UNCHOSEN else loaded.annotate(number_of_rows=fields.row_count(self.field, value))


@dataclass(frozen=True, slots=True)
class AddRows(RowsEffect):
    """Related rows added after those that an item has."""

    def has_value(self, item: Any, value: Sequence[Model]) -> bool:
        return bool(item.number_of_rows == len(value))

    def new_value(self, item: CuratedItem, value: Sequence[Model]) -> Any:
        known = fields.value_of(item, self.field)
        added = dict(fields.with_entry(self.field, row) for row in value if row.pk not in known)
        return {**known, **added}


@dataclass(frozen=True, slots=True)
class RemoveRows(RowsEffect):
    """Related rows removed."""

    def has_value(self, item: Any, _value: Sequence[Model]) -> bool:
        return not item.number_of_rows

    def new_value(self, item: CuratedItem, value: Sequence[Model]) -> Any:
        gone = {row.pk for row in value}
        return {pk: entry for pk, entry in fields.value_of(item, self.field).items() if pk not in gone}
