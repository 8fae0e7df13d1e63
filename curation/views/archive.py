"""The archive: all items by year and month."""

from __future__ import annotations

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from curation.caching.memo import memoised
from curation.lib.site_url import absolute_url
from curation.listing.activity import Month, by_month
from curation.listing.lists import in_month
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet
from curation.templating.breadcrumbs import Breadcrumb
from curation.templating.head import list_head

from .lists import list_page

Counted = list[tuple[Month, int]]


def archive(request: HttpRequest) -> HttpResponse:
    years = memoised("archive", lambda: counted_years(CuratedItem.objects.published()))
    head = list_head(absolute_url(request.path), "Archive", "All items by year and month.")
    return render(request, "archive.html", {"head": head, "years": years})


def counted_years(items: ItemQuerySet) -> list[tuple[int, int, Counted]]:
    """Return the years with items, the newest first: the year, its number of items, and its months with theirs."""
    counted = reversed(by_month(items, "published_at").items())
    years = [(year, list(months)) for year, months in groupby(counted, key=lambda entry: entry[0].year)]
    return [(year, sum(count for _, count in months), months) for year, months in years]


def year(request: HttpRequest, year: int) -> HttpResponse:
    first = month_or_404(year, 1)
    if request.path != (path := reverse("archive_year", args=[year])):
        return HttpResponsePermanentRedirect(path)
    items = CuratedItem.objects.published()
    within = items.filter(published_at__gte=first.start, published_at__lt=Month(year, 12).next.start)
    months = list(by_month(within, "published_at").items())
    if not months:
        raise Http404("No item came out in this year.")
    trail = [Breadcrumb("Archive", reverse("archive"))]
    url = absolute_url(request.path)
    head = list_head(url, f"{year}", f"All items of {year} by month.", trail=trail)
    earlier, later = neighbours(items, first, Month(year, 12).next)
    context = {"year": year, "months": months, "total": sum(count for _, count in months)}
    return render(request, "archive_year.html", {"head": head, "earlier": earlier, "later": later, **context})


def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    found = month_or_404(year, month)
    if request.path != found.get_absolute_url():
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    item_list = in_month(found)
    if not item_list.items.exists():
        raise Http404("No item came out in this month.")
    earlier, later = neighbours(CuratedItem.objects.published(), found, found.next)
    trail = [Breadcrumb("Archive", reverse("archive")), Breadcrumb(str(year), reverse("archive_year", args=[year]))]
    return list_page(request, item_list, "archive_month.html", trail, month=found, earlier=earlier, later=later)


def month_or_404(year: int, number: int) -> Month:
    try:
        return Month(year, number)
    except (OverflowError, ValueError) as error:
        raise Http404("There is no such month.") from error


def neighbours(items: ItemQuerySet, start: Month, end: Month) -> tuple[Month | None, Month | None]:
    """Return the last month with items before `start`, and the first one from `end` on; in two queries."""
    before = items.newest_first().filter(published_at__lt=start.start)
    after = items.order_by("published_at", "pk").filter(published_at__gte=end.start)
    return month_of_first(before), month_of_first(after)


def month_of_first(items: ItemQuerySet) -> Month | None:
    moment = items.values_list("published_at", flat=True).first()
    return Month.of(moment) if moment else None
