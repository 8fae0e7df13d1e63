"""Middleware: health, redirects from former and usual addresses, 410 for removed items, HEAD without a body, a lock
timeout, and 404 for missing static files.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db.models import Case, When
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.urls import resolve

from curation.api.problems import is_api
from curation.db import availability
from curation.feeds.usual_addresses import feed_path
from curation.items.bin import was_removed_at
from curation.models import CuratedItem
from curation.models.aliases import alias_candidates, normalise_path
from curation.site_links.former_names import current_path, current_query
from curation.views import health
from curation.views.errors import gone


class HealthMiddleware:
    """Answer `/livez` and `/readyz`, under whatever host a load balancer asks for: nothing after this reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return health.answer(request) or self.get_response(request)


class HeadMiddleware:
    """Remove the body of responses to HEAD. Django leaves this to the server, and gunicorn logs a warning for each."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse):
                response.content = b""
        return response


class DatabaseMiddleware:
    """Answer requests at once while the database is away, and let those that write wait for others that do.

    Missing static files are answered with 404 here, as the page of other missing addresses reads the database. It
    stands after the middleware of forms, so that a form that is refused can be sent again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(settings.STATIC_URL):  # WhiteNoise, before this, has answered for those that exist
            return HttpResponseNotFound("There is no such file.\n", content_type="text/plain; charset=utf-8")
        if not request.path.startswith(settings.MEDIA_URL):  # the view of files shows some without the database
            availability.raise_if_away()
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with availability.writing():
            return self.get_response(request)


class AliasRedirectMiddleware:
    """Turn a 404 into a 301 if the path is an alias of an item that readers see, or a former address of another page,
    or a filter has a former name, or other programs have a feed there; into a 410 if the path is the page or an alias
    of an item that was removed.

    Only a 404 is looked up: an existing page takes precedence over an alias, and two items with each other's path as an
    alias cannot make a redirect loop.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.NOT_FOUND or request.method not in ("GET", "HEAD"):
            return response
        # If the database fails, the error becomes a 503: search engines drop addresses that answer 404.
        target = redirect_target(request)
        if target is None:
            return gone(request) if was_removed(request) else response
        if only_lacks_slash(request):
            return response
        return HttpResponsePermanentRedirect(target)


def redirect_target(request: HttpRequest) -> str | None:
    """Return the URL to redirect a request to, or `None`. A list's query string is kept, but for former names in it."""
    query = request.META.get("QUERY_STRING", "")
    if target := current_path(request.path_info):
        return f"{target}?{query}" if query else target
    if current := current_query(request.path_info, request.GET):
        return f"{request.path}?{current}"
    if item := item_with_alias(request.path_info):
        return item.get_absolute_url()
    feed = feed_path(request.path_info)
    feed = feed and (current_path(feed) or feed)
    return f"{feed}?{query}".rstrip("?") if feed and is_answered(request, feed) else None


def was_removed(request: HttpRequest) -> bool:
    """Whether a request is for the page or an alias of an item that was removed."""
    path = request.path_info
    return not is_api(request) and "\x00" not in path and was_removed_at(path)


def item_with_alias(path: str) -> CuratedItem | None:
    """Return the item with an alias, if readers see it."""
    if "\x00" in path:
        return None
    items = CuratedItem.objects.published().filter(aliases__path__in=alias_candidates(path))
    exact_first = Case(When(aliases__path=normalise_path(path), then=0), default=1)
    return items.order_by(exact_first).only("slug").first()


def only_lacks_slash(request: HttpRequest) -> bool:
    """Whether the path of a request is a page if a slash is added; Django then redirects to it."""
    return not request.path_info.endswith("/") and is_answered(request, f"{request.path_info}/")


def is_answered(request: HttpRequest, path: str) -> bool:
    """Whether a request for another path would be answered without an error."""
    try:
        view, args, kwargs = resolve(path)
        return bool(view(request, *args, **kwargs).status_code < HTTPStatus.BAD_REQUEST)
    except Http404:
        return False
