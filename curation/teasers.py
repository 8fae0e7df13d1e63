"""What lists show of items: loaded by the items' keys, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, QuerySet
from django.utils import timezone

from curation.models import CuratedItem, ItemTopic
from curation.models.addresses import address
from curation.pagination import PAGE_SIZE, Rows
from curation.prepared import Given, Prepared

#: So many topics of an item are shown.
TOPICS = 3
#: So many items are loaded at once: a page of a list, and the one that tells whether there is a next page.
MOST = PAGE_SIZE + 1


@dataclass(frozen=True, slots=True)
class Picture:
    """What it takes to show an `Image`."""

    name: str
    width: int
    height: int
    has_renditions: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What it takes to name a `Publisher`."""

    name: str
    domain: str

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("publisher", self.domain)


@dataclass(frozen=True, slots=True)
class Teaser:
    """An item in a list. `label` is printed above the title; `first_topics` are labels and addresses."""

    pk: int
    slug: str
    title: str
    summary: str
    label: str
    published_at: datetime
    publisher: Source | None
    image: Picture | None
    first_topics: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("item", self.slug)


def teasers(keys: Sequence[int], *, with_topics: bool = True) -> list[Teaser]:
    """Return the items of some keys that readers see now, in the order of the keys; in one query for every `MOST`, or
    two with their first topics.
    """
    if len(keys) > MOST:
        return teasers(keys[:MOST], with_topics=with_topics) + teasers(keys[MOST:], with_topics=with_topics)
    if not keys:
        return []
    topics = _topics_of(keys) if with_topics else {}
    found = {row[0]: row for row in _rows(keys=keys, now=timezone.now())}
    return [_teaser(found[key], topics.get(key, ())) for key in keys if key in found]


class Teasers:
    """Items by their keys, as the rows of a `Page`: a slice of them is loaded when it is gone through."""

    def __init__(self, keys: Rows[int] | tuple[int, ...]) -> None:
        self._keys = keys

    def __getitem__(self, part: slice) -> Teasers:
        return Teasers(self._keys[part])

    def __iter__(self) -> Iterator[Teaser]:
        return iter(teasers(list(self._keys)))

    def count(self) -> int:
        return len(self._keys) if isinstance(self._keys, tuple) else self._keys.count()


def _teaser(row: tuple[Any, ...], topics: Sequence[tuple[str, str]]) -> Teaser:
    pk, slug, title, summary, section, kind, published_at, name, domain, *image = row
    publisher = Source(name, domain) if domain else None
    return Teaser(
        pk,
        slug,
        title,
        summary,
        section or kind,
        published_at,
        publisher,
        Picture(*image) if image[0] else None,
        tuple(topics),
    )


def _topics_of(keys: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    topics: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for key, label, slug in _topics(keys=keys):
        if len(topics[key]) < TOPICS:
            topics[key].append((label, address("topic", slug)))
    return topics


KEYS: Any = Given.many("keys", BigIntegerField(), MOST)


@Prepared
def _rows() -> QuerySet[CuratedItem, tuple[Any, ...]]:
    items = CuratedItem.objects.published_among(KEYS, Given("now", DateTimeField())).order_by()
    return items.values_list(
        *(
            "pk",
            "slug",
            "title",
            "shown_summary",
            "section",
            "kind",
            "published_at",
            "publisher__name",
            "publisher__domain",
        ),
        *("image__file", "image__width", "image__height", "image__has_renditions"),
    )


@Prepared
def _topics() -> QuerySet[ItemTopic, tuple[int, str, str]]:
    return ItemTopic.objects.filter(item__pk__in=KEYS).values_list("item", "topic__label", "topic__slug")
