"""Three-way merge of records, field by field.

`base` is the record of the last import, `theirs` that of the file now, `ours` that of the database now. A field that
the file did not change keeps the database's value; one that only the file changed gets the file's value. A field that
both changed keeps the database's value and is a conflict. Lists are merged by the entries that each side added and
removed. Where the database has no summary, readers get the start of the body: that is no editor's text, and no
conflict.
"""

from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from curation.frontmatter.comparison import ENTRY_KEYS, comparable, offering_key
from curation.frontmatter.record import ItemRecord, OfferingRef

from .record import COLUMNS, with_current_status

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that both sides changed, with its three values."""

    field: str
    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged record, the fields in which it differs from the database's (`changes`), and the conflicts."""

    record: ItemRecord
    changes: tuple[str, ...]
    conflicts: tuple[FieldConflict, ...]


def merge(
    base: ItemRecord,
    theirs: ItemRecord,
    ours: ItemRecord,
    *,
    overwrite: bool = False,
    open_conflicts: Set[str] = frozenset(),
) -> Merge:
    """Merge a file's record into the database's.

    With `overwrite`, the file's value is taken where both sides changed a field, and in the fields with an open
    conflict: both have changed those before, and `base` may equal the file's value by now.
    """
    # As `ours` is: the passing of time is not a change of either side.
    base, theirs = with_current_status(base), with_current_status(theirs)
    merged: dict[str, Any] = {}
    conflicts = []
    for name in (*COLUMNS, "publisher"):
        values = [getattr(record, name) for record in (base, theirs, ours)]
        before, now, here = (comparable(name, value) for value in values)
        if name == "summary" and not here and now != before:
            here = before
        is_open = overwrite and name in open_conflicts
        conflicting = now != here and (is_open or before not in (now, here))
        if conflicting:
            conflicts.append(FieldConflict(name, *values))
        merged[name] = values[1] if here == before or (conflicting and overwrite) else values[2]
    for name, key in ENTRY_KEYS.items():
        merged[name] = merge_lists(getattr(base, name), getattr(theirs, name), getattr(ours, name), key)
    merged["offerings"] = _mark_primary(merged["offerings"], base, theirs, ours)
    changes = (
        name for name, value in merged.items() if comparable(name, value) != comparable(name, getattr(ours, name))
    )
    return Merge(replace(theirs, **merged), tuple(changes), tuple(conflicts))


def merge_lists(
    base: Sequence[T], theirs: Sequence[T], ours: Sequence[T], key: Callable[[T], Hashable]
) -> tuple[T, ...]:
    """Return `ours` without the entries that `theirs` removed from `base`, and with those that it added at the end.

    The result is in the order of `theirs` if the database has no further entries and has not changed the order.
    """
    base_keys, their_keys, our_keys = ([key(entry) for entry in entries] for entries in (base, theirs, ours))
    gone = set(base_keys) - set(their_keys)
    kept = [entry for entry in ours if key(entry) not in gone]
    added = [entry for entry in theirs if key(entry) not in {*base_keys, *our_keys}]
    merged = kept + added
    kept_keys = [key(entry) for entry in kept]
    orders = ([entry for entry in keys if entry in kept_keys] for keys in (base_keys, their_keys))
    if kept_keys in orders:  # so all of them are theirs, too: those that theirs removed are not kept
        order = {entry: position for position, entry in enumerate(their_keys)}
        merged.sort(key=lambda entry: order[key(entry)])
    return tuple(merged)


def _mark_primary(
    offerings: Sequence[OfferingRef], base: ItemRecord, theirs: ItemRecord, ours: ItemRecord
) -> tuple[OfferingRef, ...]:
    before, now, here = (
        next((offering_key(offering) for offering in record.offerings if offering.is_primary), None)
        for record in (base, theirs, ours)
    )
    primary = now if here == before else here
    return tuple(replace(offering, is_primary=offering_key(offering) == primary) for offering in offerings)
