"""The promise of “Add a reader page”: `/kind/<slug>/` lists the items of a kind, with feeds, API and sitemap."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.listing.pagination import PAGE_SIZE
from tests.api.asking import ask, get_json
from tests.factories import make_item
from tests.views.pages import get

pytestmark = pytest.mark.django_db

PAGE = "/kind/case-study/"


def make_items(number: int) -> list[str]:
    titles = [f"Study {index}" for index in range(number)]
    for title in titles:
        make_item(title, kind="Case study")
    return titles[::-1]


def test_the_page_lists_the_published_items_of_the_kind_newest_first() -> None:
    titles = make_items(PAGE_SIZE + 1)
    make_item("Other", kind="News")
    make_item("Draft", kind="Case study", status="draft")
    first, second = get(PAGE), get(f"{PAGE}?page=2")
    assert first.titles + second.titles == titles
    assert first.one("h1").text == "Case study"
    links = {link.get("rel"): link.get("href") for link in first.all("head/link")}
    assert links["canonical"] == f"http://testserver{PAGE}"


@pytest.mark.parametrize("path", ["/kind/none/", "/kind/hidden/"])
def test_a_kind_without_published_items_is_not_found(path: str) -> None:
    make_item("Draft", kind="Hidden", status="draft")
    get(path, 404)


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_it_has_feeds(extension: str) -> None:
    make_items(2)
    make_item("Other", kind="News")
    content = Client().get(f"{PAGE}feed.{extension}").content
    if extension == "json":
        assert [item["title"] for item in json.loads(content)["items"]] == ["Study 1", "Study 0"]
    else:
        titles = [element.text for element in ElementTree.fromstring(content).iter() if element.tag.endswith("title")]
        assert [title for title in titles if title in ("Study 1", "Study 0", "Other")] == ["Study 1", "Study 0"]
    assert f"{PAGE}feed.{extension}" in {link.get("href") for link in get(PAGE).all("head/link")}


def test_the_api_has_it() -> None:
    make_items(1)
    (kind,) = get_json("kinds")["results"]
    assert (kind["slug"], kind["name"], kind["url"]) == ("case-study", "Case study", f"http://testserver{PAGE}")
    assert get_json("kinds/case-study") == kind
    assert [item["title"] for item in ask(kind["items_url"].removeprefix("http://testserver")).json()["results"]] == [
        "Study 0"
    ]


def test_the_sitemap_has_it() -> None:
    make_items(1)
    assert f"http://testserver{PAGE}" in list(sitemap_addresses("/sitemap.xml"))


def sitemap_addresses(path: str) -> Iterator[str]:
    """Yield the addresses of a sitemap, and of those that it is an index of."""
    sitemap = ElementTree.fromstring(Client().get(path).getvalue())
    for place in sitemap.findall(".//{*}loc"):
        address = place.text or ""
        is_index = sitemap.tag.endswith("sitemapindex")
        yield from sitemap_addresses(address.removeprefix("http://testserver")) if is_index else [address]


def test_the_number_of_queries_does_not_grow_with_the_items() -> None:
    counts = []
    for _ in range(2):
        for _ in range(PAGE_SIZE):
            make_item(kind="Case study")
        with CaptureQueriesContext(connection) as captured:
            get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 9
