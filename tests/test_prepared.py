"""Queries that are written once: with other values, they answer as the ORM does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, CharField, DateTimeField, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import related, selections, stories, teasers
from curation.models import CuratedItem, Image, ItemTopic
from curation.prepared import Given, Prepared
from curation.selections import Selected, Selection
from tests.factories import make_item, make_topic

NOW = Given("now", DateTimeField())
COLUMNS = ("title", "published_at", "meta", "image__has_renditions")


def live() -> QuerySet[CuratedItem, tuple[Any, ...]]:
    return CuratedItem.objects.filter(published_at__lte=NOW).order_by("pk").values_list(*COLUMNS)


@pytest.mark.django_db
def test_rows_are_those_of_the_orm_whatever_the_database_has_to_convert() -> None:
    image = Image.objects.create(file="a.png", sha256="0", width=3, height=2, format="PNG", size=1)
    make_item("One", image=image, meta={"title": ["x"]}, published_at=datetime(2024, 2, 28, 1, 2, 3, 456789, UTC))
    make_item("Two")
    now = timezone.now()
    assert Prepared(live)(now=now) == list(CuratedItem.objects.order_by("pk").values_list(*COLUMNS))


@pytest.mark.django_db
def test_a_query_is_written_once_and_each_run_has_values_of_its_own() -> None:
    written = []

    def build() -> QuerySet[CuratedItem, tuple[Any, ...]]:
        written.append(1)
        return live()

    due = datetime(2024, 1, 1, tzinfo=UTC)
    make_item("Due", published_at=due)
    prepared = Prepared(build)
    moments = [due - timedelta(microseconds=1), due, due + timedelta(days=1)]
    assert [len(prepared(now=moment)) for moment in moments] == [0, 1, 1]
    assert written == [1]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_sequence_may_be_shorter_than_its_places(number: int) -> None:
    items = [make_item(title) for title in ("One", "Two", "Three")][:number]
    keys: Any = Given.many("keys", BigIntegerField(), 3)
    prepared = Prepared(lambda: CuratedItem.objects.filter(pk__in=keys).order_by("pk").values_list("title"))
    assert prepared(keys=[item.pk for item in items]) == [(item.title,) for item in items]


@pytest.mark.django_db
def test_values_find_their_places_in_unions_and_in_nested_queries() -> None:
    topics = [make_topic(), make_topic()]
    for number, topic in enumerate(topics):
        make_item(f"Number {number}", topics=[topic])
    first: Any = Given("first", BigIntegerField())
    label: Any = Given("label", CharField())

    def build() -> QuerySet[Any, tuple[Any, ...]]:
        nested = ItemTopic.objects.filter(topic=first).order_by("pk").values("item")[:1]
        named = ItemTopic.objects.order_by().filter(topic__label=label).values_list(Value(2), "item__title")
        one = CuratedItem.objects.order_by().filter(pk__in=nested).values_list(Value(1), "title")
        return one.union(named, all=True)

    prepared = Prepared(build)
    assert sorted(prepared(first=topics[0].pk, label=topics[1].label)) == [(1, "Number 0"), (2, "Number 1")]
    assert sorted(prepared(first=topics[1].pk, label="100% none")) == [(1, "Number 1")]


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_share_what_belongs_to_a_connection() -> None:
    make_item("One")
    prepared, found = Prepared(live), []

    def run() -> None:
        found.append(prepared(now=timezone.now()))
        connection.close()

    expected = prepared(now=timezone.now())
    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected, expected]


@pytest.mark.django_db(transaction=True)
def test_a_query_runs_on_the_connection_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = Prepared(live)
    assert prepared(now=timezone.now()) == []
    other = connection.copy()
    monkeypatch.setattr(connections._connections, DEFAULT_DB_ALIAS, other)  # type: ignore[attr-defined]
    with CaptureQueriesContext(other) as queries:
        assert prepared(now=timezone.now()) == []
    assert len(queries) == 1
    other.close()


def queries_of(module: ModuleType) -> Iterator[Prepared[Any]]:
    for value in vars(module).values():
        if isinstance(value, Prepared):
            yield value
        elif isinstance(value, Selection):
            yield value.keys
        elif isinstance(value, Selected):
            yield value.selection.keys


@pytest.mark.django_db
def test_no_query_that_is_written_once_has_a_time_of_its_own() -> None:
    queries = [query for module in (related, selections, stories, teasers) for query in queries_of(module)]
    assert len(queries) >= 10
    for parameter in (parameter for query in queries for parameter in query._written().parameters):
        assert not isinstance(parameter, datetime)
        assert not str(parameter).startswith(str(timezone.now().year))
