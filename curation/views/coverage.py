"""The coverage of a topic or an offering: items by month, the topics that come with it, and the publishers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from curation.caching.memo import memoised
from curation.listing.activity import SAMPLE_ITEMS, Coverage, Month, by_month, coverage_of, months_of
from curation.listing.lists import OFFERINGS, TOPICS, ItemList
from curation.listing.pagination import Page
from curation.models import CuratedItem, ItemOffering, ItemTopic, Offering, Publisher, Topic
from curation.templating.breadcrumbs import Breadcrumb
from curation.templating.charts import Chart, chart
from curation.templating.fragments import render_fragment

from .lists import page_head

#: Number of months in the chart of a topic's page; its timeline shows all.
MONTHS = 24
#: Number of items of a page of a timeline.
TIMELINE_SIZE = 60


@dataclass(frozen=True, slots=True)
class Panel:
    """The coverage of a topic or an offering on its page; numbers come with the address of their items.

    `filters` is the query string of /news/ for all of them. Topics and publishers are counted among the newest `sample`
    items, or among all where that is 0.
    """

    chart: Chart | None
    topics: list[tuple[Topic, int, str]]
    publishers: list[tuple[Publisher, int, str]]
    filters: str
    timeline: str
    sample: int


def topic_panel(topic: Topic) -> SafeString:
    """Return the coverage of a topic as HTML, memoised until the content changes."""

    def render_panel() -> SafeString:
        panel = _panel(coverage_of(ItemTopic, topic=topic), "topic", topic.slug)
        return render_fragment("coverage", coverage=panel)

    return memoised(f"coverage:topic:{topic.pk}", render_panel)


def offering_panel(offering: Offering) -> SafeString:
    """Return the coverage of an offering as HTML, memoised until the content changes."""

    def render_panel() -> SafeString:
        panel = _panel(coverage_of(ItemOffering, offering=offering), "offering", offering.slug)
        return render_fragment("coverage", coverage=panel)

    return memoised(f"coverage:offering:{offering.pk}", render_panel)


def _panel(coverage: Coverage, facet: str, slug: str) -> Panel:
    def address(other: str, value: str) -> str:
        return f"{reverse('news')}?{urlencode([(facet, slug), (other, value)])}"

    return Panel(
        chart=chart(coverage.months, MONTHS),
        topics=[(topic, count, address("topic", topic.slug)) for topic, count in coverage.topics],
        publishers=[(row, count, address("publisher", row.domain)) for row, count in coverage.publishers],
        filters=urlencode({facet: slug}),
        timeline=reverse(f"{facet}_timeline", args=[slug]),
        sample=SAMPLE_ITEMS if sum(coverage.months.values()) > SAMPLE_ITEMS else 0,
    )


def topic_timeline(request: HttpRequest, key: str) -> HttpResponse:
    item_list = TOPICS.get(key)
    topic = item_list.subject

    def months() -> dict[Month, int]:
        if TOPICS.shows_others(topic):
            return by_month(item_list.items.order_by(), "published_at")
        return months_of(ItemTopic, topic=topic)

    trail = [Breadcrumb("Topics", reverse("topics")), Breadcrumb(item_list.title, item_list.path)]
    found = memoised(f"months:topic:{key}", months)
    return timeline(request, item_list, found, trail, filters=urlencode({"topic": key}))


def offering_timeline(request: HttpRequest, key: str) -> HttpResponse:
    item_list = OFFERINGS.get(key)
    months = memoised(f"months:offering:{key}", lambda: months_of(ItemOffering, offering=item_list.subject))
    trail = [Breadcrumb("Offerings", reverse("offerings")), Breadcrumb(item_list.title, item_list.path)]
    return timeline(request, item_list, months, trail, filters=urlencode({"offering": key}))


def timeline(
    request: HttpRequest, item_list: ItemList[Any], months: dict[Month, int], trail: list[Breadcrumb], filters: str
) -> HttpResponse:
    """Answer the items of a list by month, with a chart of all months on the first page."""
    items = item_list.items.select_related("publisher").only("slug", "title", "published_at", "publisher__name")
    page = Page(items, request.GET.get("page", "1"), size=TIMELINE_SIZE)
    title = f"{item_list.title}, month by month"
    context = {
        "head": page_head(request, title, f"{item_list.description} All items, month by month.", page, trail=trail),
        "item_list": item_list,
        "page": page,
        "months": [(month, months.get(month, 0), list(rows)) for month, rows in groupby(page.rows, key=month_of)],
        "chart": chart(months) if page.number == 1 else None,
        "filters": filters,
    }
    return render(request, "timeline.html", context)


def month_of(item: CuratedItem) -> Month:
    return Month.of(item.published_at or item.created_at)
