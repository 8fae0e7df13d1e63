"""Feeds of the lists: where they are, how they go on, and when they answer that nothing is new."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date

from curation.feeds.entries import LENGTH
from curation.items.workflow import Verb, perform
from curation.models import ContentVersion, CuratedItem
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic
from tests.feeds.reading import get as get_feed
from tests.feeds.reading import parsed, parsed_json

from .pages import get

pytestmark = pytest.mark.django_db

FORMATS = ("rss", "atom", "json")
LISTS = {
    "/news/": "News",
    "/topic/symplur-care/": "Care (Symplur)",
    "/vocabulary/symplur/": "Symplur topics",
    "/offering/chart/": "Chart",
    "/publisher/example.org/": "example.org",
    "/author/ann/": "Ann",
    "/tag/shared/": "Tagged “shared”",
}
FILTERED = "/news/feed.{}?topic=symplur-care&vocabulary=symplur&author=ann&since=2000-01-01"
NOON = datetime(2024, 2, 28, 12, tzinfo=UTC)


class FeedItems:
    """Items that every list has, each with relations of its own as well."""

    def __init__(self) -> None:
        self.fields = {"publisher": make_publisher("example.org"), "tags": ["shared"]}
        self.topic, self.offering, self.author = make_topic("Care"), make_offering("Chart"), make_author("Ann")

    def grow(self, number: int, **fields: object) -> None:
        for _ in range(number):
            relations = {
                "topics": [self.topic, make_topic()],
                "offerings": [self.offering, make_offering()],
                "authors": [self.author, make_author()],
            }
            make_item(**self.fields, **relations, **fields)


def titles(path: str) -> list[str]:
    """Return the titles of a feed's entries, in any format."""
    if "feed.json" in path:
        return [item["title"] for item in parsed_json(path)["items"]]
    return [entry.title for entry in parsed(path).entries]


def next_of(path: str) -> str:
    """Return where a feed goes on, as its header says; the feed itself must say the same."""
    header = get_feed(path).get("Link", "")
    url = header.removeprefix("<").removesuffix('>; rel="next"')
    if "feed.json" in path:
        assert parsed_json(path).get("next_url", "") == url
    else:
        assert [link.href for link in parsed(path).feed.links if link.rel == "next"] == ([url] if url else [])
    return url.removeprefix("http://testserver")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_announces_its_feeds_and_they_are_of_the_list(path: str) -> None:
    FeedItems().grow(2)
    page = get(path)
    feeds = [link for link in page.all("head/link") if link.get("rel") == "alternate"]
    assert [link.get("href") for link in feeds] == [f"{path}feed.{extension}" for extension in FORMATS]
    assert [link.get("title") for link in feeds] == [f"{name}: {LISTS[path]}" for name in ("RSS", "Atom", "JSON Feed")]
    for link in feeds:
        feed = str(link.get("href"))
        assert feed in page.links, "readers see it too"
        assert get_feed(feed)["Content-Type"] == f"{link.get('type')}; charset=utf-8"
        assert titles(feed) == page.titles
    atom = parsed(f"{path}feed.atom").feed
    assert (atom.title, atom.link) == (f"{LISTS[path]} · Medigy", f"http://testserver{path}")


def test_the_front_page_announces_the_feeds_of_all_news() -> None:
    links = [link.get("href") for link in get("/").all("head/link") if link.get("rel") == "alternate"]
    assert links == [f"/news/feed.{extension}" for extension in FORMATS]


def test_a_month_has_feeds_of_its_own() -> None:
    make_item("Within", published_at=NOON)
    make_item("After", published_at=NOON + timedelta(days=2))
    page = get("/archive/2024/02/")
    feeds = [str(link.get("href")) for link in page.all("head/link") if link.get("rel") == "alternate"]
    assert feeds == [f"/archive/2024/02/feed.{extension}" for extension in FORMATS]
    assert [titles(feed) for feed in feeds] == [["Within"]] * 3


def test_a_filtered_list_has_feeds_with_the_same_filters() -> None:
    make_item("Wanted", topics=[make_topic("Care")], kind="News")
    make_item("Other", kind="News")
    page = get("/news/?topic=symplur-care&kind=News&page=1")
    feeds = [str(link.get("href")) for link in page.all("head/link") if link.get("rel") == "alternate"]
    assert feeds == [f"/news/feed.{extension}?topic=symplur-care&kind=News" for extension in FORMATS]
    assert [titles(feed) for feed in feeds] == [["Wanted"]] * 3


