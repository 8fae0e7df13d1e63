"""The state of an item: everything of it that an editor or an import can change, as JSON values by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from curation.frontmatter import from_json, to_json
from curation.frontmatter.record import ItemRecord
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet

from .record import stored_record_of, with_record_relations

#: A state: the fields of an `ItemRecord` as JSON, with the item's own media in place of the record's references.
State = Mapping[str, Any]

#: The fields of a state with their labels, in the order in which pages show them.
LABELS = {
    "title": "Title",
    "slug": "Address",
    "status": "Status",
    "published_at": "Publication time",
    "expires_at": "Expiry time",
    "source_url": "Source link",
    "source_url_original": "Source link as found",
    "publisher": "Publisher",
    "via_name": "Via",
    "via_url": "Via link",
    "summary": "Summary",
    "body": "Body",
    "flavour": "Markdown",
    "image": "Image",
    "image_alt": "Alternative text",
    "pdf": "PDF",
    "topics": "Topics",
    "offerings": "Offerings",
    "authors": "Authors",
    "tags": "Tags",
    "aliases": "Redirects",
    "kind": "Kind",
    "format": "Format",
    "section": "Section label",
    "institution": "Institution",
    "language": "Language",
    "modified_at": "Modified at the source",
    "meta": "Meta tags",
    "breadcrumbs": "Breadcrumbs",
    "media_provenance": "Origin of media",
}
#: Fields of a record whose place the item's own media take.
_RECORD_MEDIA = ("image", "pdf", "icon")
_MEDIA = ("image", "image_alt", "pdf", "media_provenance")
#: Lists whose order has no meaning.
_UNORDERED = ("tags", "aliases")


def state_of(item: CuratedItem) -> dict[str, Any]:
    """Return the state of an item, loaded through `with_record_relations()`."""
    return state_with_record(item, to_json(stored_record_of(item)))


def state_with_record(item: CuratedItem, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of an item whose record is given as JSON. `image` is the ID of a row, or `None`."""
    values = {name: value for name, value in record.items() if name not in _RECORD_MEDIA}
    return {
        **values,
        "image": item.image_id,
        "image_alt": item.image_alt,
        "pdf": item.pdf.name or "",
        "media_provenance": item.media_provenance,
    }


def states_of(items: ItemQuerySet) -> dict[int, dict[str, Any]]:
    """Return the states of items by ID, in a fixed number of queries."""
    return {item.pk: state_of(item) for item in with_record_relations(items)}


def record_in(state: State) -> ItemRecord:
    """Return the record in a state, without media."""
    return from_json({name: value for name, value in state.items() if name not in _MEDIA})


def changes_between(before: State, after: State) -> dict[str, list[Any]]:
    """Return the fields that differ, in the order of `LABELS`, each with its value before and after."""
    return {
        name: [before.get(name), after.get(name)]
        for name in LABELS
        if _comparable(name, before.get(name)) != _comparable(name, after.get(name))
    }


def labels_of(names: Iterable[str]) -> list[str]:
    """Return the labels of fields, in the order of `LABELS`."""
    wanted = set(names)
    return [label for name, label in LABELS.items() if name in wanted]


def _comparable(name: str, value: Any) -> Any:
    return sorted(value or ()) if name in _UNORDERED else value
