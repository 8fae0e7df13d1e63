"""The way of a reader from the front page to an item, and pages on phones and in other scripts."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .conftest import OpenPage

PHONE = 320
LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 2
BODY = """A short text with <https://example.org/a/very/long/link/that/has/no/place/to/break/it/in/two/anywhere>.

| a | wide | table | of | many | columns | that | has | no | place | on | a | phone |
| - | ---- | ----- | -- | ---- | ------- | ---- | --- | -- | ----- | -- | - | ----- |
| 1 | two  | three | 4  | five | six     | 7    | 8   | 9  | ten   | 11 | 12 | 13   |

    a line of code that goes on and on, far beyond the edge of any phone that anybody ever held in a hand
"""


@pytest.fixture
def item() -> CuratedItem:
    """An item with everything a page can show; there is another one with little."""
    make_item("A plain story")
    return make_item(
        f"Wearables at home {LONG_WORD}",
        slug="wearables",
        body=BODY,
        topics=[make_topic("Remote Monitoring", "Gartner"), make_topic(LONG_WORD, "Symplur")],
        offerings=[make_offering("Heart Watch", slug="heart-watch")],
        authors=[make_author("Ada Lovelace", slug="ada")],
        publisher=make_publisher("paper.example.org", name="The Paper"),
        tags=["wearable", LONG_WORD],
        via_name="A friend",
        section="NEWS",
        format="brief",
        published_at=datetime(2023, 1, 31, tzinfo=UTC),
    )


@pytest.mark.journey
def test_a_reader_filters_the_news_and_opens_an_item(page: Page, item: CuratedItem) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="News").click()
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(2)
    page.get_by_label("Topic", exact=True).select_option(label="Remote Monitoring")
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile(r"/news/\?.*topic=gartner-remote-monitoring"))
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(1)
    page.get_by_role("heading", name="Wearables at home").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/news/wearables/$"))
    expect(page.get_by_role("link", name="The Paper").first).to_be_visible()
    expect(page.locator(f'a[href="{item.source_url}"]')).to_be_visible()


def test_removing_filters_shows_all_items_again(page: Page, item: CuratedItem) -> None:
    page.goto("/news/?words=wearables&format=brief")
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Words").click()
    expect(page).to_have_url(re.compile(r"/news/\?format=brief$"))
    page.get_by_role("link", name="Remove the filter Format").click()
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(2)


PAGES = (
    *("/", "/news/", "/news/?words=wearables&topic=gartner-remote-monitoring&since=2020-01-01", "/news/?words=none"),
    *("/search/?q=wearables", "/search/?q=waerables", "/search/"),
    *("/news/wearables/", "/news/a-plain-story/", "/topic/", "/topic/gartner-remote-monitoring/", "/offering/"),
    *("/offering/heart-watch/", "/publisher/paper.example.org/", "/author/ada/", "/news/no-such-story/"),
    *("/archive/", "/archive/2023/", "/archive/2023/01/", "/topic/gartner-remote-monitoring/timeline/"),
)


@pytest.mark.usefixtures("item")
def test_every_page_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page(PHONE)
    overflowing = []
    for path in PAGES:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE:
            overflowing.append(path)
    assert overflowing == []


@pytest.mark.usefixtures("item")
def test_pages_follow_the_readers_colour_scheme(open_page: OpenPage) -> None:
    backgrounds = []
    for dark in (False, True):
        page = open_page(dark=dark)
        page.goto("/news/wearables/")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        backgrounds.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    light, dark_ = backgrounds
    assert light > 3 * 200
    assert dark_ < 3 * 60


@pytest.mark.usefixtures("item")
def test_a_missing_page_links_to_recent_items(page: Page) -> None:
    response = page.goto("/news/no-such-story/")
    assert response is not None
    assert response.status == 404
    page.get_by_role("main").get_by_role("link", name="A plain story").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A plain story")


ARABIC = """هذه فقرة عن الصحة.

> اقتباس

| رقم | عمود |
|---|---|
| 12,345 | سطر طويل جدا من النص العربي عن الصحة الرقمية في المستشفيات |

    code()
"""


def test_arabic_is_set_from_right_to_left_and_code_from_left_to_right(page: Page) -> None:
    item = make_item("مقالة عن الصحة", slug="arabic", body=ARABIC)
    page.goto(item.get_absolute_url())
    directions = {
        name: page.locator(name).first.evaluate("element => getComputedStyle(element).direction")
        for name in ("h1", ".breadcrumbs [aria-current] span", ".body p", ".body td", ".body pre", ".meta")
    }
    assert [name for name, direction in directions.items() if direction == "rtl"] == list(directions)[:4]
    quote = page.locator(".body blockquote")
    assert quote.evaluate("quote => getComputedStyle(quote).borderInlineStartWidth") == "3px"
    page.goto("/news/")
    assert page.locator("h3").first.evaluate("heading => getComputedStyle(heading).direction") == "rtl"


def test_a_narrow_table_breaks_addresses_but_not_words_and_numbers(open_page: OpenPage) -> None:
    cells = "| Cardiovascular | 12,345 | Telemonitoring | Hospitalisation | https://example.org/a/long/address |"
    item = make_item(body=f"{cells}\n|---|---|---|---|---|\n{cells}")
    page = open_page(PHONE)
    page.goto(item.get_absolute_url())
    lines = page.locator(".body tbody td").evaluate_all(
        """cells => cells.map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return new Set([...range.getClientRects()].map((line) => line.top)).size;
        })"""
    )
    assert lines[:4] == [1, 1, 1, 1]
    assert lines[4] > 1
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
