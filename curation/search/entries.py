"""Reading the index entries of items, in a fixed number of queries per call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import islice

from curation.db.bulk_rows import Row
from curation.models import CuratedItem
from curation.models.gaps import GAPS, gap_annotation, gap_annotations

from .facet_sources import RelationSource
from .facet_tokens import DESK_OFFSET, EVERY, gap_token, key, made_by_token, status_token, token
from .facets import FACETS
from .words import HAS_SPACELESS, indexed

#: Only this much of a body is indexed; PostgreSQL limits words and their positions to a megabyte.
MAX_BODY_CHARACTERS = 100_000
#: Maximum number of letters of scripts without spaces that are indexed of a body: each makes a word of its own.
MAX_SPACELESS_LETTERS = 30_000
COLUMNS = ("pk", "title", "shown_summary", "status", "published_at", "created_at", "created_by", "body_text")
#: The facets whose values are in a column of the item, and those whose values are related rows.
COLUMN_SOURCES = {name: facet.source for name, facet in FACETS.items() if facet.source.column}
RELATED_SOURCES = {name: facet.source for name, facet in FACETS.items() if isinstance(facet.source, RelationSource)}


def read_entries(ids: Collection[int]) -> list[Row]:
    """Return the `SearchEntry` rows of the items among `ids`, outside the bin, in the order of their keys.

    The items are locked until the transaction ends: of two transactions that index one item, the second sees what the
    first wrote.
    """
    items = _read_items(ids)
    related = _related_tokens([item["pk"] for item in items])
    return sorted((_entry(item, related[item["pk"]]) for item in items), key=lambda entry: entry["key"])


def _read_items(ids: Collection[int]) -> list[Row]:
    """Return the columns of items that entries are made of. Undated ones have the time when they were made."""
    columns = {*COLUMNS, *(source.column for source in COLUMN_SOURCES.values())}
    found = CuratedItem.objects.not_binned().filter(pk__in=ids).annotate(**gap_annotations())
    locked = found.select_for_update().order_by("pk")
    items: list[Row] = list(locked.values(*columns, *map(gap_annotation, GAPS)))
    return [{**item, "published_at": item["published_at"] or item["created_at"]} for item in items]


def _entry(item: Row, related_tokens: set[str]) -> Row:
    tokens = {*_column_tokens(item), *related_tokens, *_desk_tokens(item)}
    is_published = item["status"] == CuratedItem.Status.PUBLISHED
    return {
        "key": key(item["published_at"], item["pk"]) - (0 if is_published else DESK_OFFSET),
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


def _desk_tokens(item: Row) -> Iterator[str]:
    """Yield the tokens by which editors find an item: of its status, of who made it, and of its gaps."""
    yield status_token(item["status"])
    if item["created_by"]:
        yield made_by_token(item["created_by"])
    yield from (gap_token(code) for code in GAPS if item[gap_annotation(code)])


def _related_tokens(ids: Collection[int]) -> defaultdict[int, set[str]]:
    """Return the tokens of the related rows of items, by item; in one query."""
    tokens: defaultdict[int, set[str]] = defaultdict(set)
    if ids:
        first, *others = (source.values_of(facet, ids) for facet, source in RELATED_SOURCES.items())
        for facet, item, value in first.union(*others, all=True):
            tokens[item].add(token(facet, value))
    return tokens
