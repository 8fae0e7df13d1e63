"""The items of a merge: each gets the row that stays in place of those that are merged into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from curation.models import BulkChange, CuratedItem

from ..actors import Actor
from ..bulk import BulkResult, Refused, fields
from ..bulk.arguments import UNCHOSEN, Argument, RowGone
from ..bulk.effects import READ_ONLY, FieldEffect
from ..synonyms import change_names_alone
from ..workflow import may_change
from . import rows
from .mergeable import Mergeable

#: Maximum number of items with a merged row that are told of at a time, once the chosen ones are done.
MAX_FURTHER = 1_000


@dataclass(frozen=True, slots=True)
class RowMerge:
    """The row that stays, and those that are merged into it, as far as they exist. With a `name`, the first gets it."""

    target: Any
    sources: Sequence[Any]
    name: str = ""


@dataclass(frozen=True, slots=True)
class MergedRows(Argument):
    """The rows of a merge, stored as `{"into": ID, "rows": [ID, …], "name": "…"}`."""

    model: type[Model] | None = None

    def to_json(self, value: RowMerge) -> Any:
        return {"into": value.target.pk, "rows": [row.pk for row in value.sources], "name": value.name}

    def from_json(self, stored: Any) -> RowMerge:
        assert self.model is not None  # noqa: S101  # for the types
        found = _rows(self.model).in_bulk([stored["into"], *stored["rows"]])
        if stored["into"] not in found:
            raise RowGone(f"{self.model._meta.verbose_name} that was to stay was deleted meanwhile".capitalize())
        sources = [found[pk] for pk in stored["rows"] if pk in found]
        return RowMerge(found[stored["into"]], sources, stored.get("name", ""))

    def describe(self, value: RowMerge) -> str:
        called = f", now “{value.name}”" if value.name else ""
        return f"{', '.join(f'“{row}”' for row in value.sources)} into “{value.target}”{called}"


@dataclass(frozen=True, slots=True)
class MergeRows(FieldEffect):
    """Rows replaced by one of them. The last step, alone in its transaction, leads everything else to that row.

    Items in the bin change, too: they would lose the row otherwise.
    """

    mergeable: Mergeable | None = None

    is_edit = False
    changes_rows = True

    @property
    def _model(self) -> Mergeable:
        assert self.mergeable is not None  # noqa: S101  # for the types
        return self.mergeable

    def may(self, actor: Actor) -> bool:
        model = self._model.model._meta.model_name
        is_allowed = actor.user is None or all(
            actor.user.has_perm(f"curation.{verb}_{model}") for verb in ("change", "delete")
        )
        return is_allowed and actor.may(self.permission)

    def load(self, items: Any, _value: Any) -> Any:
        return fields.load(items, [self.field])

    def refusal(self, item: CuratedItem, value: Any, actor: Actor) -> str:
        if reason := self.undo_refusal(item, actor):
            return reason
        return self.already if value is not UNCHOSEN and self.has_value(item, value) else ""

    def undo_refusal(self, item: CuratedItem, actor: Actor) -> str:
        return "" if may_change(actor, item) else READ_ONLY

    def has_value(self, item: CuratedItem, value: RowMerge) -> bool:
        present = fields.value_of(item, self.field)
        if self.field == "publisher":
            return present not in value.sources
        return not {row.pk for row in value.sources} & present.keys()

    def new_value(self, item: CuratedItem, value: RowMerge) -> Any:
        """Return the rows of an item with the one that stays in the first place of those that become one."""
        if self.field == "publisher":
            return value.target
        merged = {value.target.pk, *(row.pk for row in value.sources)}
        present: Mapping[int, Any] = fields.value_of(item, self.field)
        is_primary = any(pk in merged and _is_primary(entry) for pk, entry in present.items())
        own = fields.with_entry(self.field, value.target, is_primary)
        return dict(own if pk in merged else (pk, entry) for pk, entry in present.items())

    def reason(self, change: BulkChange) -> str:
        return f"{self._model.nouns.capitalize()} merged: {change.arguments.get('text', '')}."

    def run(self, ids: Sequence[int], value: RowMerge, actor: Actor, change: BulkChange) -> BulkResult:
        # Locked so that nobody deletes it, or merges it into another one, before the items have it.
        if not _rows(self._model.model).filter(pk=value.target.pk).select_for_update(of=("self",), no_key=True):
            raise Refused(f"“{value.target}” was deleted meanwhile.")
        result = FieldEffect.run(self, ids, value, actor, change)
        if READ_ONLY in result.skipped.values():
            raise Refused(f"{actor.name} may not change all items of these {self._model.nouns}.")
        return result

    # The last step

    def finish(self, change: BulkChange, actor: Actor) -> Sequence[int]:
        """Lead everything else of the merged rows to the one that stays, and delete them.

        If items have got one of the rows meanwhile, return their IDs instead.
        """
        change_names_alone()
        stored = change.arguments["value"]
        model = self._model
        # A form that is being saved holds a lock on the rows that it names: it is waited for.
        named = [*stored["rows"], stored["into"]]
        list(model.model._default_manager.filter(pk__in=named).order_by("pk").select_for_update())
        argument = MergedRows("", model=model.model)
        try:
            value = argument.from_json(stored)
        except RowGone as error:
            raise Refused(f"{error}.") from error
        further = model.related(stored["rows"]).values_list(model.item, flat=True).distinct()[:MAX_FURTHER]
        if further := list(further):
            return further
        if reason := rows.name_obstacle(model, value.target, value.sources, value.name):
            raise Refused(reason)
        former = rows.merge_rows(model, value.sources, value.target, actor, value.name)
        change.arguments = {**change.arguments, "former": former}
        return ()

    # The undo

    def row_obstacle(self, change: BulkChange) -> str:
        former = change.arguments.get("former")
        found = rows.obstacles(self._model, former, change.arguments["value"]["into"]) if former else ()
        return " ".join(found)

    def restored_rows(self, change: BulkChange) -> Mapping[str, Sequence[Any]]:
        return {self.field: rows.merged_rows(change.arguments.get("former") or {})}

    def start_undo(self, change: BulkChange, actor: Actor) -> None:
        if not self.may(actor):
            raise Refused(f"{actor.name} may not merge {self._model.nouns} any more.")
        if former := change.arguments.get("former"):
            change_names_alone()  # before the row is locked: writers of relations take the two in this order
            if reason := self.row_obstacle(change):
                raise Refused(reason)
            target = _rows(self._model.model).select_for_update(of=("self",)).get(pk=change.arguments["value"]["into"])
            rows.restore_rows(self._model, former, target, actor)

    def undo_note(self, change: BulkChange) -> str:
        """Return what comes back besides the values of items."""
        former = change.arguments.get("former") or {}
        names = [f"“{row}”" for row in rows.merged_rows(former)]
        note = f"{' and '.join(names)} come{'s' * (len(names) == 1)} back, with the old address." if names else ""
        renamed = former.get("renamed")
        return f"{note} “{renamed['after']}” is “{renamed['before']}” again, unless renamed since." if renamed else note


def _rows(model: type[Model]) -> Any:
    found = model._default_manager.all()
    return found.select_related("vocabulary") if any(f.name == "vocabulary" for f in model._meta.fields) else found


def _is_primary(entry: Any) -> bool:
    return isinstance(entry, dict) and bool(entry.get("is_primary"))
