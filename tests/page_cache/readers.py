"""A reader who can tell whether the page cache answered."""

from typing import Any
from unittest.mock import patch

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.page_cache.pages import CachedPage
from curation.page_cache.store import PageStore


class Reader:
    """Requests pages, each time as a new anonymous reader."""

    def get(self, path: str, **options: Any) -> HttpResponse:
        return Client().get(path, **options)

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
