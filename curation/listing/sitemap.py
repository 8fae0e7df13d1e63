"""The pages that sitemaps name, with the time of their last change: https://www.sitemaps.org/protocol.html."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import F, Manager, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from curation.lib.page_urls import address
from curation.lib.slugs import slug_of
from curation.models import CuratedItem
from curation.search.facet_sources import OrderedRelationSource

from .lists import LISTS, RowLists, TextLists
from .pagination import PAGE_SIZE

#: Maximum number of pages that a sitemap names: a tenth of what the protocol allows, so that parts can be cached.
MAX_PAGES = 5_000
#: Number of rows fetched at a time, which bounds the memory that a sitemap takes.
BATCH_ROWS = 2_000
#: The age of news and their maximum number: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
NEWS_AGE, MAX_NEWS = timedelta(hours=48), 1_000


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A page: its path, the time of its last change, and the path of its image, "" where it has none."""

    path: str
    changed: datetime
    image: str = ""


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """An item as news: its path, title, time of publication, and language ("" for that of the site)."""

    path: str
    title: str
    published: datetime
    language: str


class Section(ABC):
    """The pages of one kind, in parts of at most `MAX_PAGES`, numbered from 1."""

    @abstractmethod
    def parts(self) -> list[tuple[int, datetime]]:
        """Return the numbers of the parts that have pages, with the time of their last change; in one query."""

    @abstractmethod
    def part(self, number: int) -> Iterator[SitemapEntry]:
        """Yield the pages of a part, in one query."""


class RowSection(Section):
    """The pages of rows.

    The key of a row decides which part it is in: no row moves to another part, and reading a part is a range of keys.
    """

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return the rows with `changed`, which is `None` for a row without a page."""

    def entries(self, rows: QuerySet[Any]) -> Iterator[SitemapEntry]:
        for row in rows.iterator(BATCH_ROWS):
            if row.changed:
                yield SitemapEntry(row.get_absolute_url(), row.changed)

    def parts(self) -> list[tuple[int, datetime]]:
        numbered = self.rows().order_by().annotate(part=(F("pk") - 1) / Value(MAX_PAGES) + 1)
        parts = numbered.values("part").annotate(newest=Max("changed")).order_by("part")
        return [(part, newest) for part, newest in parts.values_list("part", "newest") if newest]

    def part(self, number: int) -> Iterator[SitemapEntry]:
        end = number * MAX_PAGES
        return self.entries(self.rows().order_by("pk").filter(pk__gt=end - MAX_PAGES, pk__lte=end))


#: The time of an item's last change or publication: `CuratedItem.modified_at` in SQL.
CHANGED = Greatest("published_at", *(Coalesce(name, "published_at") for name in ("source_modified_at", "edited_at")))


class ItemSection(RowSection):
    def rows(self) -> QuerySet[Any]:
        return CuratedItem.objects.published().annotate(changed=CHANGED)

    def entries(self, rows: QuerySet[Any]) -> Iterator[SitemapEntry]:
        for slug, moment, image, meta in rows.values_list("slug", "changed", "image__file", "meta").iterator(
            BATCH_ROWS
        ):
            if may_be_indexed(meta):
                yield SitemapEntry(address("item", slug), moment, default_storage.url(image) if image else "")


def may_be_indexed(meta: object) -> bool:
    """Whether the meta tags of an item allow search engines to show its page."""
    html = meta.get("html") if isinstance(meta, Mapping) else None
    robots = [str(text) for name, text in html.items() if name.lower() == "robots"] if isinstance(html, Mapping) else []
    return not any(word in text.lower() for text in robots for word in ("noindex", "none"))


class RowListSection(RowSection):
    """The lists of rows. A list changes with the items of its first page."""

    def __init__(self, lists: RowLists[Any]) -> None:
        self.lists = lists

    def rows(self) -> QuerySet[Any]:
        first_page = CuratedItem.objects.published_among(self.newest_keys()[:PAGE_SIZE]).order_by().values(one=Value(1))
        changed = Subquery(first_page.annotate(newest=Max(CHANGED)).values("newest"))
        manager: Manager[Any] = self.lists.model._default_manager
        return manager.annotate(changed=changed)

    def newest_keys(self) -> QuerySet[Any, Any]:
        """Return the keys of a row's items, newest first, in a subquery of a subquery of the row."""
        source = self.lists.source
        if isinstance(source, OrderedRelationSource):  # its index has them without a look at the items
            listed = source.relation.objects.listed().filter(**{source.path: OuterRef(OuterRef("pk"))})
            return listed.newest_first().values("item")
        items = CuratedItem.objects.published().newest_first()
        return source.with_outer_row(items, OuterRef(OuterRef("pk"))).values("pk")


class TextListSection(Section):
    """The lists of the values of a text column. A list changes with any of its items."""

    def __init__(self, lists: TextLists) -> None:
        self.lists = lists

    def parts(self) -> list[tuple[int, datetime]]:
        entries = self._entries()
        slices = (entries[start : start + MAX_PAGES] for start in range(0, len(entries), MAX_PAGES))
        return [(number, max(entry.changed for entry in some)) for number, some in enumerate(slices, start=1)]

    def part(self, number: int) -> Iterator[SitemapEntry]:
        return iter(self._entries()[(number - 1) * MAX_PAGES : number * MAX_PAGES])

    def _entries(self) -> Sequence[SitemapEntry]:
        """Return an entry for each value, in the order of their slugs; in one query."""
        items = CuratedItem.objects.published().order_by()
        newest: dict[str, datetime] = {}
        for text, changed in items.values_list(self.lists.column).annotate(newest=Max(CHANGED)):
            slug = slug_of(text)
            newest[slug] = max(changed, newest.get(slug, changed))
        return [SitemapEntry(address(self.lists.name, slug), newest[slug]) for slug in sorted(newest) if slug]


def _section_of(lists: RowLists[Any] | TextLists) -> Section:
    return TextListSection(lists) if isinstance(lists, TextLists) else RowListSection(lists)


SECTIONS: dict[str, Section] = {
    "items": ItemSection(),
    **{lists.plural: _section_of(lists) for lists in LISTS if lists.in_sitemap},
}
#: The URL names of the pages that always exist. All of them depend on the newest items.
PAGES = ("home", "news", "topics", "offerings", "publishers", "authors", "archive")


def last_change() -> datetime | None:
    """Return the time of the last change of the list of all items, `None` where it is empty."""
    newest = CuratedItem.objects.published().newest_first().values("pk")[:PAGE_SIZE]
    moment: datetime | None = CuratedItem.objects.filter(pk__in=newest).aggregate(newest=Max(CHANGED))["newest"]
    return moment


def recent_news() -> list[NewsEntry]:
    """Return the items of the last 48 hours, newest first."""
    items = CuratedItem.objects.published().newest_first().filter(published_at__gt=timezone.now() - NEWS_AGE)
    recent = items.values_list("slug", "title", "published_at", "language", "meta")[:MAX_NEWS]
    return [
        NewsEntry(address("item", slug), title, at, language)
        for slug, title, at, language, meta in recent
        if at and may_be_indexed(meta)
    ]
