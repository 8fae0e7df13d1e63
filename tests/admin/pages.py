"""Helpers that read pages of the admin and fill in their forms, as a browser would."""

from http import HTTPStatus
from typing import Any
from xml.etree.ElementTree import Element

import lxml.html
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from curation.models import CuratedItem

LIST = "/admin/curation/curateditem/"
ADD = f"{LIST}add/"


def edit_page(item: CuratedItem) -> str:
    return reverse("admin:curation_curateditem_change", args=[item.pk])


def tree(response: HttpResponse) -> Element:
    """Return a parsed page. html5lib would take as long for an item's form as the server takes to make it."""
    # A fragment may be empty.
    return lxml.html.document_fromstring(response.content.decode().strip() or "<body>")  # type: ignore[no-any-return]


def text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def rows(response: HttpResponse) -> list[str]:
    """Return the text of each row of a list."""
    return [text(row) for row in tree(response).findall(".//table[@id='result_list']/tbody/tr")]


def messages(response: HttpResponse) -> list[str]:
    return [text(message) for message in tree(response).findall(".//ul[@class='messagelist']/li")]


def errors(response: HttpResponse) -> list[str]:
    lists = [element for element in tree(response).iter("ul") if "errorlist" in element.get("class", "").split()]
    return [text(error) for element in lists for error in element.findall("li")]


def links(response: HttpResponse) -> set[str]:
    return {link.get("href", "") for link in tree(response).iter("a")}


def query_count(client: Client, url: str, query: dict[str, str] | None = None) -> int:
    """Return the number of queries of a page that was opened before."""
    client.get(url, query)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url, query).status_code == HTTPStatus.OK
    return len(queries)


def form_data(response: HttpResponse, form_id: str) -> dict[str, str]:
    """Return the data that a browser would send for an untouched form."""
    form = tree(response).find(f".//form[@id='{form_id}']")
    assert form is not None
    data: dict[str, str] = {}
    for field in form.iter():
        name, value = field.get("name"), _value(field)
        if name and value is not None:
            data[name] = value
    return data


def _value(field: Element) -> str | None:
    kind = field.get("type")
    if field.tag == "textarea":
        return (field.text or "").removeprefix("\n")
    if field.tag == "select":
        return next((option.get("value") for option in field.iter("option") if "selected" in option.attrib), "")
    if (
        field.tag != "input"
        or kind in ("submit", "file")
        or (kind in ("checkbox", "radio") and "checked" not in field.attrib)
    ):
        return None
    return field.get("value", "on" if kind == "checkbox" else "")


def submit(client: Client, url: str, *, without: tuple[str, ...] = (), **changes: Any) -> HttpResponse:
    """Open an item's form, change fields, send it, and return the page after redirects.

    `topics__0` stands for the field `topics-0` of an inline.
    """
    data: dict[str, Any] = form_data(client.get(url), "curateditem_form")
    data |= {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(url, {name: value for name, value in data.items() if name not in without}, follow=True)


def add(client: Client, model: str, **fields: Any) -> HttpResponse:
    """Send the form for a new object of a model, and return the page after redirects."""
    return client.post(f"/admin/curation/{model}/add/", fields, follow=True)
