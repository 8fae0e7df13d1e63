"""Cached pages are fresh: readers see every write at once, however it was made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from curation.importing.history.conflicts import take_theirs
from curation.importing.history.undo import undo
from curation.items import addresses
from curation.items.workflow import Verb, perform
from curation.models import (
    Alias,
    Author,
    Conflict,
    CuratedItem,
    Image,
    ImportRun,
    ItemTopic,
    Offering,
    Publisher,
    SourceDocument,
    Tag,
    Topic,
    Vocabulary,
)
from curation.page_cache.middleware import PageCacheMiddleware
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic
from tests.importing.conftest import RunImport, WriteFile, content, import_, write_file  # noqa: F401

from .readers import Reader

pytestmark = pytest.mark.django_db(transaction=True)

ITEM = "/news/story/"
DUE = datetime(2030, 1, 1, 12, tzinfo=UTC)


class ChangingSite:
    """An item with one relation of every kind, and another item."""

    def __init__(self) -> None:
        self.image = Image.objects.create(file="a.png", sha256="0", width=900, height=600, format="PNG", size=1)
        self.topic, self.other = make_topic("Care"), make_item("Another")
        self.item = make_item(
            "Story",
            topics=[self.topic],
            offerings=[make_offering("Chart")],
            authors=[make_author("Ann")],
            publisher=make_publisher("example.org"),
            tags=["old tag"],
            image=self.image,
        )
        self.items = CuratedItem.objects.filter(pk=self.item.pk)

    def save(self) -> None:
        self.item.title = "By save"
        self.item.save()

    def update_in_bulk(self) -> None:
        self.item.title = "By bulk update"
        CuratedItem.objects.bulk_update([self.item], ["title"])

    def create_in_bulk(self) -> None:
        fields = {"status": "published", "published_at": timezone.now()}
        CuratedItem.objects.bulk_create([CuratedItem(title="By bulk create", slug="bulk", **fields)])

    def write_by_hand(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE curation_curateditem SET title = 'By hand' WHERE slug = 'story'")

    def edit_in_the_admin(self) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("editor"))
        data = {"name": "By an editor", "domain": "example.org"}
        assert client.post(f"/admin/curation/publisher/{self.item.publisher_id}/change/", data).status_code == 302

    def add_a_file(self) -> None:
        file = {"path": "/x.md", "source_url": "https://other.example.net/", "imported_at": timezone.now()}
        SourceDocument.objects.create(item=self.item, is_primary=False, **file)

    def add_a_topic(self) -> None:
        ItemTopic.objects.bulk_create(
            [ItemTopic(item=self.other, topic=make_topic("Tied", "KLAS"), listed_at=timezone.now())]
        )

    def schedule(self) -> None:
        self.items.update(published_at=timezone.now() + timedelta(hours=1))


@dataclass(frozen=True)
class Change:
    """A change to write, the page that shows it, and a text that is on that page only afterwards."""

    write: Callable[[ChangingSite], object]
    path: str
    shown: str


#: One after the other, on one site.
WAYS = (
    Change(ChangingSite.save, "/", "By save"),
    Change(lambda site: site.items.update(title="By a queryset"), ITEM, "By a queryset"),
    Change(ChangingSite.update_in_bulk, "/news/", "By bulk update"),
    Change(ChangingSite.create_in_bulk, "/", "By bulk create"),
    Change(ChangingSite.write_by_hand, "/topic/symplur-care/", "By hand"),
    Change(ChangingSite.edit_in_the_admin, "/publisher/example.org/", "By an editor"),
    Change(lambda site: Vocabulary.objects.update(name="New name"), "/topic/", "New name"),
    Change(lambda site: site.topic.delete(), "/topic/", "No topics yet"),
    Change(ChangingSite.add_a_topic, "/topic/", "Tied"),
    Change(lambda site: Topic.objects.update(label="New topic"), "/news/another/", "New topic"),
    Change(lambda site: Offering.objects.get().topics.add(Topic.objects.get()), "/offering/chart/", "New topic"),
    Change(lambda site: Offering.objects.update(name="New offering"), "/offering/", "New offering"),
    Change(lambda site: Publisher.objects.update(name="New publisher"), "/", "New publisher"),
    Change(lambda site: Author.objects.update(name="New author"), "/author/ann/", "New author"),
    Change(lambda site: Tag.objects.update(name="New tag"), ITEM, "New tag"),
    Change(lambda site: site.item.tags.add("Second tag"), ITEM, "Second tag"),
    Change(lambda site: Image.objects.update(has_renditions=True), ITEM, "<source"),
    Change(ChangingSite.add_a_file, ITEM, "other.example.net"),
    Change(lambda site: Alias.objects.create(path="/old", item=site.other), "/old", "→ /news/another/"),
    Change(lambda site: addresses.rename(site.other, "moved", COMMAND), "/old", "→ /news/moved/"),
    Change(lambda site: perform(Verb.WITHDRAWN, site.items, COMMAND), ITEM, "There is no such page"),
    Change(lambda site: perform(Verb.PUBLISHED, site.items, COMMAND), ITEM, "By hand"),
    Change(ChangingSite.schedule, ITEM, "There is no such page"),
    Change(lambda site: CuratedItem.objects.all().delete(), "/", "No news yet"),
)


@pytest.fixture(params=[("memory", False), ("redis", True)], ids=["memory", "redis, without cookies"])
def reader(request: pytest.FixtureRequest) -> Reader:
    cache, is_cookieless = request.param
    request.getfixturevalue(cache)
    return Reader(is_cookieless=is_cookieless)


@pytest.mark.long
def test_every_write_shows_at_once(reader: Reader) -> None:
    site = ChangingSite()
    for change in WAYS:
        before = reader.text_of(change.path)
        assert change.shown not in before
        assert reader.finds_cached(change.path) or "There is no such page" in before
        change.write(site)
        assert change.shown in reader.text_of(change.path), change.shown


def test_imports_undone_imports_and_settled_conflicts_show_at_once(
    write_file: WriteFile,  # noqa: F811
    import_: RunImport,  # noqa: F811
) -> None:
    steps: list[tuple[Callable[[], object], str]] = [
        (import_, "First"),
        (lambda: (write_file("a.md", title="Second"), import_()), "Second"),
        (lambda: undo(ImportRun.objects.latest("pk")), "First"),
        (lambda: CuratedItem.objects.update(title="Ours"), "Ours"),
        (
            lambda: (write_file("a.md", title="Theirs"), import_(), take_theirs(Conflict.objects.get(), COMMAND)),
            "Theirs",
        ),
    ]
    reader = Reader()
    write_file("a.md", title="First")
    for step, title in steps:
        assert title not in reader.text_of("/")
        assert reader.finds_cached("/")
        step()
        assert title in reader.text_of("/")


def test_an_import_that_changes_nothing_leaves_pages_cached(write_file: WriteFile, import_: RunImport) -> None:  # noqa: F811
    write_file("a.md")
    import_()
    reader = Reader()
    reader.get("/")
    import_()
    assert reader.finds_cached("/")


def test_a_scheduled_item_shows_the_moment_it_is_due(reader: Reader) -> None:
    due = datetime(2030, 1, 1, 12, tzinfo=UTC)
    make_item("Soon", published_at=due)
    make_item("Later", published_at=due + timedelta(seconds=30))
    with time_machine.travel(due - timedelta(minutes=1), tick=False) as clock:
        assert "Soon" not in reader.text_of("/")
        clock.move_to(due - timedelta(microseconds=1))
        assert reader.finds_cached("/")
        clock.move_to(due)
        assert "Soon" in (text := reader.text_of("/"))
        assert "Later" not in text
        assert reader.finds_cached("/")
        clock.move_to(due + timedelta(seconds=30))
        assert "Later" in reader.text_of("/")


def test_an_item_is_gone_the_moment_it_expires(reader: Reader) -> None:
    over = datetime(2030, 1, 1, 12, tzinfo=UTC)
    make_item("Soon over", expires_at=over, topics=[make_topic("Care")])
    make_item("Later", published_at=over + timedelta(seconds=30))
    with time_machine.travel(over - timedelta(minutes=1), tick=False) as clock:
        assert "Soon over" in reader.text_of("/")
        clock.move_to(over - timedelta(microseconds=1))
        assert reader.finds_cached("/")
        clock.move_to(over)
        assert "Soon over" not in reader.text_of("/")
        assert reader.finds_cached("/")
        clock.move_to(over + timedelta(seconds=30))
        assert "Later" in reader.text_of("/")


@pytest.mark.parametrize(
    "ahead", [timedelta(hours=-2), timedelta(minutes=-5), timedelta(minutes=5), timedelta(hours=2)]
)
@pytest.mark.parametrize("scheduled", [{"published_at": DUE}, {"expires_at": DUE}], ids=["published", "expires"])
def test_a_wrong_clock_that_is_set_right_shows_items_neither_early_nor_late(
    reader: Reader, ahead: timedelta, scheduled: dict[str, datetime]
) -> None:
    make_item("Timed", **scheduled)
    before = "published_at" not in scheduled
    right = DUE - timedelta(minutes=3)
    with time_machine.travel(right + ahead, tick=False) as clock:
        reader.get("/"), reader.get("/news/?kind=")  # pages and values are cached by the wrong clock
        for minutes in range(6):
            clock.move_to(right + timedelta(minutes=minutes))
            is_shown = before if minutes < 3 else not before
            assert ("Timed" in reader.text_of("/")) is is_shown, minutes


def test_a_page_made_while_its_content_changes_is_not_shown_again() -> None:
    def write_while_the_page_is_made(_request: HttpRequest) -> HttpResponse:
        page = HttpResponse(CuratedItem.objects.get().title)
        CuratedItem.objects.update(title="New")
        return page

    make_item("Old")
    middleware = PageCacheMiddleware(write_while_the_page_is_made)
    for title in (b"Old", b"New"):
        response = middleware(RequestFactory().get("/"))
        assert isinstance(response, HttpResponse)
        assert response.content == title


@pytest.mark.skipif(connection.vendor == "sqlite", reason="its database in memory has one connection")
def test_a_page_made_while_a_writer_has_not_committed_is_not_shown_afterwards() -> None:
    def write() -> None:
        with transaction.atomic():
            CuratedItem.objects.update(title="New")
            written.set()
            read.wait()
        connection.close()

    make_item("Old")
    reader, written, read = Reader(), Event(), Event()
    writer = Thread(target=write)
    writer.start()
    written.wait()
    assert "Old" in reader.text_of("/")
    assert reader.finds_cached("/")
    read.set()
    writer.join()
    assert "New" in reader.text_of("/")


def test_a_rolled_back_write_leaves_pages_cached() -> None:
    item, reader = make_item("Old"), Reader()
    reader.get("/")
    with transaction.atomic():
        item.delete()
        transaction.set_rollback(True)
    assert reader.finds_cached("/")


def test_nothing_is_cached_within_a_transaction() -> None:
    make_item("Old")
    reader = Reader()
    with transaction.atomic():
        CuratedItem.objects.update(title="New")
        assert "New" in reader.text_of("/")
        transaction.set_rollback(True)
    assert "Old" in reader.text_of("/")
