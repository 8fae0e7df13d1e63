"""Queries that are compiled once: with other values, they answer as the ORM does."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any, NamedTuple

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, CharField, DateTimeField, F, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.db.compiled_query import CompiledQuery, ParamList
from curation.models import CuratedItem, Image, ItemTopic
from tests.factories import make_item, make_publisher, make_topic


class ItemRow(NamedTuple):
    title: str
    published_at: datetime
    meta: dict[str, Any]
    image__has_renditions: bool | None


class TitleRow(NamedTuple):
    title: str


class PlaceRow(NamedTuple):
    place: int
    item_title: str


NOW = {"now": DateTimeField()}


def live(now: Any) -> QuerySet[CuratedItem, Any]:
    return CuratedItem.objects.filter(published_at__lte=now).order_by("pk").values_list(*ItemRow._fields)


def live_query() -> CompiledQuery[ItemRow]:
    return CompiledQuery(live, ItemRow, NOW)


@pytest.mark.django_db
def test_rows_are_those_of_the_orm_with_the_databases_values_converted() -> None:
    image = Image.objects.create(file="a.png", sha256="0", width=3, height=2, format="PNG", size=1)
    make_item("One", image=image, meta={"title": ["x"]}, published_at=datetime(2024, 2, 28, 1, 2, 3, 456789, UTC))
    make_item("Two")
    now = timezone.now()
    rows = live_query()(now=now)
    assert rows == list(live(now))
    assert [(row.title, row.meta, row.image__has_renditions) for row in rows] == [
        ("One", {"title": ["x"]}, False),
        ("Two", {}, None),
    ]


@pytest.mark.django_db
def test_a_query_is_compiled_once_and_each_run_has_its_own_values() -> None:
    built = []

    def build(now: Any) -> QuerySet[CuratedItem, Any]:
        built.append(1)
        return live(now)

    due = datetime(2024, 1, 1, tzinfo=UTC)
    make_item("Due", published_at=due)
    query = CompiledQuery(build, ItemRow, NOW)
    moments = [due - timedelta(microseconds=1), due, due + timedelta(days=1)]
    assert [len(query(now=moment)) for moment in moments] == [0, 1, 1]
    assert built == [1]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_sequence_may_be_shorter_than_its_parameter(number: int) -> None:
    items = [make_item(title) for title in ("One", "Two", "Three")][:number]

    def build(keys: Any) -> QuerySet[CuratedItem, Any]:
        return CuratedItem.objects.filter(pk__in=keys).order_by("pk").values_list(*TitleRow._fields)

    query = CompiledQuery(build, TitleRow, {"keys": ParamList(BigIntegerField(), 3)})
    assert [row.title for row in query(keys=[item.pk for item in items])] == [item.title for item in items]


@pytest.mark.django_db
def test_a_slice_of_the_rows_is_one_of_the_query() -> None:
    for title in ("One", "Two", "Three"):
        make_item(title)
    query, now = live_query(), timezone.now()
    for part, titles in ((slice(1), ["One"]), (slice(1, 3), ["Two", "Three"]), (slice(2, None), ["Three"])):
        assert [row.title for row in query(part, now=now)] == titles


@pytest.mark.django_db
def test_values_reach_their_parameters_in_unions_and_in_nested_queries() -> None:
    topics = [make_topic(), make_topic()]
    for number, topic in enumerate(topics):
        make_item(f"Number {number}", topics=[topic])

    def build(first: Any, label: Any) -> QuerySet[Any, Any]:
        nested = ItemTopic.objects.filter(topic=first).order_by("pk").values("item")[:1]
        named = ItemTopic.objects.order_by().filter(topic__label=label)
        one = CuratedItem.objects.order_by().filter(pk__in=nested)
        return (
            one.annotate(place=Value(1), item_title=F("title"))
            .values_list(*PlaceRow._fields)
            .union(named.annotate(place=Value(2), item_title=F("item__title")).values_list(*PlaceRow._fields), all=True)
        )

    query = CompiledQuery(build, PlaceRow, {"first": BigIntegerField(), "label": CharField()})
    assert sorted(query(first=topics[0].pk, label=topics[1].label)) == [(1, "Number 0"), (2, "Number 1")]
    assert sorted(query(first=topics[1].pk, label="100% none")) == [(1, "Number 1")]


@pytest.mark.django_db
def test_rows_can_be_instances_with_related_ones_and_without_deferred_columns() -> None:
    make_item("With", publisher=make_publisher("example.org"), meta={"title": ["x"]})
    make_item("Without")

    def build(now: Any) -> QuerySet[CuratedItem]:
        items = CuratedItem.objects.filter(published_at__lte=now).order_by("title")
        return items.select_related("publisher__icon").defer("body")

    with CaptureQueriesContext(connection) as queries:
        without, *_, having = items = CompiledQuery(build, CuratedItem, NOW)(now=timezone.now())[::-1]
        assert [item.meta for item in items] == [{}, {"title": ["x"]}]
        assert without.publisher is None
        assert having.publisher
        assert having.publisher.icon is None
    assert len(queries) == 1
    assert having.get_deferred_fields() == {"body"}
    assert having == CuratedItem.objects.get(title="With")


@pytest.mark.django_db
def test_a_row_must_name_the_columns_of_its_query_in_their_order() -> None:
    def build() -> QuerySet[CuratedItem, Any]:
        return CuratedItem.objects.values_list("slug", "title")

    class Swapped(NamedTuple):
        title: str
        slug: str

    with pytest.raises(TypeError, match="has the fields"):
        CompiledQuery(build, Swapped, {})()


@pytest.mark.django_db(transaction=True)
def test_threads_share_nothing_that_belongs_to_a_connection() -> None:
    make_item("One")
    query, found = live_query(), []

    def run() -> None:
        found.append(query(now=timezone.now()))
        connection.close()

    expected = query(now=timezone.now())
    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected, expected]


@pytest.mark.django_db(transaction=True)
def test_a_query_runs_on_the_current_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    query = live_query()
    assert query(now=timezone.now()) == []
    other = connection.copy()
    monkeypatch.setattr(connections._connections, DEFAULT_DB_ALIAS, other)  # type: ignore[attr-defined]
    with CaptureQueriesContext(other) as queries:
        assert query(now=timezone.now()) == []
    assert len(queries) == 1
    other.close()
