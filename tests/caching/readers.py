"""A reader who can tell a page that was kept from one that was made."""

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext


class Reader:
    """Asks for pages, each time as somebody that the site has not seen before."""

    def get(self, path: str, **options: Any) -> HttpResponse:
        return Client().get(path, **options)

    def said(self, path: str, **options: Any) -> str:
        """Return what a page says, and where it leads to."""
        response = self.get(path, **options)
        return f"→ {response['Location']}" if "Location" in response else response.content.decode()

    def finds_kept(self, path: str, **options: Any) -> bool:
        """Whether an answer took no more than a look at the content's version; making one asks what is due, too."""
        with CaptureQueriesContext(connection) as queries:
            self.get(path, **options)
        return all("contentversion" in query["sql"] for query in queries)
