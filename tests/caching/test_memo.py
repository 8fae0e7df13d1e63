"""The memo: values are right until the content changes or a scheduled item is due, and memory is bounded."""

from datetime import timedelta
from math import inf
from sys import getswitchinterval, setswitchinterval
from threading import Thread

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.caching import memo as module
from curation.caching.memo import MAX_BYTES, MAX_ENTRIES, Memo, MemoEntry, at_version, memoised
from curation.caching.next_due import next_due
from curation.listing.pagination import PAGE_SIZE
from curation.models import ContentVersion, CuratedItem
from tests.factories import make_item, make_topic
from tests.views.pages import get

CARE = "/topic/symplur-care/"


def titles() -> list[str]:
    return list(CuratedItem.objects.published().values_list("title", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_value_is_made_again_once_anything_was_written() -> None:
    make_item("One")
    assert memoised("titles", titles) == ["One"]
    with CaptureQueriesContext(connection) as queries:
        assert memoised("titles", titles) == ["One"]
    assert len(queries) == 1
    make_item("Two")
    assert memoised("titles", titles) == ["Two", "One"]
    CuratedItem.objects.filter(title="One").update(title="Uno")
    assert memoised("titles", titles) == ["Two", "Uno"]


@pytest.mark.django_db(transaction=True)
def test_a_page_takes_all_values_at_the_version_that_it_is_cached_at() -> None:
    make_item("One")
    version = ContentVersion.current()
    assert version
    with at_version(version):
        assert memoised("titles", titles) == ["One"]
        with CaptureQueriesContext(connection) as queries:
            assert memoised("titles", titles) == ["One"]
        assert len(queries) == 0
        make_item("Two")
        assert memoised("titles", titles) == ["One"]
    assert memoised("titles", titles) == ["Two", "One"]


@pytest.mark.usefixtures("fixed_version")
def test_a_value_is_made_again_when_a_scheduled_item_is_due() -> None:
    due = timezone.now() + timedelta(hours=1)
    make_item("Due", published_at=due)
    assert memoised("titles", titles) == []
    with time_machine.travel(due + timedelta(seconds=1), tick=False):
        assert memoised("titles", titles) == ["Due"]


@pytest.mark.django_db
def test_nothing_is_memoised_where_there_is_no_version() -> None:
    assert memoised("titles", titles) == []
    make_item("One")
    assert memoised("titles", titles) == ["One"]


@pytest.mark.usefixtures("fixed_version")
def test_the_least_recently_used_value_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_memo", Memo(max_entries=2, max_bytes=MAX_BYTES))
    assert [memoised("one", lambda: 1), memoised("two", lambda: 2), memoised("one", lambda: 0)] == [1, 2, 1]
    assert memoised("three", lambda: 3) == 3
    assert [memoised("one", lambda: 4), memoised("three", lambda: 5), memoised("two", lambda: 6)] == [1, 3, 6]


@pytest.mark.usefixtures("fixed_version")
def test_large_values_leave_room_for_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo(max_entries=MAX_ENTRIES, max_bytes=10_000)
    monkeypatch.setattr(module, "_memo", memo)
    for key in "abc":
        memoised(key, lambda: "x" * 4_000)
        assert memo.bytes <= memo.max_bytes
    assert len(memo) == 2
    assert [memoised(key, lambda: "made again")[0] for key in "cba"] == ["x", "x", "m"]


@pytest.mark.usefixtures("fixed_version")
def test_a_value_larger_than_the_memo_is_made_each_time_and_drops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo(max_entries=MAX_ENTRIES, max_bytes=10_000)
    monkeypatch.setattr(module, "_memo", memo)
    monkeypatch.setattr(module, "MAX_BYTES", 10_000)
    memoised("small", lambda: 1)
    assert len(memoised("large", lambda: "x" * 20_000)) == 20_000
    assert len(memoised("large", lambda: "x" * 30_000)) == 30_000
    assert memoised("small", lambda: 2) == 1


@pytest.mark.django_db(transaction=True)
def test_a_value_replaces_its_earlier_version_in_the_count_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo(MAX_ENTRIES, MAX_BYTES)
    monkeypatch.setattr(module, "_memo", memo)
    for number in range(3):
        make_item(f"Number {number}")
        memoised("text", lambda: "x" * 1_000)
    assert len(memo) == 1
    assert 1_000 <= memo.bytes < 1_200


@pytest.mark.usefixtures("fixed_version")
def test_misses_at_one_version_ask_once_when_an_item_is_due() -> None:
    make_item(published_at=timezone.now() + timedelta(hours=1))
    with CaptureQueriesContext(connection) as queries:
        for number in range(5):
            memoised(f"number {number}", lambda: 1)
    assert len(queries) == 1


@pytest.mark.usefixtures("fixed_version")
@pytest.mark.parametrize(
    ("passed", "clock", "queries"),
    [(59, 59, 0), (60, 60, 1), (1, 1, 0), (1, 1.9, 0), (1, 3, 1), (1, -1, 1), (1, -3600, 1), (1, 3600, 1)],
)
def test_after_a_minute_or_a_step_of_the_clock_the_database_is_asked_again_when_an_item_is_due(
    monkeypatch: pytest.MonkeyPatch, passed: float, clock: float, queries: int
) -> None:
    version = ContentVersion.current() or ""
    times = {"time": 1_000_000.0, "monotonic": 50.0}
    for name in times:
        monkeypatch.setattr(f"curation.caching.next_due.{name}", lambda name=name: times[name])
    next_due(version)
    times["time"] += clock
    times["monotonic"] += passed
    with CaptureQueriesContext(connection) as asked:
        next_due(version)
    assert len(asked) == queries


@pytest.mark.usefixtures("fixed_version")
def test_a_value_made_while_the_clock_was_ahead_is_made_again() -> None:
    due = timezone.now() + timedelta(minutes=30)
    make_item("Due", published_at=due)
    with time_machine.travel(due, tick=False):
        assert memoised("titles", titles) == ["Due"]
    assert memoised("titles", titles) == []


@pytest.mark.django_db(transaction=True)
def test_a_miss_at_a_new_version_asks_again_when_an_item_is_due() -> None:
    due = timezone.now() + timedelta(hours=2)
    make_item("Later", published_at=due)
    assert memoised("titles", titles) == []
    make_item("Sooner", published_at=due - timedelta(hours=1))
    assert memoised("titles", titles) == []
    with time_machine.travel(due - timedelta(minutes=30), tick=False):
        assert memoised("titles", titles) == ["Sooner"]


def test_threads_share_a_memo_without_losing_count() -> None:
    memo, threads = Memo(max_entries=20, max_bytes=1_000), []

    def use(start: int) -> None:
        for number in range(2_000):
            key = str((start + number) % 50)
            memo.get(key, "version")
            memo.put(key, MemoEntry("version", 0, inf, None, size=number % 90))

    interval = getswitchinterval()
    setswitchinterval(1e-6)
    try:
        threads = [Thread(target=use, args=(start,)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        setswitchinterval(interval)
    entries = [entry for number in range(50) if (entry := memo.get(str(number), "version"))]
    assert len(entries) == len(memo) <= 20
    assert sum(entry.size for entry in entries) == memo.bytes <= 1_000


@pytest.mark.usefixtures("fixed_version")
def test_nothing_is_memoised_while_developing(settings: LazySettings) -> None:
    settings.DEBUG = True
    assert [memoised("one", lambda: 1), memoised("one", lambda: 2)] == [1, 2]


@pytest.mark.usefixtures("fixed_version")
@pytest.mark.parametrize(("path", "least"), [("/", 3), ("/news/", 3), (CARE, 3)])
def test_a_page_made_again_queries_its_items_alone(path: str, least: int) -> None:
    topic = make_topic("Care")
    for _ in range(PAGE_SIZE + 1):
        make_item(topics=[topic])
    costs = []
    for query in ("?unknown=1", "?unknown=2", "?unknown=3"):  # a page with an unknown parameter is never cached
        with CaptureQueriesContext(connection) as queries:
            get(f"{path}{query}")
        costs.append(len(queries))
    assert costs[0] > costs[1] == costs[2] == least


@pytest.mark.usefixtures("fixed_version")
def test_the_memoised_form_holds_no_readers_input() -> None:
    make_item("A robot")
    for _ in range(2):
        assert get("/news/?words=robot").one("input[@name='words']").get("value") == "robot"
        assert get("/news/?unknown=1").one("input[@name='words']").get("value") is None
