"""Three-way merge, field by field: what the last import wrote, what the file says now, what the database holds.

The file did not change a field: the database's value stays. Only the file changed it: it is taken. Both did: the
database's value stays, and the conflict is reported. Lists merge by what each side added and took away.
"""

from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from curation.frontmatter.compare import LISTS, essence, offering_key
from curation.frontmatter.records import ItemRecord, OfferingRef
from curation.snapshot import COLUMNS, as_of_now

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conflicting:
    """A field that both sides changed: what it was, what the file says, what the database holds."""

    field: str
    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """`record` is what to write, `changes` whether the database holds something else, `conflicts` the fields that both
    sides changed.
    """

    record: ItemRecord
    changes: bool
    conflicts: tuple[Conflicting, ...]


def merge(
    base: ItemRecord,
    theirs: ItemRecord,
    ours: ItemRecord,
    *,
    overwrite: bool = False,
    undecided: Set[str] = frozenset(),
) -> Merge:
    """Merge a file's new record (`theirs`) into the database's (`ours`), both grown from `base`.

    With `overwrite`, the file's value is taken where both sides changed a field, and in those `undecided`: both had
    changed them before, and `base` may say what the file says by now.
    """
    base, theirs = as_of_now(base), as_of_now(theirs)  # as `ours` is: that time has passed is nobody's change
    merged: dict[str, Any] = {}
    conflicts = []
    for name in (*COLUMNS, "publisher"):
        values = [getattr(record, name) for record in (base, theirs, ours)]
        before, now, here = (essence(name, value) for value in values)
        is_open = overwrite and name in undecided
        conflicting = now != here and (is_open or before not in (now, here))
        if conflicting:
            conflicts.append(Conflicting(name, *values))
        merged[name] = values[1] if here == before or (conflicting and overwrite) else values[2]
    for name, key in LISTS.items():
        merged[name] = merge_lists(getattr(base, name), getattr(theirs, name), getattr(ours, name), key)
    merged["offerings"] = _mark_primary(merged["offerings"], base, theirs, ours)
    changes = any(essence(name, value) != essence(name, getattr(ours, name)) for name, value in merged.items())
    return Merge(replace(theirs, **merged), changes, tuple(conflicts))


def merge_lists(
    base: Sequence[T], theirs: Sequence[T], ours: Sequence[T], key: Callable[[T], Hashable]
) -> tuple[T, ...]:
    """Return `ours` with what `theirs` took away from `base` gone, and what it added appended; in the order of
    `theirs` where the database has nothing else, and no order of its own.
    """
    base_keys, their_keys, our_keys = ([key(entry) for entry in entries] for entries in (base, theirs, ours))
    gone = set(base_keys) - set(their_keys)
    kept = [entry for entry in ours if key(entry) not in gone]
    added = [entry for entry in theirs if key(entry) not in {*base_keys, *our_keys}]
    merged = kept + added
    kept_keys = [key(entry) for entry in kept]
    orders = ([entry for entry in keys if entry in kept_keys] for keys in (base_keys, their_keys))
    if kept_keys in orders and {*map(key, merged)} <= set(their_keys):
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
