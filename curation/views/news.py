"""The front page, and the list of all items with its filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import groupby

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from curation.caching.memo import memoised
from curation.feeds import feed_links
from curation.lib.site_url import absolute_url
from curation.lib.time_zones import local_day
from curation.listing.lists import latest, matching
from curation.listing.pagination import PAGE_SIZE
from curation.listing.query import ItemQuery, has_blank_values, read_item_query
from curation.listing.summaries import ItemSummaries, ItemSummary
from curation.models import Topic
from curation.models.items import ItemQuerySet
from curation.templating.fragments import render_fragment
from curation.templating.head import list_head

from .lists import list_page

#: The most frequent topics are counted among this many of the newest items.
RECENT_ITEMS = 300
MAX_TOPICS = 12
#: Number of the newest items at the top of the front page, and of the next ones in the grid below.
TOP_SIZE = 6
GRID_SIZE = 6


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The newest items by their place on the front page; the earlier ones by day."""

    lead: ItemSummary | None
    beside: Sequence[ItemSummary]
    grid: Sequence[ItemSummary]
    earlier: Sequence[tuple[date, Sequence[ItemSummary]]]


def home(request: HttpRequest) -> HttpResponse:
    item_list = latest()
    head = list_head(
        absolute_url(request.path),
        "Healthcare innovation news",
        "News of healthcare innovation, picked and summarised.",
    )
    context = {
        "head": head,
        "feeds": feed_links(item_list),
        "front": front_page(list(ItemSummaries(item_list.keys)[:PAGE_SIZE])),
        "topics": memoised("recent topics", lambda: recent_topics(item_list.items)),
    }
    return render(request, "home.html", context)


def front_page(items: Sequence[ItemSummary]) -> FrontPage:
    """Return the places of items. The lead is the newest with an image at the top, or the newest if none has one."""
    lead = next((item for item in items[:TOP_SIZE] if item.image), items[0] if items else None)
    others = [item for item in items if item is not lead]
    grid_end = TOP_SIZE - 1 + GRID_SIZE
    return FrontPage(lead, others[: TOP_SIZE - 1], others[TOP_SIZE - 1 : grid_end], by_day(others[grid_end:]))


def by_day(items: Iterable[ItemSummary]) -> list[tuple[date, list[ItemSummary]]]:
    """Return items in their order, grouped by their day of publication in the site's time zone."""
    return [(day, list(some)) for day, some in groupby(items, key=lambda item: local_day(item.published_at))]


def recent_topics(items: ItemQuerySet) -> list[Topic]:
    """Return the most frequent topics of the newest items; `recent_items` is the number of these items."""
    topics = Topic.objects.filter(itemtopic__item__in=items.values("pk")[:RECENT_ITEMS]).select_related("vocabulary")
    return list(topics.annotate(recent_items=Count("itemtopic")).order_by("-recent_items", "label", "pk")[:MAX_TOPICS])


def news(request: HttpRequest) -> HttpResponse:
    query = read_item_query(request.GET)
    if has_blank_values(request.GET):
        return HttpResponseRedirect(query.url)
    status = HTTPStatus.NOT_FOUND if query.is_unknown else HTTPStatus.OK
    # Without filters, the form is the same for everyone.
    form = form_of(query) if query.values else memoised("filters", lambda: form_of(query))
    return list_page(request, matching(query), "news.html", status=status, query=query, form=form)


def form_of(query: ItemQuery) -> str:
    """Return the form of the filters as HTML."""
    return render_fragment("filters", form=query.filters.form, hidden=query.hidden_pairs)
