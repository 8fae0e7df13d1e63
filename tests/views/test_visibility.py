"""What readers must not see: drafts, archived items, and items whose time has not come."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.models import CuratedItem
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

SECRET = "Canary"
HIDDEN = [
    {"status": CuratedItem.Status.DRAFT},
    {"status": CuratedItem.Status.DRAFT, "published_at": None},
    {"status": CuratedItem.Status.ARCHIVED},
    {"published_at": datetime(2999, 1, 1, tzinfo=UTC)},
]
LISTS = [
    *(
        "/",
        "/news/",
        "/news/?words=canary",
        "/search/?q=canary",
        "/news/?topic=symplur-care",
        "/news/?vocabulary=symplur",
    ),
    *("/news/?offering=chart", "/news/?publisher=example.org", "/news/?author=ann", "/news/?tag=shared"),
    *("/news/?kind=News", "/news/?format=brief", "/news/?since=2000-01-01", "/topic/", "/topic/symplur-care/"),
    *("/offering/", "/offering/chart/", "/publisher/example.org/", "/author/ann/", "/vocabulary/symplur/"),
    *("/tag/shared/", "/news/shown/"),
]


def make_pair(**hidden: object) -> CuratedItem:
    """Make an item that readers see and return one that they must not, of the same topics and all."""
    fields = {
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "authors": [make_author("Ann")],
        "publisher": make_publisher("example.org"),
        "tags": ["shared"],
        "kind": "News",
        "format": "brief",
    }
    make_item("Shown", **fields)
    return make_item(SECRET, **{**fields, **hidden})


@pytest.mark.parametrize("hidden", HIDDEN, ids=["draft", "draft without a time", "archived", "future"])
def test_a_hidden_item_is_on_no_page_and_in_no_count(hidden: dict[str, object]) -> None:
    item = make_pair(**hidden)
    get(item.get_absolute_url(), 404)
    for path in LISTS:
        page = get(path)
        assert SECRET not in page.response.content.decode(), path
        assert "2 items" not in page.text, path
    assert SECRET not in get("/gone/", 404).response.content.decode()


@pytest.mark.parametrize("hidden", HIDDEN, ids=["draft", "draft without a time", "archived", "future"])
def test_an_item_hidden_behind_the_back_of_save_is_hidden_too(hidden: dict[str, object]) -> None:
    item = make_pair()
    CuratedItem.objects.filter(pk=item.pk).update(**hidden)
    lists = ("/news/", "/topic/symplur-care/", "/vocabulary/symplur/", "/tag/shared/", "/offering/chart/")
    for path in (*lists, "/author/ann/", "/publisher/example.org/"):
        assert get(path).titles == ["Shown"], path


def test_only_hidden_items_offer_nothing_to_filter_by() -> None:
    make_item(topics=[make_topic("Care")], kind="Secret", status=CuratedItem.Status.DRAFT)
    options = get("/news/").texts("option")
    assert "Care" not in options
    assert "Secret" not in options


def test_a_scheduled_item_is_there_from_its_minute_on() -> None:
    due = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    item = make_pair(published_at=due)
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        get(item.get_absolute_url(), 404)
        assert get("/topic/symplur-care/").titles == ["Shown"]
    with time_machine.travel(due, tick=False):
        get(item.get_absolute_url())
        assert get("/topic/symplur-care/").titles == [SECRET, "Shown"]
