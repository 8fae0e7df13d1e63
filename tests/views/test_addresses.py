"""Addresses: old ones, unknown ones, and how they may be asked."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from curation.models import Alias, FormerName, Topic
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

PATHS = (
    *("/", "/news/", "/news/story/", "/topic/", "/topic/symplur-care/", "/offering/", "/offering/chart/"),
    *("/publisher/example.org/", "/author/ann/", "/vocabulary/symplur/", "/tag/wearable/"),
    *("/publisher/", "/author/", "/tag/"),
)


@pytest.fixture(autouse=True)
def _story() -> None:
    Alias.objects.create(
        path="/post/2020/01/02/story",
        item=make_item(
            "Story",
            topics=[make_topic("Care")],
            offerings=[make_offering("Chart")],
            authors=[make_author("Ann")],
            publisher=make_publisher("example.org"),
            tags=["wearable"],
        ),
    )


@pytest.mark.parametrize("path", PATHS[1:])
def test_an_address_without_its_last_slash_redirects(path: str) -> None:
    response = Client().get(path.rstrip("/"), {"page": 1})
    assert response.status_code == 301
    assert response["Location"] == f"{path}?page=1"


@pytest.mark.parametrize(
    ("usual", "feed"),
    [
        *(("/feed/", "/news/feed.rss"), ("/feed", "/news/feed.rss"), ("/rss/", "/news/feed.rss")),
        *(("/rss.xml", "/news/feed.rss"), ("/index.xml", "/news/feed.rss"), ("/atom.xml", "/news/feed.atom")),
        *(("/feed/atom/", "/news/feed.atom"), ("/feed.json", "/news/feed.json"), ("/feed/rss2/", "/news/feed.rss")),
        ("/feeds/all.atom.xml", "/news/feed.atom"),
        ("/news/index.xml?topic=symplur-care", "/news/feed.rss?topic=symplur-care"),
        ("/search/feed/?q=story", "/search/feed.rss?q=story"),
        ("/topic/symplur-care/feed/", "/topic/symplur-care/feed.rss"),
        ("/topic/symplur-nursing/feed/", "/topic/symplur-care/feed.rss"),
        ("/tag/wearable/index.xml", "/tag/wearable/feed.rss"),
        ("/author/ann/feed/atom/", "/author/ann/feed.atom"),
        ("/publisher/example.org/rss.xml", "/publisher/example.org/feed.rss"),
    ],
)
def test_a_usual_address_of_a_feed_leads_to_the_feed_at_once(usual: str, feed: str) -> None:
    FormerName.objects.create(kind="topic", key="symplur-nursing", row=Topic.objects.get().pk)
    response = Client().get(usual)
    assert (response.status_code, response["Location"]) == (301, feed)
    assert Client().get(feed).status_code == 200


@pytest.mark.parametrize("path", ["/topic/none/feed/", "/none/feed/", "/search/feed/", "/feed/none/", "/topic/feed/"])
def test_an_address_of_no_feed_is_not_found(path: str) -> None:
    get(path, 404)


def test_an_item_or_an_alias_at_a_usual_address_of_a_feed_stays() -> None:
    make_item("Feed")
    Alias.objects.create(path="/index.xml", item=make_item("Old index"))
    get("/news/feed/")
    assert Client().get("/index.xml")["Location"] == "/news/old-index/"


@pytest.mark.parametrize(
    ("path", "row"), [("/publisher/", "example.org 1 item"), ("/author/", "Ann 1 item"), ("/tag/", "wearable 1 item")]
)
def test_a_shortened_address_leads_to_an_index_of_what_has_items(path: str, row: str) -> None:
    make_item("Draft", status="draft", publisher=make_publisher(), authors=[make_author()], tags=["unused"])
    page = get(path)
    assert page.texts("ul[@class='count-list columns list-entries']/li") == [row]
    assert get(page.link(row.removesuffix(" 1 item"))).link(page.texts("h1")[0]) == path


def test_the_address_of_all_vocabularies_leads_to_the_topics() -> None:
    assert Client().get("/vocabulary/")["Location"] == "/topic/"


@pytest.mark.parametrize("path", ["/post/2020/01/02/story", "/post/2020/01/02/story/"])
def test_an_old_address_leads_to_the_item_at_once(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 301
    assert response["Location"] == "/news/story/"


@pytest.mark.parametrize(
    ("alias", "asked"),
    [
        ("/wiki/Some Page", "/wiki/Some%20Page/"),
        ("/wiki/Some Page", "/wiki/Some%20Page"),
        ("/wiki/Some Page", "/wiki/Some+Page"),
        ("/wiki/Some+Page", "/wiki/Some+Page/"),
        ("/wiki/Some+Page", "/wiki/Some%20Page/"),
        ("/wiki/Some+Page", "/wiki/Some%2BPage/"),
        ("/2009/07/06/Ward Round 03×13", "/2009/07/06/Ward%20Round%2003%C3%9713/"),
        ("/café", "/caf%C3%A9"),
        ("/café", "/cafe%CC%81/"),
    ],
)
def test_an_old_address_is_found_however_it_is_encoded(alias: str, asked: str) -> None:
    item = make_item()
    Alias.objects.create(item=item, path=alias)
    response = Client().get(asked)
    assert (response.status_code, response["Location"]) == (301, item.get_absolute_url())


def test_the_alias_that_is_asked_for_exactly_wins() -> None:
    items = [make_item(path) for path in ("one", "two")]
    for item, path in zip(items, ("/a b", "/a+b"), strict=True):
        Alias.objects.create(item=item, path=path)
    asked = [Client().get(path)["Location"] for path in ("/a%20b", "/a+b")]
    assert asked == [item.get_absolute_url() for item in items]


@pytest.mark.parametrize("path", ["/news/mine", "/topic/symplur-care", "/offering", "/news"])
def test_a_live_page_wins_over_an_alias_whether_its_last_slash_is_written_or_not(path: str) -> None:
    make_item(slug="mine")
    Alias.objects.create(path=path, item=make_item("Another"))
    get(f"{path}/")
    assert Client().get(path)["Location"] == f"{path}/"


def test_an_alias_serves_where_a_page_is_not_published() -> None:
    make_item(slug="mine", status="draft")
    Alias.objects.create(path="/news/mine", item=make_item("Another"))
    for path in ("/news/mine", "/news/mine/"):
        assert Client().get(path)["Location"] == "/news/another/"


@pytest.mark.parametrize(
    "path",
    [
        *("/news/none/", "/topic/none/", "/offering/none/", "/publisher/none/", "/author/none/", "/none"),
        *("/vocabulary/none/", "/tag/none/", "/tag//", "/tag/❤/"),
        *("/publisher/a%00b/", "/news/a%00b/", "/%ff/", "/publisher/❤/", "/news/" + "x" * 3000 + "/"),
    ],
)
def test_an_unknown_address_is_not_found(path: str) -> None:
    get(path, 404)


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_for_reading_only(path: str) -> None:
    client = Client()
    assert client.post(path).status_code == 405
    assert client.delete(path).status_code == 405
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", PATHS)
def test_pages_leave_no_cookie_and_are_the_same_for_everyone(path: str) -> None:
    response = Client().get(path)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("path", [*PATHS, "/news/?words=x", "/gone/"])
def test_pages_have_one_heading_landmarks_and_no_step_left_out(path: str) -> None:
    page = get(path, 404 if path == "/gone/" else 200)
    levels = [int(element.tag[1]) for element in page.root.iter() if element.tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert page.one("a[@class='skip']").get("href") == "#content"
    assert page.one("main").get("id") == "content"
    ids = [element.get("id") for element in page.root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labels = {label.get("for") for label in page.all("label")}
    fields = [*page.all("input"), *page.all("select")]
    assert {field.get("id") for field in fields} <= labels


def test_every_page_has_a_title_of_its_own() -> None:
    titles = [get(path).one("title").text for path in PATHS]
    assert len(set(titles)) == len(PATHS)


def test_no_page_of_a_list_has_a_second_address(client: Client) -> None:
    things: dict[str, Any] = {
        "topics": [make_topic("Work")],
        "offerings": [make_offering("Watch")],
        "authors": [make_author("Bea")],
        "publisher": make_publisher("example.com"),
        "tags": ["shared"],
    }
    for _ in range(61):
        make_item(**things, published_at=datetime(2024, 1, 31, tzinfo=UTC))
    lists = ("/news/", "/news/?topic=symplur-work", "/search/?q=body", "/topic/symplur-work/", "/vocabulary/symplur/")
    others = ("/offering/watch/", "/publisher/example.com/", "/author/bea/", "/tag/shared/", "/archive/2024/01/")
    for path in (*lists, *others, "/topic/symplur-work/timeline/", "/offering/watch/timeline/"):
        page = f"{path}{'&' if '?' in path else '?'}page="
        assert client.get(f"{page}2").status_code == 200, page
        for written in ("02", "002", "+2", "%2B2", "2.0", "%202", "-2", "٢"):
            assert client.get(page + written).status_code == 404, page + written


def test_numbers_in_addresses_have_no_zeros_before_them(client: Client) -> None:
    item = make_item()
    for path in ("/sitemap-items-1.xml", f"/api/v1/items/{item.pk}", f"/news/feed.rss?after=1.{item.pk}"):
        assert client.get(path).status_code == 200, path
    for path in ("/sitemap-items-01.xml", f"/api/v1/items/0{item.pk}", f"/news/feed.rss?after=01.{item.pk}"):
        assert client.get(path).status_code == 404, path
