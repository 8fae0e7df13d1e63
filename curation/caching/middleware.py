"""Pages for readers who are not logged in are made once, and kept until the content changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from math import inf

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from curation.caching.pages import page_of, unless_same
from curation.caching.requests import best_encoding, page_key
from curation.caching.store import PageStore
from curation.kept import at_version
from curation.models import ContentVersion, CuratedItem

#: What of a request is about the copy that a reader has already.
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


class PageCacheMiddleware:
    """Answer with a page that is kept if it is still right; else have it made, and keep it. Comes first of all.

    A page is right while the content has the version that it had before the page was made, and until the next
    scheduled item is due. Answers to anyone else than anonymous readers are marked as theirs alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.store = PageStore()
        self.due: tuple[str, datetime | None] = ("", None)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = page_key(request)
        version = ContentVersion.current() if key else None
        if key is None or version is None:
            return for_one(self.get_response(request))
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        page = self.store.find(key, encoding, version)
        if page is not None:
            return page.answer(request)
        expires = self.expires(version)
        with asked_in_full(request), at_version(version):
            response = self.get_response(request)
        page = page_of(response, version, expires)
        if page is None:
            return unless_same(request, for_one(response))
        return self.store.keep(key, encoding, page).answer(request)

    def expires(self, version: str) -> float:
        """Return when the next scheduled item is due, as a Unix time. Looked up once for each version."""
        known, due = self.due
        if known != version or (due and due <= timezone.now()):
            due = CuratedItem.objects.next_due()
            self.due = version, due
        return due.timestamp() if due else inf


@contextmanager
def asked_in_full(request: HttpRequest) -> Iterator[None]:
    """Let a view make the whole page, even for a reader who has it or asks for its headers alone."""
    method, conditions = request.method, {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
    request.method = "GET"
    yield
    request.method = method
    request.META.update(conditions)


def for_one(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid others to keep an answer that says nothing of that itself."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
