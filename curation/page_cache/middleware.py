"""The page cache: a page for anonymous readers is rendered once, and cached until the content changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import inf
from time import time

from django.http import HttpRequest, HttpResponseBase

from curation.caching.memo import at_version
from curation.caching.next_due import next_due
from curation.db.availability import DATABASE_FAILURES, DatabaseAway, ask
from curation.models import ContentVersion

from .pages import CONDITIONAL_HEADERS, not_modified_or, page_to_cache
from .requests import best_encoding, cache_key, has_cursor
from .store import PageStore

log = logging.getLogger(__name__)


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
        if key is None:
            return make_private(self.get_response(request))
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        try:
            version = ask(ContentVersion.current)
            page = self.store.find(key, encoding, version) if version else None
            made, expires = time(), next_due(version) if version and not page else inf  # before any item is looked at
        except DATABASE_FAILURES as error:
            if not isinstance(error, DatabaseAway):
                log.error("The database does not answer: %s", error)  # the traceback tells nothing more
            return self._stale(key, encoding, request) or make_private(self.get_response(request))
        if page:
            return page.response_to(request)
        if version is None:
            return make_private(self.get_response(request))
        with unconditional_get(request), at_version(version):
            response = self.get_response(request)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and (stale := self._stale(key, encoding, request)):
            return stale
        page = page_to_cache(response, version, made, expires)
        if page is None:
            return not_modified_or(request, make_private(response))
        page = page.encoded(encoding)
        if self._is_stored(key, request):
            self.store.put(key, page)
        return page.response_to(request)

    def _stale(self, key: str, encoding: str, request: HttpRequest) -> HttpResponseBase | None:
        """Return the answer by a page of the last day, while the database fails."""
        page = self.store.find_stale(key, encoding)
        return page.stale_response_to(request) if page else None

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
