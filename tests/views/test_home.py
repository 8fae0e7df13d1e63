"""The front page."""

from datetime import UTC, datetime, timedelta

import pytest

from curation.models import CuratedItem
from tests.factories import make_item, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

MORNING = datetime(2024, 2, 28, 9, tzinfo=UTC)


def test_the_latest_items_come_by_day() -> None:
    make_item("Before", published_at=MORNING - timedelta(days=1))
    make_item("Morning", published_at=MORNING)
    make_item("Evening", published_at=MORNING + timedelta(hours=9))
    page = get("/")
    assert page.titles == ["Evening", "Morning", "Before"]
    assert page.texts("section/h2") == ["Wednesday 28 February 2024", "Tuesday 27 February 2024"]
    assert [time.get("datetime") for time in page.all("h2/time")] == ["2024-02-28", "2024-02-27"]


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
    assert page.texts("aside//li") == ["Common Symplur 2 recent items", "Rare Symplur 1 recent item"]
    assert page.link("Common") == "/topic/symplur-common/"


def test_a_site_without_items_says_so() -> None:
    page = get("/")
    assert "No news yet" in page.text
    assert not page.all("aside")
