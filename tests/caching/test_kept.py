"""Parts of pages are kept as pages are: until the content changes, or a scheduled item is due."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import kept as module
from curation.kept import at_version, kept
from curation.models import ContentVersion, CuratedItem
from curation.pagination import PAGE_SIZE
from tests.factories import make_item, make_topic
from tests.views.pages import get

CARE = "/topic/symplur-care/"


def titles() -> list[str]:
    return list(CuratedItem.objects.published().values_list("title", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_value_is_made_again_once_anything_was_written() -> None:
    make_item("One")
    assert kept("titles", titles) == ["One"]
    with CaptureQueriesContext(connection) as queries:
        assert kept("titles", titles) == ["One"]
    assert len(queries) == 1
    make_item("Two")
    assert kept("titles", titles) == ["Two", "One"]
    CuratedItem.objects.filter(title="One").update(title="Uno")
    assert kept("titles", titles) == ["Two", "Uno"]


@pytest.mark.django_db(transaction=True)
def test_all_of_a_page_is_taken_at_the_version_that_it_is_kept_as() -> None:
    make_item("One")
    version = ContentVersion.current()
    assert version
    with at_version(version):
        assert kept("titles", titles) == ["One"]
        with CaptureQueriesContext(connection) as queries:
            assert kept("titles", titles) == ["One"]
        assert len(queries) == 0
        make_item("Two")
        assert kept("titles", titles) == ["One"]
    assert kept("titles", titles) == ["Two", "One"]


@pytest.mark.usefixtures("still")
def test_a_value_is_made_again_when_a_scheduled_item_is_due() -> None:
    due = timezone.now() + timedelta(hours=1)
    make_item("Due", published_at=due)
    assert kept("titles", titles) == []
    with time_machine.travel(due + timedelta(seconds=1), tick=False):
        assert kept("titles", titles) == ["Due"]


@pytest.mark.django_db
def test_nothing_is_kept_while_nothing_vouches_for_it() -> None:
    assert kept("titles", titles) == []
    make_item("One")
    assert kept("titles", titles) == ["One"]


@pytest.mark.usefixtures("still")
def test_values_of_other_names_do_not_count_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    assert [kept("one", lambda: 1), kept("two", lambda: 2), kept("one", lambda: 0)] == [1, 2, 1]
    assert [kept("three", lambda: 3), kept("one", lambda: 4)] == [3, 4]


@pytest.mark.usefixtures("still")
def test_nothing_is_kept_while_developing(settings: LazySettings) -> None:
    settings.DEBUG = True
    assert [kept("one", lambda: 1), kept("one", lambda: 2)] == [1, 2]


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(("path", "least"), [("/", 3), ("/news/", 3), (CARE, 3)])
def test_a_page_that_is_made_again_asks_for_its_items_alone(path: str, least: int) -> None:
    topic = make_topic("Care")
    for _ in range(PAGE_SIZE + 1):
        make_item(topics=[topic])
    costs = []
    for query in ("?unknown=1", "?unknown=2", "?unknown=3"):  # a page with a parameter that nobody knows is never kept
        with CaptureQueriesContext(connection) as queries:
            get(f"{path}{query}")
        costs.append(len(queries))
    assert costs[0] > costs[1] == costs[2] == least


@pytest.mark.usefixtures("still")
def test_the_form_is_kept_as_nobody_has_filled_it_in() -> None:
    make_item("A robot")
    for _ in range(2):
        assert get("/news/?words=robot").one("input[@name='words']").get("value") == "robot"
        assert get("/news/?unknown=1").one("input[@name='words']").get("value") is None
