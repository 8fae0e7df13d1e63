"""What readers must not see: drafts, archived items, and items whose time has not come."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from curation.models import CuratedItem, Tag
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

SECRET = "Canary"
HIDDEN = [
    {"status": CuratedItem.Status.DRAFT},
    {"status": CuratedItem.Status.DRAFT, "published_at": None},
    {"status": CuratedItem.Status.ARCHIVED},
    {"published_at": datetime(2999, 1, 1, tzinfo=UTC)},
    {"expires_at": datetime(2024, 1, 1, tzinfo=UTC)},
]
IDS = ["draft", "draft without a time", "archived", "future", "expired"]
LISTS = [
    *(
        "/",
        "/news/",
        "/news/?words=canary",
        "/search/?q=canary",
        "/news/?topic=symplur-care",
        "/news/?vocabulary=symplur",
    ),
    *("/news/?offering=chart", "/news/?publisher=example.org", "/news/?author=ann", "/news/?tag=shared"),
    *("/news/?kind=News", "/news/?format=brief", "/news/?since=2000-01-01", "/topic/", "/topic/symplur-care/"),
    *("/offering/", "/offering/chart/", "/publisher/example.org/", "/author/ann/", "/vocabulary/symplur/"),
    *("/publisher/", "/author/", "/tag/", "/tag/shared/", "/news/shown/"),
]


def make_pair(**hidden: object) -> CuratedItem:
    """Make an item that readers see and return one that they must not, of the same topics and all."""
    fields = {
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "authors": [make_author("Ann")],
        "publisher": make_publisher("example.org"),
        "tags": ["shared"],
        "kind": "News",
        "format": "brief",
    }
    make_item("Shown", **fields)
    return make_item(SECRET, **{**fields, **hidden})


@pytest.mark.parametrize("hidden", HIDDEN, ids=IDS)
def test_a_hidden_item_is_on_no_page_and_in_no_count(hidden: dict[str, object]) -> None:
    item = make_pair(**hidden)
    get(item.get_absolute_url(), 404)
    for path in LISTS:
        page = get(path)
        assert SECRET not in page.response.content.decode(), path
        assert "2 items" not in page.text, path
    assert SECRET not in get("/gone/", 404).response.content.decode()


@pytest.mark.parametrize("hidden", HIDDEN, ids=IDS)
def test_an_item_hidden_behind_the_back_of_save_is_hidden_too(hidden: dict[str, object]) -> None:
    item = make_pair()
    CuratedItem.objects.filter(pk=item.pk).update(**hidden)
    lists = ("/news/", "/topic/symplur-care/", "/vocabulary/symplur/", "/tag/shared/", "/offering/chart/")
    for path in (*lists, "/author/ann/", "/publisher/example.org/"):
        assert get(path).titles == ["Shown"], path


def test_only_hidden_items_offer_nothing_to_filter_by() -> None:
    make_item(topics=[make_topic("Care")], kind="Secret", status=CuratedItem.Status.DRAFT)
    options = get("/news/").texts("option")
    assert "Care" not in options
    assert "Secret" not in options


#: The addresses at which readers would meet a name, by kind and key.
NAMED = {
    "topic": "symplur-care",
    "vocabulary": "symplur",
    "offering": "chart",
    "publisher": "example.org",
    "author": "ann",
    "tag": "shared",
}
PLURALS = {"topic": "topics", "vocabulary": "vocabularies", "offering": "offerings", "publisher": "publishers"}
PLURALS |= {"author": "authors", "tag": "tags"}
FEEDS = ("rss", "atom", "json")


def addresses_of(kind: str, key: str) -> list[str]:
    """Return every address that is of a name alone: its page, timeline, feeds, filters, and what the API has of it."""
    filters = ["topic", "also"] if kind == "topic" else [kind]
    facet_feeds = [f"/news/feed.{form}?{name}={key}" for form in FEEDS for name in filters]
    return [
        f"/{kind}/{key}/",
        *([f"/{kind}/{key}/timeline/"] if kind in ("topic", "offering") else []),
        *(f"/{kind}/{key}/feed.{form}" for form in FEEDS),
        *facet_feeds,
        *(f"/search/feed.{form}?{kind}={key}" for form in FEEDS),
        *(f"/news/?{name}={key}" for name in filters),
        f"/search/?{kind}={key}",
        f"/api/v1/{PLURALS[kind]}/{key}",
        *(f"/api/v1/items?{name}={key}" for name in filters),
    ]


def make_names() -> dict[str, object]:
    """Make rows with the names, but for the tag; return an item's fields that have them."""
    return {
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "authors": [make_author("Ann")],
        "publisher": make_publisher("example.org", name="Example"),
        "tags": ["shared"],
    }


