"""Old addresses answer with a redirect, and HEAD with nothing but headers."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import DatabaseError
from django.db.models import Case, When
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.urls import resolve

from curation.models import CuratedItem
from curation.models.redirects import normalise_path, requested_as
from curation.renaming import address_today

log = logging.getLogger(__name__)


class HeadMiddleware:
    """Leave out the body that was asked for by HEAD, as Django leaves to servers; gunicorn warns of each."""

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


class AliasRedirectMiddleware:
    """Turn a 404 into a 301 where the path is the alias of an item that readers may see, or has another name today.

    Only a 404 costs the look-up, so a live page always wins over an alias, and two items that name each other's page as
    an alias cannot make a loop.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.NOT_FOUND or request.method not in ("GET", "HEAD"):
            return response
        try:
            target = moved_to(request)
            if target is None or lacks_only_a_slash(request):
                return response
        except DatabaseError:
            log.exception("No aliases while the database does not answer")
            return response
        return HttpResponsePermanentRedirect(target)


def moved_to(request: HttpRequest) -> str | None:
    """Return where the path of a request that is no page leads; the page of a list keeps its query."""
    if target := address_today(request.path_info):
        query = request.META.get("QUERY_STRING", "")
        return f"{target}?{query}" if query else target
    item = find(request.path_info)
    return item.get_absolute_url() if item else None


def find(path: str) -> CuratedItem | None:
    """Return the item that a path is an alias of, if readers may see it."""
    if "\x00" in path:
        return None
    items = CuratedItem.objects.published().filter(aliases__path__in=requested_as(path))
    exact_first = Case(When(aliases__path=normalise_path(path), then=0), default=1)
    return items.order_by(exact_first).only("slug").first()


def lacks_only_a_slash(request: HttpRequest) -> bool:
    """Whether a path that is no page is one with a slash at its end: then that is where it leads."""
    if request.path_info.endswith("/"):
        return False
    try:
        view, args, kwargs = resolve(f"{request.path_info}/")
        return bool(view(request, *args, **kwargs).status_code < HTTPStatus.BAD_REQUEST)
    except Http404:
        return False
