"""Compare values of a field, for a merge and for an export that rewrites edited fields."""

from collections.abc import Callable, Hashable
from typing import Any

from curation.lib.names import name_key

from .record import MediaRef, OfferingRef, PublisherRef


def offering_key(offering: OfferingRef) -> Hashable:
    """Return a key that is equal for two references to one offering."""
    return offering.external_id or offering.slug


#: The key of an entry of each list: equal for two entries that are the same.
ENTRY_KEYS: dict[str, Callable[[Any], Hashable]] = {
    "authors": name_key,
    "topics": lambda topic: (name_key(topic.vocabulary), name_key(topic.label)),
    "offerings": offering_key,
    "tags": name_key,
    "aliases": str,
}
#: Lists whose order has no meaning.
UNORDERED = {"tags", "aliases"}


def comparable(name: str, value: Any) -> Any:
    """Return a field's value in a form that is equal for two values without a difference that counts."""
    if name in UNORDERED:
        return frozenset(map(ENTRY_KEYS[name], value))
    if name in ENTRY_KEYS:
        return [(ENTRY_KEYS[name](entry), getattr(entry, "is_primary", None)) for entry in value]
    if isinstance(value, PublisherRef):
        return value.domain
    return (value.href, value.alt) if isinstance(value, MediaRef) else value
