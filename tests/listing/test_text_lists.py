"""Lists of the values of a text column work like those of rows: page, feeds, API and sitemap."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.api.fields import serialize
from curation.api.subjects import TextSubject
from curation.lib.page_urls import url
from curation.listing import sitemap
from curation.listing.lists import TextLists
from curation.listing.pagination import PAGE_SIZE
from curation.models import CuratedItem
from tests.factories import make_item
from tests.feeds.reading import parsed, parsed_json
from tests.views.pages import get

pytestmark = pytest.mark.django_db

KINDS = TextLists("kind", "kinds", "Kind")


@pytest.fixture(autouse=True)
def _kind_urls(settings: LazySettings) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.listing.kind_urls"
    yield
    url.cache_clear()


def test_a_page_lists_the_items_of_all_spellings_with_one_slug() -> None:
    make_item("One", kind="Case report"), make_item("Two", kind="CASE Report"), make_item("Three", kind="Case report")
    make_item("Other", kind="News"), make_item("Draft", kind="Case report", status="draft")
    page = get("/kind/case-report/")
    assert page.titles == ["Three", "Two", "One"]
    assert page.texts("h1") == ["Case report"]
    assert page.texts("title") == ["Kind: Case report · Medigy"]
    assert get(page.link("Filter these items")).titles == ["Three", "Two", "One"]


def test_a_page_of_a_value_that_no_published_item_has_is_not_found() -> None:
    make_item(kind="❤"), make_item(kind="News", status="draft")
    for path in ("/kind/news/", "/kind/%E2%9D%A4/", "/kind/none/", "/kind/none/feed.rss", "/kind//feed.rss"):
        assert Client().get(path).status_code == 404, path


def test_a_list_has_pages_and_feeds() -> None:
    titles = [make_item(f"Number {number}", kind="News").title for number in range(PAGE_SIZE + 1)][::-1]
    page = get("/kind/news/")
    assert page.titles + get(f"/kind/news/{page.link('Older')}").titles == titles
    feeds = [str(link.get("href")) for link in page.all("head/link") if link.get("rel") == "alternate"]
    assert feeds == [f"/kind/news/feed.{extension}" for extension in ("rss", "atom", "json")]
    assert [entry.title for entry in parsed(feeds[0]).entries] == titles[:PAGE_SIZE]
    following = parsed_json(feeds[2])["next_url"].removeprefix("http://testserver")
    assert [entry["title"] for entry in parsed_json(following)["items"]] == titles[PAGE_SIZE:]


def test_a_page_costs_the_same_however_many_items_and_values_there_are() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            get("/kind/news/")
        return len(queries)

    for _ in range(PAGE_SIZE + 2):
        make_item(kind="News")
    few = cost()
    for number in range(PAGE_SIZE + 2):
        make_item(kind="News"), make_item(kind=f"Kind {number}")
    assert cost() == few <= 7


def test_the_api_reads_the_values_in_the_order_of_their_slugs_and_one_by_its_slug() -> None:
    subject = TextSubject(KINDS)
    assert subject.read(subject.fields, "", 5) == []
    for kind in ("Opinion", "News", "NEWS", "Brief"):
        make_item(kind=kind)
    first = subject.read(subject.fields, "", 2)
    rest = subject.read(subject.fields, subject.cursor_after(first[-1]), 2)
    assert [value.slug for value in first + rest] == ["brief", "news", "opinion"]
    found = subject.find(subject.fields, "brief")
    assert found is not None
    assert serialize(found, subject.fields, lambda path: f"https://example.org{path}") == {
        "slug": "brief",
        "name": "Brief",
        "url": "https://example.org/kind/brief/",
        "items_url": "https://example.org/api/v1/items?kind=Brief",
    }
    assert subject.find(subject.fields, "none") is None


def test_a_column_without_a_facet_has_lists_without_a_filter() -> None:
    assert "items_url" not in TextSubject(TextLists("section", "sections", "Section")).fields
    make_item("One", section="Policy")
    sections = TextLists("section", "sections", "Section")
    assert sections.query_of(sections.find("policy")) == ()


def test_the_sitemap_names_each_value_with_the_last_change_of_its_items(monkeypatch: pytest.MonkeyPatch) -> None:
    section = sitemap.TextListSection(KINDS)
    assert section.parts() == []
    for kind in ("Opinion", "News", "NEWS", "", "❤"):
        make_item(kind=kind)
    moments = [item.published_at for item in CuratedItem.objects.filter(kind__in=["NEWS", "Opinion"]).order_by("kind")]
    entries = [sitemap.SitemapEntry("/kind/news/", moments[0]), sitemap.SitemapEntry("/kind/opinion/", moments[1])]
    assert list(section.part(1)) == entries
    assert list(section.part(2)) == []
    assert section.parts() == [(1, moments[0])]
    monkeypatch.setattr(sitemap, "MAX_PAGES", 1)
    assert [list(section.part(number)) for number, _ in section.parts()] == [entries[:1], entries[1:]]
