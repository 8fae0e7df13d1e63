"""The feeds of lists."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from curation.caching.conditional import conditional, content_changed_at
from curation.feeds import FORMATS, read_feed
from curation.lib.site_url import absolute_url
from curation.listing.cursors import BadCursor, Cursor
from curation.listing.lists import ItemList, SubjectLists, in_month, matching
from curation.listing.query import read_item_query

from .archive import month_or_404


def subject_feed(request: HttpRequest, extension: str, key: str, lists: SubjectLists[Any]) -> HttpResponse:
    """Answer a feed of the list of a subject."""
    return _feed_of(request, lists.get(key), extension)


def query_feed(request: HttpRequest, extension: str, page: str) -> HttpResponse:
    """Answer a feed of the items that match the query, as on a page: "news" or "search"."""
    query = read_item_query(request.GET, page)
    if query.errors:
        raise Http404("A filter of this feed cannot be used.")
    if page == "search" and query.is_empty:
        raise Http404("A feed of a search needs words or filters.")
    return _feed_of(request, matching(query), extension)


def month_feed(request: HttpRequest, extension: str, year: str, month: str) -> HttpResponse:
    item_list = in_month(month_or_404(int(year), int(month)))
    if not item_list.items.exists():
        raise Http404("No item came out in this month.")
    return _feed_of(request, item_list, extension)


def _feed_of(request: HttpRequest, item_list: ItemList[Any], extension: str) -> HttpResponse:
    """Answer the requested page of a feed, or 304 where the client has it."""
    changed_at = content_changed_at()  # before the feed is read: later changes may be missing from it
    feed = read_feed(item_list, extension, _cursor_of(request), absolute_url)
    feed_format = FORMATS[extension]
    response = HttpResponse(feed_format.write(feed), content_type=f"{feed_format.media_type}; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # for feed readers in browsers
    if feed.next_url:
        response["Link"] = f'<{feed.next_url}>; rel="next"'
    return conditional(request, response, changed_at)


def _cursor_of(request: HttpRequest) -> Cursor | None:
    try:
        return Cursor.parse(request.GET["after"]) if "after" in request.GET else None
    except BadCursor as error:
        raise Http404("This feed has no such page.") from error
