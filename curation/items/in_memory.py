"""An item as a state would make it, in memory: for pages that show a state which the database does not have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage

from curation.db.prefetched import set_prefetched
from curation.lib.slugs import slug_of
from curation.models import Alias, CuratedItem, Image, ItemAuthor, ItemOffering, ItemTopic, Tag

from .named_rows import NamedRows
from .record import COLUMNS, column_value
from .state import State, record_in


def give_state(item: CuratedItem, state: State, at: datetime) -> list[str]:
    """Give a saved item the values of a state of a time, but its status, with its relations in memory. Writes nothing.

    Return the names of rows and files that were deleted since: the item is without them. A tag without a row gets a new
    one, which is not saved.
    """
    rows = NamedRows([(state, at)])
    record = record_in(rows.present(state, at))
    for name, column in COLUMNS.items():
        if name != "status":
            setattr(item, column, column_value(record, name))
    gone = [*_set_media(item, state), *_set_relations(item, state, at, rows)]
    tags = [rows.row("tags", name, at) or Tag(name=name, slug=slug_of(name)) for name in state["tags"]]
    set_prefetched(item, "tags", tags)
    set_prefetched(item, "aliases", [Alias(item=item, path=path) for path in record.aliases])
    item.derive()
    return gone


def _set_media(item: CuratedItem, state: State) -> Iterator[str]:
    item.media_provenance, item.image_alt = state["media_provenance"], state["image_alt"]
    item.image = Image.objects.filter(pk=state["image"]).first() if state["image"] else None
    if state["image"] and item.image is None:
        yield "the picture"
    item.pdf = stored_pdf(state)
    if state["pdf"] and not item.pdf:
        yield "the PDF"


def stored_pdf(state: State) -> str:
    """Return the name of the PDF in a state; "" if it was deleted since."""
    return state["pdf"] if state["pdf"] and default_storage.exists(state["pdf"]) else ""


def _set_relations(item: CuratedItem, state: State, at: datetime, rows: NamedRows) -> Iterator[str]:
    def found(name: str) -> list[tuple[Any, Any]]:
        return [(entry, rows.row(name, entry, at)) for entry in state[name]]

    topics, offerings, authors = found("topics"), found("offerings"), found("authors")
    made_topics = [ItemTopic(item=item, topic=row, position=place) for place, (_, row) in enumerate(topics) if row]
    made_offerings = [
        ItemOffering(item=item, offering=row, position=place, is_primary=entry["is_primary"])
        for place, (entry, row) in enumerate(offerings)
        if row
    ]
    made_authors = [ItemAuthor(item=item, author=row, position=place) for place, (_, row) in enumerate(authors) if row]
    set_prefetched(item, "itemtopic_set", made_topics)
    set_prefetched(item, "itemoffering_set", made_offerings)
    set_prefetched(item, "itemauthor_set", made_authors)
    publisher = state["publisher"]
    item.publisher = rows.row("publisher", publisher, at) if publisher else None
    if publisher and item.publisher is None:
        yield f"the publisher “{publisher['name']}”"
    yield from (f"the topic “{entry['vocabulary']}: {entry['label']}”" for entry, row in topics if row is None)
    yield from (f"the offering “{entry['name']}”" for entry, row in offerings if row is None)
    yield from (f"the author “{name}”" for name, row in authors if row is None)
