"""Pages of this site by their paths: which there are besides items', and whether readers find something there now."""

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
from curation.models.items import Moment
from curation.models.references import NEITHER

#: Pages that are always there.
ALWAYS = (
    *("home", "news", "topics", "offerings", "archive", "search", "sitemap", "sitemap_pages", "sitemap_news", "robots"),
    *("manifest", "opensearch"),
)
#: Pages of a subject, and the rows that have one, by the column that their address holds.
SUBJECTS: dict[str, tuple[Any, str]] = {
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
#: Pages that most breadcrumbs name. To look them up here keeps an import from loading every page of the site.
COMMON = {"/": "home", "/news/": "news"}
_FEED = re.compile(r"feed\.\w+$")


@lru_cache(maxsize=10_000)
def page_of(path: str) -> tuple[str, str] | None:
    """Return the name and key of the page at a path, `None` where no page can be; a feed counts as its list.

    Whether there is a row of that key is not asked.
    """
    if name := COMMON.get(path) or COMMON.get(f"{path}/"):
        return name, ""
    for candidate in (path, f"{path}/"):
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        name, values = match.url_name or "", list(match.kwargs.values())
        if not name and _FEED.search(path):
            return page_of(_FEED.sub("", path))
        if name in ALWAYS:
            return name, ""
        if (name in SUBJECTS or name == ITEM) and len(str(values[0])) <= MAX_KEY:
            return name, str(values[0])
        if name in ("archive_year", "archive_month"):
            return PERIOD, "-".join(f"{value:02}" for value in values)
    return None


def nowhere(now: Moment = None) -> QuerySet[BodyReference]:
    """Return the references that lead to nothing there is at a time, by default now: to no file, no item, no page."""
    rows = BodyReference.objects.filter(NEITHER)
    return rows.annotate(leads=leads(now or timezone.now())).filter(leads=False)


def leads(now: Moment) -> Case:
    """Return the condition that readers find the page of a row's `page` and `key` at a time."""
    return Case(
        When(page__in=ALWAYS, then=Value(True)),
        *(When(page=name, then=_exists(name, now)) for name in SUBJECTS),
        When(page=PERIOD, then=_exists(PERIOD, now)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _exists(name: str, now: Moment) -> Exists:
    key = OuterRef("key")
    if name == PERIOD:  # the key is how both databases begin a time as text
        items = CuratedItem.objects.published(now).annotate(time=Cast("published_at", CharField()))
        return Exists(items.filter(time__startswith=key))
    model, column = SUBJECTS[name]
    return Exists(with_published_items(model, now).filter(**{column: key}))


def is_there(page: str, key: str) -> bool:
    """Whether readers find a page now."""
    if page == PERIOD:
        items = CuratedItem.objects.published().annotate(time=Cast("published_at", CharField()))
        return items.filter(time__startswith=key).exists()
    if page in SUBJECTS:
        model, column = SUBJECTS[page]
        return bool(with_published_items(model).filter(**{column: key}).exists())
    return page in ALWAYS


def page_url(page: str, key: str) -> str:
    """Return the address of a page."""
    if page == PERIOD:
        year, *month = key.split("-")
        return reverse("archive_month" if month else "archive_year", args=[int(year), *month])
    return reverse(page, args=[key] if key else [])
