"""Which pages there are for search engines, and when each last changed: https://www.sitemaps.org/protocol.html."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Exists, F, Max, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from curation.models import (
    Author,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTopic,
    Offering,
    Publisher,
    Topic,
    Vocabulary,
)
from curation.models.addresses import address
from curation.models.items import ItemRelation
from curation.pagination import PAGE_SIZE

#: No sitemap may name more pages.
LIMIT = 50_000
#: Rows are fetched so many at a time, so that a sitemap takes no more memory than these.
BATCH = 2_000
#: What is news, and how many there may be: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
RECENT, RECENT_LIMIT = timedelta(hours=48), 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its path, when it last changed, and the address of its picture, "" where it has none."""

    path: str
    changed: datetime
    image: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """An item as news: its path, its title, when it came out, and its language ("" for that of the site)."""

    path: str
    title: str
    published: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Section:
    """The pages of one kind. `rows` have `changed`, `None` where there is no page; `entries` says what is told of them.

    A section is split by the keys of its rows, `LIMIT` to a part: no row ever moves to another part, and to find a
    part's costs a range of the key, never an offset.
    """

    rows: Callable[[], QuerySet[Any]]
    entries: Callable[[QuerySet[Any]], Iterator[Entry]]

    def parts(self) -> list[tuple[int, datetime]]:
        """Return the numbers of the parts that have pages, from 1, and when each last changed; in one query."""
        numbered = self.rows().order_by().annotate(part=(F("pk") - 1) / Value(LIMIT) + 1)
        parts = numbered.values("part").annotate(newest=Max("changed")).order_by("part")
        return [(part, newest) for part, newest in parts.values_list("part", "newest") if newest]

    def part(self, number: int) -> Iterator[Entry]:
        """Yield the pages of a part, in one query."""
        end = number * LIMIT
        return self.entries(self.rows().order_by("pk").filter(pk__gt=end - LIMIT, pk__lte=end))


#: When a story came out or last changed since: `CuratedItem.modified_at` as the database says it.
CHANGED = Greatest("published_at", *(Coalesce(name, "published_at") for name in ("source_modified_at", "edited_at")))


def _items() -> QuerySet[Any]:
    return CuratedItem.objects.published().annotate(changed=CHANGED)


def _item_entries(items: QuerySet[Any]) -> Iterator[Entry]:
    for slug, moment, image, meta in items.values_list("slug", "changed", "image__file", "meta").iterator(BATCH):
        if may_be_indexed(meta):
            yield Entry(address("item", slug), moment, default_storage.url(image) if image else "")


def may_be_indexed(meta: object) -> bool:
    """Whether an item's own words for its page let search engines show it."""
    html = meta.get("html") if isinstance(meta, Mapping) else None
    own = [str(text) for name, text in html.items() if name.lower() == "robots"] if isinstance(html, Mapping) else []
    return not any(word in text.lower() for text in own for word in ("noindex", "none"))


def _targets(model: type[Model], listed: QuerySet[Any, Any]) -> QuerySet[Any]:
    """Return the rows of `model` with the last change of the first page of their list, `None` where that is empty.

    `listed` are the keys of the items of `OuterRef(OuterRef("pk"))`, newest first.
    """
    first_page = CuratedItem.objects.published_among(listed[:PAGE_SIZE]).order_by().values(one=Value(1))
    return model._default_manager.annotate(changed=Subquery(first_page.annotate(newest=Max(CHANGED)).values("newest")))


def _related_to(model: type[Model], relation: type[ItemRelation], target: str) -> Callable[[], QuerySet[Any]]:
    def rows() -> QuerySet[Any]:
        listed = relation.objects.listed().filter(**{target: OuterRef(OuterRef("pk"))})
        return _targets(model, listed.order_by("-listed_at", "-item_id").values("item"))

    return rows


def _publishers() -> QuerySet[Any]:
    items = CuratedItem.objects.published().filter(publisher=OuterRef(OuterRef("pk")))
    return _targets(Publisher, items.newest_first().values("pk"))


def _vocabularies() -> QuerySet[Any]:
    tied = ItemTopic.objects.filter(item=OuterRef("pk"), topic__vocabulary=OuterRef(OuterRef(OuterRef("pk"))))
    return _targets(Vocabulary, CuratedItem.objects.published().filter(Exists(tied)).newest_first().values("pk"))


def _target_entries(rows: QuerySet[Any]) -> Iterator[Entry]:
    for row in rows.iterator(BATCH):
        if row.changed:
            yield Entry(row.get_absolute_url(), row.changed)


SECTIONS = {
    "items": Section(_items, _item_entries),
    "vocabularies": Section(_vocabularies, _target_entries),
    "topics": Section(_related_to(Topic, ItemTopic, "topic"), _target_entries),
    "offerings": Section(_related_to(Offering, ItemOffering, "offering"), _target_entries),
    "publishers": Section(_publishers, _target_entries),
    "authors": Section(_related_to(Author, ItemAuthor, "author"), _target_entries),
}
#: The pages that are always there, each with the newest items or with what they are about.
PAGES = ("home", "news", "topics", "offerings", "archive")


def last_change() -> datetime | None:
    """Return when the list of all items last changed, `None` for an empty site."""
    newest = CuratedItem.objects.published().newest_first().values("pk")[:PAGE_SIZE]
    moment: datetime | None = CuratedItem.objects.filter(pk__in=newest).aggregate(newest=Max(CHANGED))["newest"]
    return moment


def recent_stories() -> list[Story]:
    """Return what is news: the items of the last 48 hours, newest first."""
    items = CuratedItem.objects.published().newest_first().filter(published_at__gt=timezone.now() - RECENT)
    recent = items.values_list("slug", "title", "published_at", "language", "meta")[:RECENT_LIMIT]
    return [
        Story(address("item", slug), title, at, language)
        for slug, title, at, language, meta in recent
        if at and may_be_indexed(meta)
    ]
