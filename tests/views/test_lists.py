"""What all lists of items have in common: rows, order, pages."""

from datetime import UTC, datetime

import pytest

from curation.listing.pagination import COUNT_LIMIT, PAGE_SIZE
from curation.models import Image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 2, 28, 12, tzinfo=UTC)
LISTS = (
    *("/news/", "/topic/symplur-care/", "/vocabulary/symplur/", "/offering/chart/", "/publisher/example.org/"),
    *("/author/ann/", "/tag/shared/"),
)


def make_items(number: int, **fields: object) -> list[str]:
    """Make items that every list of `LISTS` has; return their titles, newest first."""
    relations = {
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "authors": [make_author("Ann")],
        "publisher": make_publisher("example.org"),
        "tags": ["shared"],
    }
    titles = [f"Number {index}" for index in range(number)]
    for title in titles:
        make_item(title, **relations, **fields)
    return titles[::-1]


# Each of these tests makes its items once for all lists: they take longer to make than to list.


def test_a_list_goes_on_for_pages_of_twenty_without_a_gap_or_a_repeat() -> None:
    titles = make_items(2 * PAGE_SIZE + 1)
    for path in LISTS:
        first, second, third = (get(f"{path}?page={number}") for number in (1, 2, 3))
        assert first.titles + second.titles + third.titles == titles, path
        assert len(first.titles) == len(second.titles) == PAGE_SIZE, path
        assert [first.link("Older"), second.link("Older"), second.link("Newer")] == ["?page=2", "?page=3", "."], path
        assert "Newer" not in first.texts("a"), path
        assert "Older" not in third.texts("a"), path
        assert "41 items" in first.texts("h2"), path


def test_items_of_one_moment_keep_their_order_from_page_to_page() -> None:
    titles = make_items(PAGE_SIZE + 5, published_at=NOON)
    for path in LISTS:
        assert get(path).titles + get(f"{path}?page=2").titles == titles, path


def test_a_page_that_is_not_there_is_not_found() -> None:
    make_items(PAGE_SIZE + 1)
    for path in LISTS:
        for page in ("0", "-1", "3", "x", "1.5", "", "9" * 30, "²", "%00", "1' OR 1=1"):
            get(f"{path}?page={page}", 404)


def test_the_head_of_a_page_names_its_neighbours_and_itself() -> None:
    make_items(2 * PAGE_SIZE + 1)
    page = get("/news/?page=2")
    heads = {link.get("rel"): link.get("href") for link in page.all("head/link")}
    assert heads["canonical"] == "http://testserver/news/?page=2"
    assert (heads["prev"], heads["next"]) == (".", "?page=3")
    assert page.one("title").text == "News, page 2 · Medigy"
    assert page.one("nav[@aria-label='Pages']/a[@aria-current='page']").text == "2"


def test_page_numbers_leave_out_what_is_far_away() -> None:
    for _ in range(9 * PAGE_SIZE):
        make_item()
    pages = "nav[@aria-label='Pages']/*"
    assert get("/news/").texts(pages) == ["1", "2", "…", "9", "Older"]
    assert get("/news/?page=5").texts(pages) == ["Newer", "1", "…", "4", "5", "6", "…", "9", "Older"]
    assert get("/news/?page=4").texts(pages) == ["Newer", "1", "2", "3", "4", "5", "…", "9", "Older"]


def test_a_long_list_is_counted_so_far_only_and_its_further_pages_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert COUNT_LIMIT == 1000
    monkeypatch.setattr("curation.listing.pagination.COUNT_LIMIT", 30)
    titles = make_items(45)
    page = get("/news/?page=2")
    assert "More than 30 items" in page.texts("h2")
    assert page.texts("nav[@aria-label='Pages']/*") == ["Newer", "1", "2", "3", "Older"]
    assert get("/news/?page=3").titles == titles[40:]


def test_a_row_says_what_an_item_is() -> None:
    topics = [make_topic(label) for label in ("One", "Two", "Three", "Four")]
    make_item(
        "A story",
        slug="story",
        section="NEWS",
        summary="What it is about.",
        publisher=make_publisher("example.org", name="The Paper"),
        published_at=NOON,
        topics=topics,
    )
    page = get("/news/")
    assert page.texts("article") == ["NEWS A story What it is about. The Paper 28 February 2024 One Two Three"]
    assert page.one("article//time").get("datetime") == "2024-02-28T12:00:00+00:00"
    assert page.link("A story") == "/news/story/"
    assert page.link("The Paper") == "/publisher/example.org/"
    assert page.link("Two") == "/topic/symplur-two/"


def test_a_row_shows_the_image_where_there_is_one() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    make_item("With", image=image)
    make_item("Without")
    (shown,) = get("/news/").all("article//img")
    assert shown.get("src") == "/media/images/x.png"
    assert (shown.get("width"), shown.get("height")) == ("300", "200")
    assert shown.get("alt") == "", "the title beside it says it all"


@pytest.mark.parametrize("path", ["/news/", "/topic/", "/offering/"])
def test_an_empty_list_says_so_and_leads_on(path: str) -> None:
    page = get(path)
    assert page.titles == []
    assert page.one("div[@class='empty']/h2") is not None
