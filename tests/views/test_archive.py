"""The archive: all items by year and month."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from curation.models import CuratedItem
from tests.factories import make_item

from .pages import ParsedPage, get

pytestmark = pytest.mark.django_db


def at(year: int, month: int, day: int = 15) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.fixture
def items() -> None:
    for title, moment in (
        ("First", at(2021, 12)),
        ("Second", at(2023, 1)),
        ("Third", at(2023, 11)),
        ("Fourth", at(2023, 11, 16)),
        ("Future", at(2999, 1)),
    ):
        make_item(title, published_at=moment)
    make_item("Draft", published_at=at(2022, 5), status=CuratedItem.Status.DRAFT)


def beside(page: ParsedPage, name: str) -> list[tuple[str, str, str]]:
    """Return the relation, the words and the target of the links to what comes before and after."""
    links = page.all(f"nav[@aria-label='{name}']/a")
    return [(link.get("rel", ""), "".join(link.itertext()).strip(), link.get("href", "")) for link in links]


@pytest.mark.usefixtures("items")
def test_the_archive_counts_years_and_months_the_newest_first() -> None:
    page = get("/archive/")
    assert page.texts("section/h2") == ["2023 3 items", "2021 1 item"]
    assert page.texts("section/ul/li") == ["November 2023 2 items", "January 2023 1 item", "December 2021 1 item"]
    assert page.link("2023") == "/archive/2023/"
    assert page.link("December 2021") == "/archive/2021/12/"


@pytest.mark.usefixtures("items")
def test_a_year_counts_its_months_and_leads_to_the_next_years_that_have_items() -> None:
    page = get("/archive/2023/")
    assert page.texts("main/ul/li") == ["January 2023 1 item", "November 2023 2 items"]
    assert "3 items" in page.text
    assert beside(page, "Years") == [("prev", "2021", "/archive/2021/")]
    assert beside(get("/archive/2021/"), "Years") == [("next", "2023", "/archive/2023/")]


@pytest.mark.usefixtures("items")
def test_a_month_lists_its_items_and_leads_to_the_next_months_that_have_some() -> None:
    page = get("/archive/2023/11/")
    assert page.texts("h1") == ["November 2023"]
    assert page.titles == ["Fourth", "Third"]
    assert beside(page, "Months") == [("prev", "January 2023", "/archive/2023/01/")]
    assert beside(get("/archive/2023/01/"), "Months") == [
        ("next", "November 2023", "/archive/2023/11/"),
        ("prev", "December 2021", "/archive/2021/12/"),
    ]


def test_a_month_goes_from_its_first_moment_to_its_last_in_utc() -> None:
    make_item("Before", published_at=datetime(2023, 1, 31, 23, 59, 59, 999999, tzinfo=UTC))
    make_item("First", published_at=datetime(2023, 2, 1, tzinfo=UTC))
    make_item("Last", published_at=datetime(2023, 2, 28, 23, 59, 59, 999999, tzinfo=UTC))
    make_item("After", published_at=datetime(2023, 3, 1, tzinfo=UTC))
    assert get("/archive/2023/02/").titles == ["Last", "First"]
    assert get("/archive/2023/").texts("main/ul/li") == [
        "January 2023 1 item",
        "February 2023 2 items",
        "March 2023 1 item",
    ]


@pytest.mark.usefixtures("items")
def test_a_months_trail_leads_through_its_year() -> None:
    trail = get("/archive/2023/11/").data("BreadcrumbList")["itemListElement"]
    assert [step["name"] for step in trail] == ["Home", "Archive", "2023", "November 2023"]


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("written", ["2023/1", "2023/001", "02023/01"])
def test_a_month_has_one_address(written: str) -> None:
    response = Client().get(f"/archive/{written}/")
    assert (response.status_code, response["Location"]) == (301, "/archive/2023/01/")


@pytest.mark.usefixtures("items")
def test_a_year_has_one_address() -> None:
    for written in ("02023", "00002023"):
        response = Client().get(f"/archive/{written}/")
        assert (response.status_code, response["Location"]) == (301, "/archive/2023/")


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("form", ["rss", "atom", "json"])
@pytest.mark.parametrize("written", ["02023/01", "2023/1", "2023/001", "0001/01", "2023/02", "0/01", "2023/00"])
def test_a_months_feed_has_one_address_and_is_there_with_the_months_page(written: str, form: str) -> None:
    assert Client().get(f"/archive/{written}/feed.{form}").status_code == 404
    assert Client().get(f"/archive/2023/01/feed.{form}").status_code == 200


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize(
    "empty",
    [
        *("2022", "2022/05", "2023/02", "2999", "2999/01", "1066/10"),
        *("0", "0/1", "2023/0", "2023/13", "9999", "9999/12", "99999999999999999999/1", "2023/99999999999999999999"),
    ],
)
def test_what_has_no_items_or_is_no_month_is_not_found(empty: str) -> None:
    get(f"/archive/{empty}/", 404)


def test_an_empty_site_has_an_archive_all_the_same() -> None:
    assert "Nothing here yet" in get("/archive/").text
