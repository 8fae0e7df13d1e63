"""Feeds of the lists."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from curation import listings
from curation.cursors import BadCursor, Cursor
from curation.feeds import FORMS, read_feed
from curation.listings import Listing
from curation.searches import read_search

from .archive import month_or_404
from .conditional import conditional, content_changed_at


@require_safe
def feed(request: HttpRequest, form: str, listing: Callable[..., Listing[Any]], **key: str) -> HttpResponse:
    """Answer a feed of the list that `listing` finds by `key`."""
    return _feed_of(request, listing(**key), form)


@require_safe
def news_feed(request: HttpRequest, form: str) -> HttpResponse:
    listing = listings.news(request.GET)
    if listing.subject.is_bound and not listing.subject.is_valid():
        raise Http404("A filter of this feed means nothing.")
    return _feed_of(request, listing, form)


@require_safe
def month_feed(request: HttpRequest, form: str, year: str, month: str) -> HttpResponse:
    listing = listings.month(month_or_404(int(year), int(month)))
    if not listing.items.exists():
        raise Http404("No item came out in this month.")
    return _feed_of(request, listing, form)


@require_safe
def search_feed(request: HttpRequest, form: str) -> HttpResponse:
    asked = read_search(request.GET)
    if asked.wanted.is_empty or asked.names_nothing:
        raise Http404("This feed is of no search.")
    return _feed_of(request, listings.search(asked), form)


def _feed_of(request: HttpRequest, listing: Listing[Any], form: str) -> HttpResponse:
    """Answer the page of a list's feed that the request asks for (`after`), or that it is as it was."""
    changed_at = content_changed_at()  # before the feed is made: what changes meanwhile is not in it for certain
    made = read_feed(listing, form, _place(request), request.build_absolute_uri)
    response = HttpResponse(FORMS[form].write(made), content_type=f"{FORMS[form].media_type}; charset=utf-8")
    if made.next_url:
        response["Link"] = f'<{made.next_url}>; rel="next"'
    return conditional(request, response, changed_at)


def _place(request: HttpRequest) -> Cursor | None:
    try:
        return Cursor.read(request.GET["after"]) if "after" in request.GET else None
    except BadCursor as error:
        raise Http404("This feed has no such page.") from error
