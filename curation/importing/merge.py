"""Three-way merge, field by field: what the last import wrote, what the file says now, what the database holds.

The file did not change a field: the database's value stays. Only the file changed it: it is taken. Both did: the
database's value stays, and the conflict is reported. Lists merge by what each side added and took away.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from curation.frontmatter.records import ItemRecord, OfferingRef
from curation.snapshot import COLUMNS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Merge:
    """`record` is what to write; `conflicts` names the fields where the database's value stayed against the file's."""

    record: ItemRecord
    conflicts: tuple[str, ...]


def _offering_key(offering: OfferingRef) -> Hashable:
    return offering.external_id or offering.slug


#: When two entries of a list are the same.
LISTS: dict[str, Callable[[Any], Hashable]] = {
    "authors": str.casefold,
    "topics": lambda topic: (topic.vocabulary.casefold(), topic.label.casefold()),
    "offerings": _offering_key,
    "tags": str.casefold,
    "aliases": str,
}


def merge(base: ItemRecord, theirs: ItemRecord, ours: ItemRecord) -> Merge:
    """Merge a file's new record (`theirs`) into the database's (`ours`), both grown from `base`."""
    merged: dict[str, Any] = {}
    conflicts = []
    for name in (*COLUMNS, "publisher"):
        before, now, here = (_comparable(getattr(record, name)) for record in (base, theirs, ours))
        merged[name] = getattr(theirs if here == before else ours, name)
        if here not in (before, now) and now != before:
            conflicts.append(name)
    for name, key in LISTS.items():
        merged[name] = merge_lists(getattr(base, name), getattr(theirs, name), getattr(ours, name), key)
    merged["offerings"] = _mark_primary(merged["offerings"], base, theirs, ours)
    return Merge(replace(theirs, **merged), tuple(conflicts))


def _comparable(value: Any) -> Any:
    return getattr(value, "domain", value)


def merge_lists(
    base: Sequence[T], theirs: Sequence[T], ours: Sequence[T], key: Callable[[T], Hashable]
) -> tuple[T, ...]:
    """Return `ours` with what `theirs` took away from `base` gone, and what it added appended; in the order of
    `theirs` where the database kept the order of `base`.
    """
    base_keys, their_keys, our_keys = ([key(entry) for entry in entries] for entries in (base, theirs, ours))
    gone = set(base_keys) - set(their_keys)
    kept = [entry for entry in ours if key(entry) not in gone]
    added = [entry for entry in theirs if key(entry) not in {*base_keys, *our_keys}]
    merged = kept + added
    if our_keys == base_keys:
        order = {entry: position for position, entry in enumerate(their_keys)}
        merged.sort(key=lambda entry: order[key(entry)])
    return tuple(merged)


def _mark_primary(
    offerings: Sequence[OfferingRef], base: ItemRecord, theirs: ItemRecord, ours: ItemRecord
) -> tuple[OfferingRef, ...]:
    before, now, here = (
        next((_offering_key(offering) for offering in record.offerings if offering.is_primary), None)
        for record in (base, theirs, ours)
    )
    primary = now if here == before else here
    return tuple(replace(offering, is_primary=_offering_key(offering) == primary) for offering in offerings)
