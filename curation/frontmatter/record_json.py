"""An `ItemRecord` as JSON and back, without loss: the form in which `SourceDocument.record` keeps the last import."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from .pickling import field_values
from .record import Crumb, ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef


def to_json(record: ItemRecord) -> dict[str, Any]:
    """Return a record as a dictionary of JSON values."""
    return {name: to_json_value(value) for name, value in _fields(record).items()}


def to_text(record: ItemRecord) -> str:
    """Return `to_json()` as text, in less time than the dictionary and its text take one after the other."""
    return _ENCODER.encode(_fields(record))


def _fields(record: Any) -> dict[str, Any]:
    kind = record.__class__
    return dict(zip(_names(kind), field_values(kind)(record), strict=True))


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def to_json_value(value: Any) -> Any:
    """Return one field of a record as JSON values."""
    # A tuple of types is twice as fast as a union.
    if value.__class__ in _PLAIN_TYPES or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: to_json_value(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(entry) for entry in value]
    return {name: to_json_value(entry) for name, entry in _fields(value).items()}


def _one_level(value: Any) -> Any:
    """Return a value that JSON has no type for as one that it has, one level deep."""
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else _fields(value)


_ENCODER = json.JSONEncoder(default=_one_level)
#: Types of most values: comparing types is faster than `isinstance()`.
_PLAIN_TYPES = {str, bool, type(None)}


def from_json(values: Mapping[str, Any] | str) -> ItemRecord:
    """Return the record of a dictionary of `to_json()` or a text of `to_text()`. A missing field has its default."""
    given: Mapping[str, Any] = json.loads(values) if isinstance(values, str) else values
    return ItemRecord(**{name: from_json_value(name, value) for name, value in given.items()})


def from_json_value(name: str, value: Any) -> Any:
    """Return one field of a record from its JSON values."""
    return _FROM_JSON.get(name, _same)(value)


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
_time = _optional(datetime.fromisoformat)
_FROM_JSON: dict[str, Callable[[Any], Any]] = {
    "published_at": _time,
    "modified_at": _time,
    "expires_at": _time,
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
