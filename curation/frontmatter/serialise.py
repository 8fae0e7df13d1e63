"""An `ItemRecord` as plain JSON values and back, without loss: how the last import is remembered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from .records import Crumb, ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef, field_values


def to_json(record: ItemRecord) -> dict[str, Any]:
    """Return a record as a dictionary of JSON values."""
    return {name: plain(value) for name, value in _fields(record).items()}


def to_text(record: ItemRecord) -> str:
    """Return the text of `to_json()`, which takes less time than the dictionary and its text one after the other."""
    return _ENCODER.encode(_fields(record))


def _fields(record: Any) -> dict[str, Any]:
    kind = record.__class__
    return dict(zip(_names(kind), field_values(kind)(record), strict=True))


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def plain(value: Any) -> Any:
    """Return one field of a record as JSON values."""
    if value.__class__ in _PLAIN or isinstance(value, (str, int, float)):  # the tuple is twice as fast
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return {name: plain(entry) for name, entry in _fields(value).items()}


def _one_level(value: Any) -> Any:
    """Return what JSON has no kind of as something it has, one level deep."""
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else _fields(value)


_ENCODER = json.JSONEncoder(default=_one_level)
#: What most values are, which is quicker seen than what they are kinds of.
_PLAIN = {str, bool, type(None)}


def from_json(values: Mapping[str, Any] | str) -> ItemRecord:
    """Return the record that `to_json()` made a dictionary of, or `to_text()` a text. A field that it lacks has its
    default.
    """
    given: Mapping[str, Any] = json.loads(values) if isinstance(values, str) else values
    return ItemRecord(**{name: _READERS.get(name, _same)(value) for name, value in given.items()})


def _same(value: Any) -> Any:
    return value


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _many(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: tuple(read(value) for value in values)


def _topic(values: dict[str, Any]) -> TopicRef:
    return TopicRef(**values)


def _offering(values: dict[str, Any]) -> OfferingRef:
    return OfferingRef(**{**values, "topics": tuple(_topic(topic) for topic in values["topics"])})


_media = _optional(lambda values: MediaRef(**values))
_moment = _optional(datetime.fromisoformat)
_READERS: dict[str, Callable[[Any], Any]] = {
    "published_at": _moment,
    "modified_at": _moment,
    "expires_at": _moment,
    "publisher": _optional(lambda values: PublisherRef(**values)),
    "authors": tuple,
    "topics": _many(_topic),
    "offerings": _many(_offering),
    "tags": tuple,
    "aliases": tuple,
    "image": _media,
    "pdf": _media,
    "icon": _media,
    "breadcrumbs": _many(lambda values: Crumb(**values)),
}
