"""What a run did to an item, field by field, in words: for previews and for the ledger's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from curation.frontmatter.compare import LISTS
from curation.models import ImportRecord
from curation.snapshot import COLUMNS

#: The fields of a record that are compared, in the order in which they are shown.
FIELDS = (*COLUMNS, "publisher", *LISTS)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a run changed: its values before and after as text, a line for each entry of a list."""

    field: str
    before: str
    after: str


def changes(record: ImportRecord) -> Iterator[Change]:
    """Yield what became different; nothing for an item that the run made."""
    if not record.before or not record.after or "record" not in record.before:
        return
    before, after = record.before["record"], record.after["record"]
    for field in FIELDS:
        change = Change(field, as_text(field, before.get(field)), as_text(field, after.get(field)))
        if change.before != change.after:
            yield change
    for field in ("image", "image_alt", "pdf"):
        change = Change(field, str(record.before[field] or ""), str(record.after[field] or ""))
        if change.before != change.after:
            yield change


def as_text(field: str, value: Any) -> str:
    """Return a field's value, as `frontmatter.plain()` makes it, in words."""
    if value is None:
        return ""
    return _WORDS.get(field, str)(value)


def _moment(value: str) -> str:
    return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _lines(entry: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda values: "\n".join(map(entry, values))


def _offering(value: Mapping[str, Any]) -> str:
    return f"{value['name']} (primary)" if value["is_primary"] else str(value["name"])


def _meta(value: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(f"{group}.{tag}: {text}" for group, tags in value.items() for tag, text in tags.items())


_WORDS: dict[str, Callable[[Any], str]] = {
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