def make_named_item(title: str, **fields: object) -> CuratedItem:
    return make_item(title, **{**make_names(), **fields})


NAMED_ADDRESSES = [address for kind, key in NAMED.items() for address in addresses_of(kind, key)]


@pytest.mark.parametrize("hidden", [None, *HIDDEN], ids=["no item", *IDS])
def test_a_name_that_no_published_item_has_is_nowhere(hidden: dict[str, object] | None) -> None:
    if hidden:
        make_named_item(SECRET, **hidden)
    else:
        make_names()
        Tag.objects.create(name="shared")
    client = Client()
    for address in NAMED_ADDRESSES:
        assert client.get(address).status_code == 404, address
    for path in ("/", "/news/", "/topic/", "/offering/", "/archive/", "/search/?q=care", "/sitemap.xml"):
        said = client.get(path).content.decode()
        assert not [name for name in ("Care", "Chart", "Ann<", "example.org", "Symplur") if name in said], path
    assert client.get("/search/suggest/?q=ca").json() == client.get("/search/suggest/?q=ch").json()
    for name in PLURALS.values():
        assert client.get(f"/api/v1/{name}").json()["results"] == []


def test_a_name_that_a_published_item_has_is_everywhere() -> None:
    make_named_item("Shown")
    client = Client()
    for address in NAMED_ADDRESSES:
        assert client.get(address).status_code == 200, address


def test_an_offerings_page_names_no_topic_that_readers_do_not_know() -> None:
    chart = make_offering("Chart")
    chart.topics.set([make_topic("Care")])
    make_item("Shown", offerings=[chart])
    assert "Care" not in get("/offering/chart/").text


@pytest.mark.long
@pytest.mark.parametrize(
    ("column", "sign"), [("published_at", 1), ("expires_at", -1)], ids=["is there from then on", "is there until then"]
)
def test_a_name_is_there_as_long_as_its_item(column: str, sign: int) -> None:
    minute = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    make_named_item(SECRET, **{column: minute})
    client = Client()
    for seconds in (-1, 0):
        with time_machine.travel(minute + timedelta(seconds=seconds), tick=False):
            expected = 200 if (seconds == 0) == (sign == 1) else 404
            for address in NAMED_ADDRESSES:
                assert client.get(address).status_code == expected, (address, seconds)


def test_an_item_leaves_every_list_and_count_at_its_minute() -> None:
    minute = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    item = make_pair(expires_at=minute)
    with time_machine.travel(minute - timedelta(seconds=1), tick=False):
        get(item.get_absolute_url())
        assert get("/topic/symplur-care/").titles == [SECRET, "Shown"]
        assert "2 items" in get("/search/?q=body").text
    with time_machine.travel(minute, tick=False):
        get(item.get_absolute_url(), 404)
        for path in (*LISTS, "/search/?q=body", "/archive/", "/topic/symplur-care/timeline/"):
            page = get(path)
            assert SECRET not in page.response.content.decode(), path
            assert "2 items" not in page.text, path
        assert Client().get("/search/suggest/?q=canary").json() == {"suggestions": []}


def test_a_scheduled_item_is_there_from_its_minute_on() -> None:
    due = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    item = make_pair(published_at=due)
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        get(item.get_absolute_url(), 404)
        assert get("/topic/symplur-care/").titles == ["Shown"]
    with time_machine.travel(due, tick=False):
        get(item.get_absolute_url())
        assert get("/topic/symplur-care/").titles == [SECRET, "Shown"]
