"""The offerings, and an offering."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from curation.models import CuratedItem
from tests.factories import make_item, make_offering, make_topic

from .pages import get

pytestmark = pytest.mark.django_db


def test_offerings_come_with_the_latest_first_and_the_number_of_their_published_items() -> None:
    early, late, unseen = make_offering("Early"), make_offering("Late"), make_offering("Unseen")
    make_item(offerings=[late], published_at=datetime(2020, 1, 1, tzinfo=UTC))
    make_item(offerings=[early], published_at=datetime(2024, 1, 31, tzinfo=UTC))
    make_item(offerings=[early, late], published_at=datetime(2024, 2, 1, tzinfo=UTC))
    make_item(offerings=[late], published_at=datetime(2024, 2, 2, tzinfo=UTC))
    make_item(offerings=[early, unseen], status=CuratedItem.Status.DRAFT)
    make_item(offerings=[early, unseen], published_at=timezone.now() + timedelta(days=1))
    page = get("/offering/")
    assert page.texts("h3") == ["Late", "Early"]
    assert page.texts("li/p[@class='meta']") == ["3 items latest 2 February 2024", "2 items latest 1 February 2024"]
    assert "2 offerings" in page.texts("h2")
    assert page.link("Late") == "/offering/late/"


def test_offerings_come_by_twenty() -> None:
    offerings = [make_offering(f"Number {number}") for number in range(25)]
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    make_item(offerings=offerings, published_at=moment)
    shown = get("/offering/").texts("h3") + get("/offering/?page=2").texts("h3")
    assert shown == [f"Number {number}" for number in range(24, -1, -1)]


def test_an_offerings_page_says_what_it_is_and_lists_its_items() -> None:
    watch = make_offering("Heart Watch", description="Counts beats.", url="https://watch.example.com/buy")
    wearables = make_topic("Wearables")
    watch.topics.set([wearables, make_topic("Secret")])
    make_item("About", offerings=[watch], topics=[wearables])
    make_item("Related", offerings=[make_offering("Other"), watch])
    make_item("Neither")
    page = get("/offering/heart-watch/")
    assert page.texts("h1") == ["Heart Watch"]
    assert "Counts beats." in page.text
    assert page.titles == ["Related", "About"]
    assert page.link("watch.example.com") == "https://watch.example.com/buy"
    assert "Secret" not in page.text
    assert page.link("Filter these items") == "/news/?offering=heart-watch"
