"""Items as the index has them: read in a fixed number of queries, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC
from itertools import islice
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from curation.bulk import Row
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic

from .marks import EVERY, key, mark
from .words import HAS_SPACELESS, indexed

#: So many characters of a body are looked in; PostgreSQL takes no more than a megabyte of words and places.
MAX_BODY = 100_000
#: Of these, so many may be letters of scripts without spaces: each makes a word of its own.
MAX_RUNS = 30_000
COLUMNS = ("pk", "title", "shown_summary", "published_at", "publisher", "kind", "format", "body_text")


def entries_of(ids: Collection[int]) -> list[Row]:
    """Return the rows of `SearchEntry` that items shall have, the oldest first; none for items that are not published.

    The items are locked until the transaction ends, so that of two that index one item the second sees what the
    first wrote.
    """
    published = CuratedItem.objects.filter(pk__in=ids, status=CuratedItem.Status.PUBLISHED)
    items = list(published.select_for_update().order_by("pk").values(*COLUMNS))
    related = _marks_of([item["pk"] for item in items])
    return sorted((_entry(item, related[item["pk"]]) for item in items), key=lambda entry: entry["key"])


def _entry(item: Row, related: list[str]) -> Row:
    marks = [EVERY, mark("year", item["published_at"].astimezone(UTC).year)]
    marks += [mark(facet, item[facet]) for facet in ("kind", "format", "publisher") if item[facet]]
    return {
        "key": key(item["published_at"], item["pk"]),
        "item_id": item["pk"],
        "title": indexed(item["title"]),
        "summary": indexed(item["shown_summary"]),
        "facets": " ".join([*marks, *related]),
        "body": indexed(_beginning(item["body_text"])),
    }


def _beginning(body: str) -> str:
    """Return as much of a body as is looked in."""
    body = body[:MAX_BODY]
    if body.isascii():
        return body
    beyond = next(islice(HAS_SPACELESS.finditer(body), MAX_RUNS, None), None)
    return body[: beyond.start()] if beyond else body


def _marks_of(ids: Collection[int]) -> dict[int, list[str]]:
    """Return, by item, the marks of all that it is related to, sorted; in one query."""
    first, *others = (
        _related(ItemTopic.objects.filter(item__in=ids), "topic", "topic_id"),
        _related(ItemTopic.objects.filter(item__in=ids), "vocabulary", "topic__vocabulary_id"),
        _related(ItemOffering.objects.filter(item__in=ids), "offering", "offering_id"),
        _related(ItemAuthor.objects.filter(item__in=ids), "author", "author_id"),
        _related(ItemTag.objects.filter(content_object__in=ids), "tag", "tag_id", item="content_object_id"),
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    if ids:
        for facet, item, value in first.union(*others, all=True):
            found[item].add(mark(facet, value))
    return defaultdict(list, {item: sorted(marks) for item, marks in found.items()})


def _related(rows: QuerySet[Any], facet: str, value: str, item: str = "item_id") -> QuerySet[Any, Any]:
    return rows.order_by().values_list(Value(facet, CharField()), F(item), F(value))
