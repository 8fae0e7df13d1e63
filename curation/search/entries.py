"""Reading the index entries of items, in a fixed number of queries per call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import islice

from curation.db.bulk_rows import Row
from curation.models import CuratedItem

from .facet_sources import RelationSource
from .facet_tokens import EVERY, key, token
from .facets import FACETS
from .words import HAS_SPACELESS, indexed

#: Only this much of a body is indexed; PostgreSQL limits words and their positions to a megabyte.
MAX_BODY_CHARACTERS = 100_000
#: Maximum number of letters of scripts without spaces that are indexed of a body: each makes a word of its own.
MAX_SPACELESS_LETTERS = 30_000
COLUMNS = ("pk", "title", "shown_summary", "published_at", "body_text")
#: The facets whose values are in a column of the item, and those whose values are related rows.
COLUMN_SOURCES = {name: facet.source for name, facet in FACETS.items() if facet.source.column}
RELATED_SOURCES = {name: facet.source for name, facet in FACETS.items() if isinstance(facet.source, RelationSource)}


def read_entries(ids: Collection[int]) -> list[Row]:
    """Return the `SearchEntry` rows of the published items among `ids`, in the order of their keys.

    The items are locked until the transaction ends: of two transactions that index one item, the second sees what the
    first wrote.
    """
    published = CuratedItem.objects.filter(pk__in=ids, status=CuratedItem.Status.PUBLISHED)
    columns = {*COLUMNS, *(source.column for source in COLUMN_SOURCES.values())}
    items = list(published.select_for_update().order_by("pk").values(*columns))
    related = _related_tokens([item["pk"] for item in items])
    return sorted((_entry(item, related[item["pk"]]) for item in items), key=lambda entry: entry["key"])


def _entry(item: Row, related_tokens: set[str]) -> Row:
    tokens = {*_column_tokens(item), *related_tokens}
    return {
        "key": key(item["published_at"], item["pk"]),
        "item_id": item["pk"],
        "title": indexed(item["title"]),
        "summary": indexed(item["shown_summary"]),
        "facets": " ".join([EVERY, *sorted(tokens)]),
        "body": indexed(_truncate_body(item["body_text"])),
    }


def _truncate_body(body: str) -> str:
    body = body[:MAX_BODY_CHARACTERS]
    if body.isascii():
        return body
    beyond = next(islice(HAS_SPACELESS.finditer(body), MAX_SPACELESS_LETTERS, None), None)
    return body[: beyond.start()] if beyond else body


def _column_tokens(item: Row) -> Iterator[str]:
    for facet, source in COLUMN_SOURCES.items():
        yield from (token(facet, value) for value in source.values(item[source.column]))


def _related_tokens(ids: Collection[int]) -> defaultdict[int, set[str]]:
    """Return the tokens of the related rows of items, by item; in one query."""
    tokens: defaultdict[int, set[str]] = defaultdict(set)
    if ids:
        first, *others = (source.values_of(facet, ids) for facet, source in RELATED_SOURCES.items())
        for facet, item, value in first.union(*others, all=True):
            tokens[item].add(token(facet, value))
    return tokens
