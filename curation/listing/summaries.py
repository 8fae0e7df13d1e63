"""Items as lists show them: loaded by their keys, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, DateTimeField, QuerySet
from django.utils import timezone

from curation.db.compiled_query import ParamList, compiled_query
from curation.lib.page_urls import address
from curation.models import CuratedItem, ItemTopic
from curation.models.images import CENTRE

from .pagination import PAGE_SIZE, Sliceable

#: Maximum number of topics shown per item.
MAX_TOPICS = 3
#: Maximum number of items loaded by one query: a page of a list, and the item that shows there is a next page.
MAX_KEYS = PAGE_SIZE + 1


@dataclass(frozen=True, slots=True)
class ItemPicture:
    """An `Image` to show: its file name in the storage, its size in pixels, and its focal point in percent."""

    name: str
    width: int
    height: int
    has_renditions: bool
    focus_x: int = CENTRE
    focus_y: int = CENTRE


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A `Publisher` to name and link to."""

    name: str
    domain: str

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("publisher", self.domain)


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """An item in a list. `label` is shown above the title; `first_topics` are pairs of label and path."""

    pk: int
    slug: str
    title: str
    summary: str
    label: str
    published_at: datetime
    publisher: SourceLink | None
    image: ItemPicture | None
    first_topics: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("item", self.slug)


class SummaryRow(NamedTuple):
    """The columns of an `ItemSummary`, by their lookups."""

    pk: int
    slug: str
    title: str
    shown_summary: str
    section: str
    kind: str
    published_at: datetime
    publisher__name: str | None
    publisher__domain: str | None
    image__file: str | None
    image__width: int | None
    image__height: int | None
    image__has_renditions: bool | None
    image__focus_x: int | None
    image__focus_y: int | None


class TopicRow(NamedTuple):
    item_id: int
    topic__label: str
    topic__slug: str


@compiled_query(SummaryRow, keys=ParamList(BigIntegerField(), MAX_KEYS), now=DateTimeField())
def _summary_rows(keys: Any, now: Any) -> QuerySet[CuratedItem, Any]:
    return CuratedItem.objects.published_among(keys, now).order_by().values_list(*SummaryRow._fields)


@compiled_query(TopicRow, keys=ParamList(BigIntegerField(), MAX_KEYS))
def _topic_rows(keys: Any) -> QuerySet[ItemTopic, Any]:
    return ItemTopic.objects.filter(item__pk__in=keys).values_list(*TopicRow._fields)


def load_summaries(keys: Sequence[int], *, with_topics: bool = True) -> list[ItemSummary]:
    """Return the published items of `keys`, in the order of `keys`.

    Costs one query for every `MAX_KEYS` of them, and one more with their first topics.
    """
    if not keys:
        return []
    if len(keys) > MAX_KEYS:
        first, others = keys[:MAX_KEYS], keys[MAX_KEYS:]
        return load_summaries(first, with_topics=with_topics) + load_summaries(others, with_topics=with_topics)
    topics = _first_topics(keys) if with_topics else {}
    rows = {row.pk: row for row in _summary_rows(keys=keys, now=timezone.now())}
    return [_summary(rows[key], topics.get(key, ())) for key in keys if key in rows]


def _first_topics(keys: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    topics: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in _topic_rows(keys=keys):
        if len(topics[row.item_id]) < MAX_TOPICS:
            topics[row.item_id].append((row.topic__label, address("topic", row.topic__slug)))
    return topics


def _summary(row: SummaryRow, topics: Sequence[tuple[str, str]]) -> ItemSummary:
    return ItemSummary(
        pk=row.pk,
        slug=row.slug,
        title=row.title,
        summary=row.shown_summary,
        label=row.section or row.kind,
        published_at=row.published_at,
        publisher=_source(row),
        image=_cropped_picture(row),
        first_topics=tuple(topics),
    )


def _source(row: SummaryRow) -> SourceLink | None:
    return SourceLink(row.publisher__name or "", row.publisher__domain) if row.publisher__domain else None


def _cropped_picture(row: SummaryRow) -> ItemPicture | None:
    """Return the picture of a row with its focal point: lists crop it."""
    found = picture_of(row)
    if found is None or row.image__focus_x is None or row.image__focus_y is None:
        return found
    return replace(found, focus_x=row.image__focus_x, focus_y=row.image__focus_y)


def picture_of(row: Any) -> ItemPicture | None:
    """Return the picture of a row with the columns `image__…`, `None` where these are NULL."""
    if not row.image__file:
        return None
    return ItemPicture(row.image__file, row.image__width, row.image__height, row.image__has_renditions)


class ItemSummaries:
    """Items by their keys, as the rows of a `Page`; iterating over a slice loads its summaries."""

    def __init__(self, keys: Sliceable[int] | tuple[int, ...]) -> None:
        self._keys = keys

    def __getitem__(self, part: slice) -> ItemSummaries:
        return ItemSummaries(self._keys[part])

    def __iter__(self) -> Iterator[ItemSummary]:
        return iter(load_summaries(list(self._keys)))

    def count(self) -> int:
        return len(self._keys) if isinstance(self._keys, tuple) else self._keys.count()
