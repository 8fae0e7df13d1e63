"""Helpers that carry out bulk actions as a browser would."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from curation.models import BulkChange, CuratedItem
from tests.admin.pages import LIST

CHANGES = "/admin/curation/bulkchange/"


def choose(client: Client, action: str, *items: CuratedItem, **values: Any) -> HttpResponse:
    """Choose an action for items of the list, and return the page that asks for confirmation."""
    chosen = {"action": action, "_selected_action": [item.pk for item in items], **values}
    return client.post(LIST, chosen, follow=True)


def confirm(client: Client, page: Any, **values: Any) -> HttpResponse:
    """Press the button of a page that asks for confirmation, and return the page after redirects."""
    url = page.request["PATH_INFO"]
    query = page.request["QUERY_STRING"]
    return client.post(f"{url}?{query}" if query else url, values, follow=True)


def carry_out(client: Client, action: str, *items: CuratedItem, **values: Any) -> HttpResponse:
    """Choose an action, confirm it, and return the page after redirects."""
    return confirm(client, choose(client, action, *items), **values)


def last_change() -> BulkChange:
    return BulkChange.objects.latest("pk")
