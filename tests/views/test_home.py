"""The front page."""

from datetime import UTC, datetime, timedelta

import pytest

from curation.models import CuratedItem, Image
from curation.views.news import GRID_SIZE, TOP_SIZE
from tests.factories import make_item, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

MORNING = datetime(2024, 2, 28, 9, tzinfo=UTC)


def test_the_newest_items_are_on_top_and_in_the_grid_and_those_before_come_by_day() -> None:
    for number in range(TOP_SIZE + GRID_SIZE):
        make_item(f"Number {number}", published_at=MORNING + timedelta(days=number))
    for title, hours in (("Before", -24), ("Morning", -2), ("Evening", -1)):
        make_item(title, published_at=MORNING + timedelta(hours=hours))
    page = get("/")
    assert page.titles == [*(f"Number {number}" for number in reversed(range(12))), "Evening", "Morning", "Before"]
    assert page.texts("section/h2") == [
        "Top stories",
        "More stories",
        "Wednesday 28 February 2024",
        "Tuesday 27 February 2024",
    ]
    assert [time.get("datetime") for time in page.all("h2/time")] == ["2024-02-28", "2024-02-27"]


def test_the_lead_is_the_newest_item_on_top_that_has_a_picture() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    pictures = [image, image, *[None] * (TOP_SIZE - 1)]
    for number, picture in enumerate(pictures):
        make_item(f"Number {number}", image=picture)
    titles = [f"Number {number}" for number in reversed(range(TOP_SIZE + 1))]
    assert get("/").titles == ["Number 1", *titles[: TOP_SIZE - 1], "Number 0"]


def test_an_old_picture_does_not_make_a_lead() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    for number in range(TOP_SIZE + 1):
        make_item(f"Number {number}", image=image if number == 0 else None)
    assert get("/").titles[0] == f"Number {TOP_SIZE}"


def test_only_the_latest_twenty_are_on_it_and_the_rest_is_one_link_away() -> None:
    for number in range(21):
        make_item(f"Number {number}")
    page = get("/")
    assert page.titles == [f"Number {number}" for number in range(20, 0, -1)]
    assert page.link("All news") == "/news/"


def test_the_topics_most_written_about_are_listed_by_their_number_of_items() -> None:
    common, rare, unused = make_topic("Common"), make_topic("Rare"), make_topic("Unused")
    make_item(topics=[common])
    make_item(topics=[common, rare])
    make_item(topics=[common, unused], status=CuratedItem.Status.DRAFT)
    page = get("/")
    assert page.texts("aside//li") == [
        *("Common Symplur 2 recent items", "Rare Symplur 1 recent item"),
        "All topics",
    ]
    assert page.link("Common Symplur 2 recent items") == "/topic/symplur-common/"


def test_a_site_without_items_says_so() -> None:
    page = get("/")
    assert "No news yet" in page.text
    assert not page.all("aside")