@pytest.mark.parametrize("fields", [{}, {"published_at": NOON}], ids=["one an hour", "all at once"])
@pytest.mark.parametrize("path", [*(f"{path}feed.{{}}" for path in LISTS), FILTERED])
def test_a_feed_goes_on_without_a_gap_or_a_repeat_while_items_come_in(
    path: str, fields: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.feeds.entries.LENGTH", 2)
    items = FeedItems()
    items.grow(3, **fields)
    for extension in FORMATS:
        expected = [item.title for item in CuratedItem.objects.published().newest_first()]
        place = path.format(extension)
        found = titles(place)
        while place := next_of(place):
            items.grow(1, **fields)
            found += titles(place)
        assert found == expected


@pytest.mark.parametrize("extension", FORMATS)
def test_a_feed_without_items_is_a_feed(extension: str) -> None:
    assert titles(f"/news/feed.{extension}") == []


@pytest.mark.parametrize(
    "path",
    [
        *("/archive/2024/13/feed.rss", "/archive/0000/01/feed.rss", "/archive/2024/2/feed.rss"),
        *(
            "/news/feed.html",
            "/news/feed.rss/",
            "/topic/none/feed.rss",
            "/publisher/none/feed.atom",
            "/tag/no/feed.json",
        ),
        *(
            "/news/feed.rss?topic=none",
            "/news/feed.rss?since=yesterday",
            "/news/feed.rss?after=",
            "/news/feed.rss?after=x",
        ),
        *(f"/news/feed.rss?after={'9' * 18}.1", f"/news/feed.rss?after=1.{'9' * 19}", "/news/feed.rss?after=1.1%00"),
    ],
)
def test_a_feed_that_is_not_there_is_not_found(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("place", ["0.0", "-62135596800000000.1", f"1.{2**63 - 1}", "253402300799999999.1"])
def test_cursors_at_the_limits_are_answered(place: str) -> None:
    get_feed(f"/news/feed.atom?after={place}")


@pytest.mark.parametrize("extension", FORMATS)
def test_a_feed_costs_as_many_queries_however_long_it_is(extension: str) -> None:
    items = FeedItems()
    costs = []
    for number in (2, LENGTH + 2):
        items.grow(number)
        for path in (f"/topic/symplur-care/feed.{extension}", FILTERED.format(extension)):
            with CaptureQueriesContext(connection) as captured:
                get_feed(path)
            assert not [query for query in captured if '"body"' in query["sql"]]
            costs.append(len(captured))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 8


@pytest.mark.parametrize("extension", FORMATS)
def test_a_feed_shows_no_item_before_its_time(extension: str) -> None:
    due = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    make_item("Draft", status=CuratedItem.Status.DRAFT)
    make_item("Due", published_at=due)
    path = f"/news/feed.{extension}"
    assert titles(path) == []
    with time_machine.travel(due, tick=False):
        assert titles(path) == ["Due"]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_feed_answers_304_until_it_changes(extension: str) -> None:
    path = f"/news/feed.{extension}"
    first, second = make_item("First"), make_item("Second")
    etag = get_feed(path)["ETag"]

    def is_unchanged() -> bool:
        response = Client().get(path, headers={"if-none-match": etag})
        assert response.status_code in (200, 304)
        return response.status_code == 304

    assert is_unchanged()
    first.title = "Edited"
    first.save()
    assert not is_unchanged()
    etag = get_feed(path)["ETag"]
    assert is_unchanged()
    perform(Verb.WITHDRAWN, CuratedItem.objects.filter(pk=second.pk), COMMAND)
    assert not is_unchanged()


def set_last_change(moment: datetime) -> None:
    """Let the content last have changed at a moment; the database's own clock stamps what is written later."""
    ContentVersion.objects.update(renewed_at=moment)


def is_unchanged_since(moment: str) -> bool:
    response = Client().get("/news/feed.rss", headers={"if-modified-since": moment})
    assert response.status_code in (200, 304)
    return response.status_code == 304


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda item: CuratedItem.objects.filter(pk=item.pk).update(title="Edited"),
        lambda item: perform(Verb.WITHDRAWN, CuratedItem.objects.filter(pk=item.pk), COMMAND),
        lambda item: item.delete(),
        lambda item: item.topics.update(label="Renamed"),
    ],
    ids=["edited", "withdrawn", "deleted", "topic renamed"],
)
def test_a_feed_is_unchanged_since_the_last_change_of_any_kind(change: Callable[[CuratedItem], object]) -> None:
    item = make_item(topics=[make_topic()], published_at=NOON - timedelta(days=1))
    set_last_change(NOON)
    modified = get_feed("/news/feed.rss")["Last-Modified"]
    assert modified == "Wed, 28 Feb 2024 12:00:00 GMT"
    assert is_unchanged_since(modified)
    assert not is_unchanged_since("Wed, 28 Feb 2024 11:59:59 GMT")
    change(item)
    assert not is_unchanged_since(modified)


@pytest.mark.django_db(transaction=True)
def test_a_feed_changes_when_an_item_comes_due() -> None:
    due = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    make_item(published_at=due)
    set_last_change(NOON)
    modified = get_feed("/news/feed.rss")["Last-Modified"]
    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        assert not is_unchanged_since(modified)
        assert is_unchanged_since(http_date(due.timestamp()))


@pytest.mark.django_db(transaction=True)
def test_a_feed_has_no_last_modified_of_a_second_that_is_not_over() -> None:
    make_item()
    response = get_feed("/news/feed.rss")
    assert "Last-Modified" not in response
    assert response["Cache-Control"] == "no-cache"
    assert not is_unchanged_since(http_date())


def test_a_feed_is_for_reading_only() -> None:
    client = Client()
    assert client.post("/news/feed.rss").status_code == 405
    head = client.head("/news/feed.rss")
    assert (head.status_code, head.content) == (200, b"")
    assert not head.cookies


def test_the_next_page_of_a_feed_is_on_the_host_of_the_site_whichever_was_asked() -> None:
    FeedItems().grow(LENGTH + 1)
    response = Client().get("/news/feed.rss", headers={"host": "localhost"})
    assert urlsplit(response["Link"][1:]).netloc == "testserver"
