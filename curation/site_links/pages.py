"""Pages of this site other than items, by their paths: which exist, and whether readers see them now."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, Case, CharField, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from curation.models import (
    Author,
    BodyReference,
    CuratedItem,
    Offering,
    Publisher,
    Tag,
    Topic,
    Vocabulary,
    with_published_items,
)
from curation.models.body_references import LEADS_TO_NO_ROW
from curation.models.items import Moment

#: Names of pages that always exist.
STATIC_PAGES = (
    *("home", "news", "topics", "offerings", "archive", "search", "sitemap", "sitemap_pages", "sitemap_news", "robots"),
    *("manifest", "opensearch", "publishers", "authors", "tags", "vocabularies"),
)
#: Names of pages of a row, with the model of the row and the column that the address contains.
PAGE_MODELS: dict[str, tuple[Any, str]] = {
    "topic": (Topic, "slug"),
    "topic_timeline": (Topic, "slug"),
    "vocabulary": (Vocabulary, "slug"),
    "tag": (Tag, "slug"),
    "offering": (Offering, "slug"),
    "offering_timeline": (Offering, "slug"),
    "publisher": (Publisher, "domain"),
    "author": (Author, "slug"),
}
ITEM = "item"
#: A year or month of the archive: its key is `2023` or `2023-05`.
PERIOD = "period"
MAX_KEY = 255
#: Pages that most breadcrumbs name. Looking them up here spares an import from loading every view of the site.
FREQUENT_PAGES = {"/": "home", "/news/": "news"}
_FEED = re.compile(r"feed\.\w+$")


@lru_cache(maxsize=10_000)
def page_of(path: str) -> tuple[str, str] | None:
    """Return the route name and key of the page at a path; `None` if the path matches no page.

    A feed counts as its list. Whether a row has the key is not checked.
    """
    if name := FREQUENT_PAGES.get(path) or FREQUENT_PAGES.get(f"{path}/"):
        return name, ""
    for candidate in (path, f"{path}/"):
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        name, values = match.url_name or "", list(match.kwargs.values())
        if not name and _FEED.search(path):
            return page_of(_FEED.sub("", path))
        if name in STATIC_PAGES:
            return name, ""
        if (name in PAGE_MODELS or name == ITEM) and len(str(values[0])) <= MAX_KEY:
            return name, str(values[0])
        if name in ("archive_year", "archive_month"):
            return PERIOD, "-".join(f"{value:02}" for value in values)
    return None


def broken_references(now: Moment = None) -> QuerySet[BodyReference]:
    """Return the references that lead to no file, no item, and no page that readers see at a time, by default now.

    Those of items in the bin are left out.
    """
    rows = BodyReference.objects.filter(LEADS_TO_NO_ROW).exclude(item__status=CuratedItem.Status.BIN)
    return rows.annotate(page_exists=page_exists(now or timezone.now())).filter(page_exists=False)


def page_exists(now: Moment) -> Case:
    """Return the condition that readers see the page with a row's `page` and `key` at a time."""
    return Case(
        When(page__in=STATIC_PAGES, then=Value(True)),
        *(When(page=name, then=_exists(name, now)) for name in PAGE_MODELS),
        When(page=PERIOD, then=_exists(PERIOD, now)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _exists(name: str, now: Moment) -> Exists:
    key = OuterRef("key")
    if name == PERIOD:  # both databases write a time as text that begins with the key
        items = CuratedItem.objects.published(now).annotate(time=Cast("published_at", CharField()))
        return Exists(items.filter(time__startswith=key))
    model, column = PAGE_MODELS[name]
    return Exists(with_published_items(model, now).filter(**{column: key}))


def is_page(page: str, key: str) -> bool:
    """Whether readers see a page now."""
    if page == PERIOD:
        items = CuratedItem.objects.published().annotate(time=Cast("published_at", CharField()))
        return items.filter(time__startswith=key).exists()
    if page in PAGE_MODELS:
        model, column = PAGE_MODELS[page]
        return bool(with_published_items(model).filter(**{column: key}).exists())
    return page in STATIC_PAGES


def page_url(page: str, key: str) -> str:
    """Return the address of a page."""
    if page == PERIOD:
        year, *month = key.split("-")
        return reverse("archive_month" if month else "archive_year", args=[int(year), *month])
    return reverse(page, args=[key] if key else [])
