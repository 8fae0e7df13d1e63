"""The lists of items, one function each. Their pages, their feeds and the API show these same values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.urls import reverse

from curation.coverage import Month
from curation.filters import NewsFilter, typed_values
from curation.kept import kept
from curation.models import (
    Author,
    CuratedItem,
    Offering,
    Publisher,
    Tag,
    Topic,
    Vocabulary,
    with_published_items,
)
from curation.models.items import ItemQuerySet
from curation.pagination import Query, Rows
from curation.search.find import LIMIT, newest
from curation.searches import Search
from curation.selections import (
    EVERYTHING,
    OF_AUTHOR,
    OF_OFFERING,
    OF_PUBLISHER,
    OF_TAG,
    OF_TOPIC,
    OF_VOCABULARY,
    Selected,
)

Subject = TypeVar("Subject")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Subject]):
    """A list of items that readers see, newest first, in a total order.

    `subject` is what its items have in common: a row, or the filters that they passed. Its address is `path` with
    `query`; search engines are to index it where `is_indexed`.
    """

    title: str
    description: str
    path: str
    selected: Selected | ItemQuerySet
    subject: Subject
    query: Query = ()
    is_indexed: bool = True

    @property
    def items(self) -> ItemQuerySet:
        return self.selected.items if isinstance(self.selected, Selected) else self.selected

    @property
    def keys(self) -> Rows[int]:
        """The items by key, as rows of a `Page`."""
        return self.selected if isinstance(self.selected, Selected) else self.selected.values_list("pk", flat=True)

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def feed_url(self, form: str, after: str = "") -> str:
        """Return the path of a feed of the list, or of its page after a place; `form` is the end of its name."""
        query = (*self.query, ("after", after)) if after else self.query
        return f"{self.path}feed.{form}?{urlencode(query)}" if query else f"{self.path}feed.{form}"


def latest() -> Listing[None]:
    """Return all items, without a look at filters."""
    return Listing(
        title="News",
        description=f"All items of {settings.SITE_NAME}, newest first.",
        path=reverse("news"),
        selected=EVERYTHING,
        subject=None,
    )


def news(query: Mapping[str, str]) -> Listing[NewsFilter]:
    """Return the items that a query string asks for; all where it says nothing."""
    typed = typed_values(query)
    everything = latest()
    filters = NewsFilter(typed)
    selected = filters.results if typed else everything.selected
    chosen = ", ".join(f"{active.label} {active.value}" for active in filters.active)
    return Listing(
        title=f"{everything.title}: {chosen}" if chosen else everything.title,
        description=everything.description,
        path=everything.path,
        selected=selected,
        subject=filters,
        query=tuple(filters.data.items()),
        is_indexed=not typed,
    )


def month(found: Month) -> Listing[Month]:
    items = CuratedItem.objects.published().newest_first()
    return Listing(
        title=str(found),
        description=f"News of {found}.",
        path=found.get_absolute_url(),
        selected=items.filter(published_at__gte=found.start, published_at__lt=found.next.start),
        subject=found,
    )


def search(asked: Search, found: Iterable[int] | None = None) -> Listing[Search]:
    """Return the items that a search finds: the newest, or those that were `found` already."""
    ids = newest(asked.wanted, LIMIT) if found is None else found
    return Listing(
        title=f"Search: {asked.text}" if asked.text else "Search",
        description=f"What {settings.SITE_NAME} has about “{asked.text}”." if asked.text else "Search the news.",
        path=reverse("search"),
        selected=CuratedItem.objects.published_among(ids).newest_first(),
        subject=asked,
        query=asked.pairs,
        is_indexed=False,
    )


def _found(model: type[Row], *joined: str, **key: str) -> Row:
    """Return the row that has a key, kept until the content changes. Raises `Http404` where readers know of none."""

    def find() -> Row:
        rows = with_published_items(model)
        found: Row = get_object_or_404(rows.select_related(*joined) if joined else rows, **key)
        return found

    return kept(f"{model.__name__} of {key}", find)


def topic(slug: str) -> Listing[Topic]:
    found = _found(Topic, "vocabulary", slug=slug)
    return Listing(
        title=f"{found.label} ({found.vocabulary.name})",
        description=found.description or f"News about {found.label} ({found.vocabulary.name}).",
        path=found.get_absolute_url(),
        selected=OF_TOPIC.of(found.pk),
        subject=found,
    )


def vocabulary(slug: str) -> Listing[Vocabulary]:
    found = _found(Vocabulary, slug=slug)
    return Listing(
        title=f"{found.name} topics",
        description=found.description or f"News about the topics of {found.name}.",
        path=found.get_absolute_url(),
        selected=OF_VOCABULARY.of(found.pk),
        subject=found,
    )


def offering(slug: str) -> Listing[Offering]:
    found = _found(Offering, slug=slug)
    return Listing(
        title=found.name,
        description=found.description or f"News about {found.name}.",
        path=found.get_absolute_url(),
        selected=OF_OFFERING.of(found.pk),
        subject=found,
    )


def publisher(domain: str) -> Listing[Publisher]:
    found = _found(Publisher, "icon", domain=domain)
    return Listing(
        title=found.name,
        description=f"News that {found.name} published.",
        path=found.get_absolute_url(),
        selected=OF_PUBLISHER.of(found.pk),
        subject=found,
    )


def author(slug: str) -> Listing[Author]:
    found = _found(Author, slug=slug)
    return Listing(
        title=found.name,
        description=found.bio or f"News by {found.name}.",
        path=found.get_absolute_url(),
        selected=OF_AUTHOR.of(found.pk),
        subject=found,
    )


def tag(slug: str) -> Listing[Tag]:
    found = _found(Tag, slug=slug)
    return Listing(
        title=f"Tagged “{found.name}”",
        description=f"News tagged “{found.name}”.",
        path=reverse("tag", args=[found.slug]),
        selected=OF_TAG.of(found.pk),
        subject=found,
    )
