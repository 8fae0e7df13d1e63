"""The changes of an item by a run, field by field, as text for previews and for the pages of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from curation.frontmatter.comparison import ENTRY_KEYS
from curation.items.record import COLUMNS
from curation.models import ImportRecord

#: The fields of a record that are compared, in the order of display.
FIELDS = (*COLUMNS, "publisher", *ENTRY_KEYS)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that a run changed, with its values before and after as text. A list has a line for each entry."""

    field: str
    before: str
    after: str


def changes(record: ImportRecord) -> Iterator[FieldChange]:
    """Yield the fields that a run changed; none for an item that it created."""
    if not record.before or not record.after or "record" not in record.before:
        return
    before, after = record.before["record"], record.after["record"]
    for field in FIELDS:
        change = FieldChange(field, as_text(field, before.get(field)), as_text(field, after.get(field)))
        if change.before != change.after:
            yield change
    for field in ("image", "image_alt", "pdf"):
        change = FieldChange(field, str(record.before[field] or ""), str(record.after[field] or ""))
        if change.before != change.after:
            yield change


def as_text(field: str, value: Any) -> str:
    """Return a field's value, given as `frontmatter.to_json_value()` returns it, as text."""
    if value is None:
        return ""
    return _TEXT_OF.get(field, str)(value)


def _moment(value: str) -> str:
    """Return a time in UTC; pages show it in the zone of their reader."""
    return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _lines(entry: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda values: "\n".join(map(entry, values))


def _offering(value: Mapping[str, Any]) -> str:
    return f"{value['name']} (primary)" if value["is_primary"] else str(value["name"])


def _meta(value: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(f"{group}.{tag}: {text}" for group, tags in value.items() for tag, text in tags.items())


_TEXT_OF: dict[str, Callable[[Any], str]] = {
    "published_at": _moment,
    "modified_at": _moment,
    "expires_at": _moment,
    "publisher": lambda value: f"{value['name']} ({value['domain']})",
    "topics": _lines(lambda value: f"{value['vocabulary']}: {value['label']}"),
    "offerings": _lines(_offering),
    "authors": _lines(str),
    "tags": _lines(str),
    "aliases": _lines(str),
    "breadcrumbs": _lines(lambda value: f"{value['label']} {value['path']}"),
    "meta": _meta,
}
