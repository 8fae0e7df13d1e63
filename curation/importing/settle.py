"""Open conflicts settled: the value here stays, or the file's takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from curation import frontmatter
from curation.frontmatter.records import Rejected
from curation.importing.columns import columns_of
from curation.importing.references import References
from curation.importing.upsert import Filled, save_items
from curation.models import Conflict, CuratedItem
from curation.publishing import SlugTaken, rename
from curation.resolving import refresh
from curation.snapshot import snapshot, with_relations


class CannotSettle(Exception):
    """A value that the item cannot take; the message says why."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A conflict that is settled, as JSON values, with what opens it again: its columns, and the item's value of then,
    where that is no longer the item's.
    """

    conflict: dict[str, Any]
    is_replaced: bool
    value: Any = None


def keep_ours(conflict: Conflict) -> Settled:
    """Keep the item's value: the file's is known by now, and not taken until it changes again."""
    settled = Settled(_columns(conflict), is_replaced=False)
    conflict.delete()
    return settled


@transaction.atomic
def take_theirs(conflict: Conflict) -> Settled:
    """Give the item the file's value. Raises `CannotSettle`, and then has changed nothing."""
    settled = Settled(_columns(conflict), True, _put(conflict, conflict.theirs))
    conflict.delete()
    return settled


@transaction.atomic
def reopen(settled: Settled) -> None:
    """Undo the settling of a conflict. Raises `CannotSettle`, and then has changed nothing."""
    conflict = Conflict(**settled.conflict)
    if settled.is_replaced:
        _put(conflict, settled.value)
    if not Conflict.objects.filter(item=conflict.item_id, field=conflict.field).exists():
        conflict.save(force_insert=True)


def _columns(conflict: Conflict) -> dict[str, Any]:
    return {name: getattr(conflict, name) for name in ("item_id", "run_id", "field", "base", "theirs", "ours")}


def _put(conflict: Conflict, value: Any) -> Any:
    """Give the field of a conflict a value, by the way that imports take; return what it was, as JSON values."""
    chosen = CuratedItem.objects.filter(pk=conflict.item_id).select_for_update(of=("self",))
    item = with_relations(chosen).first()
    if item is None:
        raise CannotSettle("The item has been deleted.")
    values = frontmatter.to_json(snapshot(item)) | {"status": item.status}  # though it may have expired
    record = frontmatter.from_json(values | {conflict.field: value})
    try:
        rename(item, record.slug)
        for column, column_value in columns_of(record).items():
            setattr(item, column, column_value)
        item.validate_constraints()
    except (SlugTaken, Rejected) as refusal:
        raise CannotSettle(str(refusal)) from refusal
    except ValidationError as error:
        raise CannotSettle(" ".join(error.messages)) from error
    save_items([Filled(item, record)], References([record]))
    refresh([item])
    return values[conflict.field]
