"""The page cache: a page for anonymous readers is rendered once, and cached until the content changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import time

from django.http import HttpRequest, HttpResponseBase

from curation.caching.memo import at_version
from curation.caching.next_due import next_due
from curation.models import ContentVersion

from .pages import not_modified_or, page_to_cache
from .requests import best_encoding, cache_key, has_cursor
from .store import PageStore

#: The request headers of conditional requests, by their names in WSGI.
CONDITIONAL_HEADERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


class PageCacheMiddleware:
    """Answer with a cached page while it is fresh; otherwise render the page, and cache it. The first middleware.

    A page is fresh while the content has the version that it had before the page was rendered, and until the next
    scheduled item is due. Answers to anyone but anonymous readers are private.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.store = PageStore()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = cache_key(request)
        version = ContentVersion.current() if key else None
        if key is None or version is None:
            return make_private(self.get_response(request))
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        page = self.store.find(key, encoding, version)
        if page is not None:
            return page.response_to(request)
        made, expires = time(), next_due(version)  # of the moment before any item was looked at
        with unconditional_get(request), at_version(version):
            response = self.get_response(request)
        page = page_to_cache(response, version, made, expires)
        if page is None:
            return not_modified_or(request, make_private(response))
        page = page.encoded(encoding)
        if self._is_stored(key, request):
            self.store.put(key, page)
        return page.response_to(request)

    def _is_stored(self, key: str, request: HttpRequest) -> bool:
        """Whether the page of a request is stored: with parameters, only if it is asked for again.

        Anyone can make up any number of parameters, whose pages would leave no room for those that readers want.
        """
        if not request.META["QUERY_STRING"]:
            return True
        return not has_cursor(request) and self.store.is_repeated(key)


@contextmanager
def unconditional_get(request: HttpRequest) -> Iterator[None]:
    """Let a view render the whole page, even for a conditional request or a HEAD request."""
    method = request.method
    conditions = {name: request.META.pop(name) for name in CONDITIONAL_HEADERS if name in request.META}
    request.method = "GET"
    yield
    request.method = method
    request.META.update(conditions)


def make_private(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid caches to store a response, unless its view has set `Cache-Control` itself."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
