"""When two values of a field are the same: what a merge asks, and an export that rewrites what was edited."""

from collections.abc import Callable, Hashable
from typing import Any

from curation.names import name_key

from .records import MediaRef, OfferingRef, PublisherRef


def offering_key(offering: OfferingRef) -> Hashable:
    """Return what is equal for two ways of naming an offering."""
    return offering.external_id or offering.slug


#: What is equal for two entries of a list that are the same.
LISTS: dict[str, Callable[[Any], Hashable]] = {
    "authors": name_key,
    "topics": lambda topic: (name_key(topic.vocabulary), name_key(topic.label)),
    "offerings": offering_key,
    "tags": name_key,
    "aliases": str,
}
#: Lists that are kept in no order.
UNORDERED = {"tags", "aliases"}


def essence(name: str, value: Any) -> Any:
    """Return what of a field's value counts as a change: of a list, which entries in which order."""
    if name in UNORDERED:
        return frozenset(map(LISTS[name], value))
    if name in LISTS:
        return [(LISTS[name](entry), getattr(entry, "is_primary", None)) for entry in value]
    if isinstance(value, PublisherRef):
        return value.domain
    return (value.href, value.alt) if isinstance(value, MediaRef) else value
