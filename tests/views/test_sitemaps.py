"""What search engines are told: every page that readers may see, once, with its last change, and no other."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.listing import sitemap as sitemaps
from curation.listing.lists import LISTS, TextLists
from curation.models import Alias, CuratedItem, Image
from tests.caching.conftest import empty_memo, fixed_version  # noqa: F401  # fixtures
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.page_cache.conftest import memory  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

PUBLISHED = {"status": "published", "published_at": datetime(2024, 1, 1, tzinfo=UTC)}
SITE = "http://testserver"
TAG = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def read(path: str) -> ElementTree.Element:
    response = Client().get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"].startswith("application/xml")
    return ElementTree.fromstring(response.getvalue())


def places(path: str) -> dict[str, str]:
    """Return the paths that a sitemap or an index names, each with its last change."""
    found = [(place.findtext(f"{TAG}loc", ""), place.findtext(f"{TAG}lastmod", "")) for place in read(path)]
    assert len(dict(found)) == len(found)
    return {address.removeprefix(SITE): changed for address, changed in found}


def all_places() -> list[str]:
    return [place for sitemap in places("/sitemap.xml") for place in places(sitemap)]


def make_whole_item(title: str, **fields: object) -> CuratedItem:
    return make_item(
        title,
        **{
            "topics": [make_topic("Care")],
            "offerings": [make_offering("Chart")],
            "authors": [make_author("Ann")],
            "publisher": make_publisher("example.org"),
            **fields,
        },
    )


def changed(item: CuratedItem) -> str:
    moment = item.modified_at or item.published_at
    assert moment is not None
    return moment.isoformat(timespec="seconds")


def test_every_page_is_named_once() -> None:
    make_whole_item("A story")
    make_topic("Unused")
    assert sorted(all_places()) == sorted(
        [
            *("/", "/news/", "/topic/", "/offering/", "/publisher/", "/author/", "/archive/"),
            *("/vocabulary/symplur/", "/news/a-story/", "/topic/symplur-care/", "/offering/chart/"),
            *("/publisher/example.org/", "/author/ann/"),
        ]
    )


@pytest.mark.parametrize(
    "hidden",
    [{"status": "draft"}, {"status": "archived"}, {"published_at": datetime(2999, 1, 1, tzinfo=UTC)}],
    ids=["draft", "archived", "future"],
)
def test_what_readers_do_not_see_is_in_no_sitemap(hidden: dict[str, object]) -> None:
    item = make_whole_item("Canary")
    Alias.objects.create(path="/news/old", item=item)
    CuratedItem.objects.update(**hidden)  # behind the back of save()
    assert all_places() == ["/", "/news/", "/topic/", "/offering/", "/publisher/", "/author/", "/archive/"]


def test_aliases_are_in_no_sitemap() -> None:
    Alias.objects.create(path="/news/old", item=make_item("A story"))
    assert "/news/a-story/" in all_places()
    assert not [place for place in all_places() if "old" in place]


def test_an_item_that_asks_search_engines_to_stay_away_is_left_out() -> None:
    make_item("Open", meta={"html": {"robots": "index, follow"}, "openGraph": []})
    make_item("Closed", meta={"html": {"Robots": "NOINDEX"}}, published_at=timezone.now())
    assert list(places("/sitemap-items-1.xml")) == ["/news/open/"]
    assert list(places("/sitemap-news.xml")) == []


def test_a_change_of_an_item_is_one_of_its_page_and_of_the_lists_that_show_it() -> None:
    item = make_whole_item("A story")
    with time_machine.travel(datetime(2040, 5, 6, 7, 8, 9, tzinfo=UTC), tick=False):
        item.title, item.edited_at = "A better story", timezone.now()
        item.save()
        moment = "2040-05-06T07:08:09+00:00"
        assert places("/sitemap-items-1.xml") == {"/news/a-story/": moment}
        for section in ("vocabularies", "topics", "offerings", "publishers", "authors"):
            assert set(places(f"/sitemap-{section}-1.xml").values()) == {moment}, section
        assert set(places("/sitemap-pages.xml").values()) == {moment}
        assert set(places("/sitemap.xml").values()) == {moment}


def test_an_item_that_was_due_changed_its_page_when_it_came_out() -> None:
    due = timezone.now().replace(microsecond=0) + timedelta(days=1)
    make_item("A story", published_at=due)
    with time_machine.travel(due + timedelta(days=1), tick=False):
        assert places("/sitemap-items-1.xml") == {"/news/a-story/": due.isoformat()}


def test_a_list_changes_with_the_items_of_its_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PAGE_SIZE", 2)
    topic = make_topic("Care")
    first, *_, last = [make_item(topics=[topic]) for _ in range(3)]
    CuratedItem.objects.update(edited_at=datetime(2023, 1, 1, tzinfo=UTC))
    CuratedItem.objects.filter(pk=first.pk).update(edited_at=datetime(2030, 1, 1, tzinfo=UTC))
    last.refresh_from_db()
    assert places("/sitemap-topics-1.xml") == {"/topic/symplur-care/": changed(last)}


def test_an_items_picture_is_named() -> None:
    image = Image.objects.create(file="images/a&b.png", sha256="x", width=3, height=2, format="PNG", size=1)
    make_item(image=image), make_item()
    pictures = [url.findtext(f"{IMAGE}image/{IMAGE}loc") for url in read("/sitemap-items-1.xml")]
    assert pictures == [f"{SITE}/media/images/a%26b.png", None]


def test_sitemaps_are_split_and_no_page_ever_moves_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_PAGES", 2)
    items = [make_item() for _ in range(5)]
    parts = [part for part in places("/sitemap.xml") if "items" in part]
    before = {part: list(places(part)) for part in parts}
    assert all(len(pages) <= 2 for pages in before.values())
    assert [page for pages in before.values() for page in pages] == [item.get_absolute_url() for item in items]
    items[0].delete()
    for part in parts[1:]:
        assert list(places(part)) == before[part]


def test_a_part_costs_one_query_and_the_index_one_a_section_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sitemaps, "MAX_PAGES", 3)
    costs = []
    for _ in range(2):
        for _ in range(5):
            make_item(topics=[make_topic()], authors=[make_author()], publisher=make_publisher())
        with CaptureQueriesContext(connection) as index:
            parts = places("/sitemap.xml")
        with CaptureQueriesContext(connection) as part:
            read(next(path for path in parts if "items" in path))
        costs.append((len(index), len(part)))
    text_lists = len([lists for lists in LISTS if isinstance(lists, TextLists)])
    assert costs == [(8 + text_lists, 1), (8 + text_lists, 1)]


@pytest.mark.usefixtures("fixed_version", "memory")
def test_crawlers_get_a_cached_part_and_304_while_nothing_changes() -> None:
    make_item("A story")
    first = Client().get("/sitemap-items-1.xml")
    assert first["Cache-Control"].startswith("public, max-age=0, s-maxage=60")
    with CaptureQueriesContext(connection) as queries:
        same = Client().get("/sitemap-items-1.xml", headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, len(queries)) == (304, b"", 0)


@pytest.mark.long
@pytest.mark.usefixtures("fixed_version", "memory")
@pytest.mark.parametrize("accepted", ["", "gzip", "br"])
def test_a_part_of_the_largest_size_is_cached(accepted: str) -> None:
    long = [CuratedItem(title="x", slug=f"{number:0200}", **PUBLISHED) for number in range(sitemaps.MAX_PAGES)]
    CuratedItem.objects.bulk_create(long)
    first = CuratedItem.objects.order_by("pk").values_list("pk", flat=True)[0]
    path = f"/sitemap-items-{(first - 1) // sitemaps.MAX_PAGES + 1}.xml"
    page = Client().get(path, headers={"Accept-Encoding": accepted})
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(path, headers={"Accept-Encoding": accepted}).content == page.content
    assert len(queries) == 0


def test_pictures_of_another_host_keep_their_address(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.objects.create(file="images/a.png", sha256="x", width=3, height=2, format="PNG", size=1)
    item = make_item(image=image)
    monkeypatch.setattr(FileSystemStorage, "url", lambda _storage, _name: "https://cdn.example.org/a.png")
    (entry,) = read(f"/sitemap-items-{(item.pk - 1) // sitemaps.MAX_PAGES + 1}.xml")
    assert entry.findtext(f"{IMAGE}image/{IMAGE}loc") == "https://cdn.example.org/a.png"


def test_news_is_what_came_out_in_the_last_48_hours() -> None:
    now = timezone.now().replace(microsecond=0)
    make_item("Fresh & <new>", published_at=now - timedelta(hours=47))
    make_item("Stale", published_at=now - timedelta(hours=49))
    make_item("Draft", published_at=now, status="draft")
    (url,) = read("/sitemap-news.xml")
    assert url.findtext(f"{TAG}loc") == f"{SITE}/news/fresh-new/"
    news = f"{NEWS}news"
    assert url.findtext(f"{news}/{NEWS}title") == "Fresh & <new>"
    assert url.findtext(f"{news}/{NEWS}publication_date") == (now - timedelta(hours=47)).isoformat()
    assert url.findtext(f"{news}/{NEWS}publication/{NEWS}name") == "Medigy"
    assert "/sitemap-news.xml" in places("/sitemap.xml")


def test_a_site_without_news_names_no_sitemap_of_news() -> None:
    make_item(published_at=timezone.now() - timedelta(days=3))
    assert "/sitemap-news.xml" not in places("/sitemap.xml")


@pytest.mark.parametrize("name", ["items-0", "items-2", "items-99999999999999999999", "nothing-1", "items", "news-1"])
def test_a_sitemap_that_is_none_is_not_found(name: str) -> None:
    make_item()
    assert Client().get(f"/sitemap-{name}.xml").status_code == 404
