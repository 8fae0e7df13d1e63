"""The front page, and the list of all items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from curation import listings
from curation.feeds import feed_links
from curation.filters import NewsFilter, typed_values
from curation.kept import kept
from curation.models import Topic
from curation.models.items import ItemQuerySet
from curation.pagination import PAGE_SIZE
from curation.teasers import Teaser, Teasers

from .head import list_head
from .lists import list_page
from .parts import part

#: The topics most written about are those of so many newest items.
LATELY = 300
TOPICS_SHOWN = 12
#: How many of the newest stories stand at the top of the front page, and how many in the grid below.
TOP = 6
GRID = 6


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The newest items by their place on the front page; the earlier ones by day."""

    lead: Teaser | None
    beside: Sequence[Teaser]
    grid: Sequence[Teaser]
    earlier: Sequence[tuple[date, Sequence[Teaser]]]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    listing = listings.latest()
    head = list_head(request, "Healthcare innovation news", "News of healthcare innovation, picked and summarised.")
    context = {
        "head": head,
        "feeds": feed_links(listing),
        "front": front_page(list(Teasers(listing.keys)[:PAGE_SIZE])),
        "topics": kept("topics lately", lambda: topics_lately(listing.items)),
    }
    return render(request, "home.html", context)


def front_page(items: Sequence[Teaser]) -> FrontPage:
    """Give items their places. The lead is the newest with a picture at the top, or the newest if none has one."""
    lead = next((item for item in items[:TOP] if item.image), items[0] if items else None)
    others = [item for item in items if item is not lead]
    return FrontPage(lead, others[: TOP - 1], others[TOP - 1 : TOP - 1 + GRID], by_day(others[TOP - 1 + GRID :]))


def by_day(items: Iterable[Teaser]) -> list[tuple[date, list[Teaser]]]:
    """Return items in their order, by the day that each came out."""
    return [(day, list(some)) for day, some in groupby(items, key=lambda item: item.published_at.date())]


def topics_lately(items: ItemQuerySet) -> list[Topic]:
    """Return the topics of most of the newest items; `lately` counts them."""
    topics = Topic.objects.filter(itemtopic__item__in=items.values("pk")[:LATELY]).select_related("vocabulary")
    return list(topics.annotate(lately=Count("itemtopic")).order_by("-lately", "label", "pk")[:TOPICS_SHOWN])


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    typed = typed_values(request.GET)
    if any(not request.GET[name].strip() for name in NewsFilter.base_filters if name in request.GET):
        # A form sends its empty fields as well; the address to keep and to share is the one without them.
        return HttpResponseRedirect(f"{request.path}?{urlencode(typed)}" if typed else request.path)
    if not typed:  # so the form is the same for everyone
        form = kept("filters", lambda: part("filters", form=NewsFilter({}).form))
        return list_page(request, listings.latest(), "news.html", active=(), errors=(), form=form)
    listing = listings.news(request.GET)
    filters = listing.subject
    form, errors = part("filters", form=filters.form), filters.form.errors.values()
    status = HTTPStatus.NOT_FOUND if filters.names_nothing else HTTPStatus.OK
    return list_page(request, listing, "news.html", status=status, active=filters.active, errors=errors, form=form)
