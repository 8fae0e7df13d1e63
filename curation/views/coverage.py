"""The coverage of a topic or an offering: how much there was when, with which topics, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from curation import listings
from curation.coverage import SAMPLE, Coverage, Month, coverage_of, months_of
from curation.kept import kept
from curation.listings import Listing
from curation.models import CuratedItem, ItemOffering, ItemTopic, Offering, Publisher, Topic
from curation.pagination import Page

from .charts import Chart, chart
from .head import list_head
from .parts import part
from .trails import Crumb

#: The chart of a topic's page shows so many months; its timeline shows all.
MONTHS = 24
#: A page of a timeline has so many items.
TIMELINE_SIZE = 60


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page of a topic or an offering shows of its coverage; every number with the address of its items.

    `filters` is the query of /news/ for all of them. Topics and publishers are of the newest `sample` items only, or of
    all, where that is 0.
    """

    chart: Chart | None
    topics: list[tuple[Topic, int, str]]
    publishers: list[tuple[Publisher, int, str]]
    filters: str
    timeline: str
    sample: int


def topic_panel(topic: Topic) -> SafeString:
    """Return the coverage of a topic as HTML, kept until the content changes."""

    def made() -> SafeString:
        panel = _panel(coverage_of(ItemTopic, topic=topic), "topic", topic.slug, beside="also")
        return part("coverage", coverage=panel)

    return kept(f"coverage:topic:{topic.pk}", made)


def offering_panel(offering: Offering) -> SafeString:
    """Return the coverage of an offering as HTML, kept until the content changes."""

    def made() -> SafeString:
        panel = _panel(coverage_of(ItemOffering, offering=offering), "offering", offering.slug, beside="topic")
        return part("coverage", coverage=panel)

    return kept(f"coverage:offering:{offering.pk}", made)


def _panel(coverage: Coverage, facet: str, slug: str, beside: str) -> Panel:
    """Return a panel; `beside` is the filter of /news/ for another topic."""

    def address(**more: str) -> str:
        return f"{reverse('news')}?{urlencode({facet: slug, **more})}"

    return Panel(
        chart=chart(coverage.months, MONTHS),
        topics=[(topic, count, address(**{beside: topic.slug})) for topic, count in coverage.topics],
        publishers=[(row, count, address(publisher=row.domain)) for row, count in coverage.publishers],
        filters=urlencode({facet: slug}),
        timeline=reverse(f"{facet}_timeline", args=[slug]),
        sample=SAMPLE if sum(coverage.months.values()) > SAMPLE else 0,
    )


@require_safe
def topic_timeline(request: HttpRequest, slug: str) -> HttpResponse:
    listing = listings.topic(slug)
    months = kept(f"months:topic:{slug}", lambda: months_of(ItemTopic, topic=listing.subject))
    trail = [Crumb("Topics", reverse("topics")), Crumb(listing.title, listing.path)]
    return timeline(request, listing, months, trail, filters=urlencode({"topic": slug}))


@require_safe
def offering_timeline(request: HttpRequest, slug: str) -> HttpResponse:
    listing = listings.offering(slug)
    months = kept(f"months:offering:{slug}", lambda: months_of(ItemOffering, offering=listing.subject))
    trail = [Crumb("Offerings", reverse("offerings")), Crumb(listing.title, listing.path)]
    return timeline(request, listing, months, trail, filters=urlencode({"offering": slug}))


def timeline(
    request: HttpRequest, listing: Listing[Any], months: dict[Month, int], trail: list[Crumb], filters: str
) -> HttpResponse:
    """Answer the items of a list by month, with the chart of all months on the first page."""
    items = listing.items.select_related("publisher").only("slug", "title", "published_at", "publisher__name")
    page = Page(items, request.GET.get("page", "1"), size=TIMELINE_SIZE)
    title = f"{listing.title}, month by month"
    context = {
        "head": list_head(request, title, f"{listing.description} All of it, month by month.", page, trail=trail),
        "listing": listing,
        "page": page,
        "months": [(month, months.get(month, 0), list(rows)) for month, rows in groupby(page.rows, key=month_of)],
        "chart": chart(months) if page.number == 1 else None,
        "filters": filters,
    }
    return render(request, "timeline.html", context)


def month_of(item: CuratedItem) -> Month:
    return Month.of(item.published_at or item.created_at)
