"""A reader who can tell whether the page cache answered."""

from typing import Any
from unittest.mock import patch

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from curation.page_cache.pages import CachedPage
from curation.page_cache.store import PageStore


class CookielessHandler(ClientHandler):
    """Answers requests without the header `Cookie`, as first visits are. Django's client always sends one."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        assert request.META.pop("HTTP_COOKIE") == ""
        return super().get_response(request)


class CookielessReader(Client):
    """A client that never sends the header `Cookie`."""

    def __init__(self) -> None:
        super().__init__()
        self.handler = CookielessHandler()


class Reader:
    """Requests pages, each time as a new anonymous reader: with an empty header `Cookie`, or without that header."""

    def __init__(self, *, is_cookieless: bool = False) -> None:
        self.is_cookieless = is_cookieless

    def get(self, path: str, **options: Any) -> HttpResponse:
        return (CookielessReader if self.is_cookieless else Client)().get(path, **options)

    def get_twice(self, path: str, **options: Any) -> HttpResponse:
        """Request a page as often as it takes until one with parameters is cached."""
        self.get(path, **options)
        return self.get(path, **options)

    def text_of(self, path: str, **options: Any) -> str:
        """Return the text of a page, or the address that it redirects to."""
        response = self.get(path, **options)
        return f"→ {response['Location']}" if "Location" in response else response.content.decode()

    def finds_cached(self, path: str, **options: Any) -> bool:
        """Whether the cache answers a request; if so, the only query may be that of the content's version."""
        pages: list[CachedPage | None] = []
        find = PageStore.find

        def watched_find(store: PageStore, *key: str) -> CachedPage | None:
            pages.append(find(store, *key))
            return pages[-1]

        with patch.object(PageStore, "find", watched_find), CaptureQueriesContext(connection) as queries:
            self.get(path, **options)
        if pages and pages[-1]:
            assert all("contentversion" in query["sql"] for query in queries)
            return True
        return False
