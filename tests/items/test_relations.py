"""The writer of item relations updates rows, `listed_at`, `updated_at` and the search index."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.items.relations import RelatedIds, replace_relations, set_relations, write_related
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTopic, SearchEntry, Tag
from curation.search.facet_tokens import token
from tests.factories import make_author, make_item, make_offering, make_topic

#: Queries for the lock that is shared by whoever writes names: SQLite has one writer at a time.
LOCKS = int(connection.vendor == "postgresql")
pytestmark = pytest.mark.django_db


def rows_of(item: CuratedItem) -> tuple[list[str], list[str], list[tuple[str, bool]], list[str]]:
    """Return what an item is related to, by name and in order."""
    return (
        [row.topic.label for row in item.itemtopic_set.all()],
        [row.author.name for row in item.itemauthor_set.all()],
        [(row.offering.name, row.is_primary) for row in item.itemoffering_set.all()],
        sorted(item.tags.names()),
    )


def listed_at(item: CuratedItem) -> set[object]:
    tables = (ItemTopic, ItemOffering, ItemAuthor)
    return {time for table in tables for time in table.objects.filter(item=item).values_list("listed_at", flat=True)}


def test_relations_are_replaced_listed_and_indexed() -> None:
    item = make_item(topics=[make_topic("Old")], authors=[make_author("Old")], tags=["old"])
    topics, author, tag = [make_topic("B"), make_topic("A")], make_author("Ann"), Tag.objects.create(name="x", slug="x")
    offerings = {make_offering("Rail").pk: False, make_offering("Road").pk: True}
    replace_relations([RelatedIds(item, [row.pk for row in topics], [author.pk], offerings, [tag.pk])])
    assert rows_of(item) == (["B", "A"], ["Ann"], [("Rail", False), ("Road", True)], ["x"])
    assert listed_at(item) == {item.published_at}
    facets = SearchEntry.objects.get(item=item).facets.split()
    assert {token("topic", topics[0].pk), token("author", author.pk), token("tag", tag.pk)} <= set(facets)


@pytest.mark.parametrize("number", [1, 4])
def test_relations_of_any_number_of_items_are_replaced_in_the_same_number_of_queries(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    topic = make_topic()
    items = [make_item(topics=[make_topic()]) for _ in range(number)]
    with django_assert_num_queries(12 + LOCKS):
        replace_relations([RelatedIds(item, [topic.pk]) for item in items])
    assert ItemTopic.objects.count() == ItemTopic.objects.filter(topic=topic).count() == number


def test_relations_that_are_not_given_stay() -> None:
    topics = [make_topic("A"), make_topic("B")]
    item = make_item(topics=topics, offerings=[make_offering("Rail")], authors=[make_author("Ann")], tags=["a", "b"])
    set_relations(item)
    assert rows_of(item) == (["A", "B"], ["Ann"], [("Rail", True)], ["a", "b"])
    road = make_offering("Road")
    set_relations(item, topics=[topics[1].pk, topics[0].pk], offerings={road.pk: True}, tags=["b", "c"])
    assert rows_of(item) == (["B", "A"], ["Ann"], [("Road", True)], ["b", "c"])
    set_relations(item, topics=[], authors=[], offerings={})
    assert rows_of(item) == ([], [], [], ["b", "c"])
    assert SearchEntry.objects.get(item=item).facets.count(":t") == 0


def test_rows_of_one_relation_are_written_in_order_and_those_that_stay_keep_their_ids() -> None:
    first, second, third = make_offering("A"), make_offering("B"), make_offering("C")
    item, other = make_item(offerings=[first, second]), make_item(offerings=[third])
    ids = dict(item.itemoffering_set.values_list("offering_id", "pk"))
    wanted = {item.pk: {third.pk: False, second.pk: True, first.pk: False}, other.pk: {}}
    write_related("offerings", {item.pk: item, other.pk: other}, wanted)
    assert rows_of(item)[2] == [("C", False), ("B", True), ("A", False)]
    assert rows_of(other)[2] == []
    assert listed_at(item) == {item.published_at}
    assert ids.items() <= dict(item.itemoffering_set.values_list("offering_id", "pk")).items()


@pytest.mark.parametrize("number", [1, 4])
def test_rows_of_one_relation_are_written_in_the_same_number_of_queries_for_any_number_of_items(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = make_topic(), make_topic()
    items = {item.pk: item for item in (make_item(topics=[first]) for _ in range(number))}
    with django_assert_num_queries(3 + LOCKS):
        write_related("topics", items, {pk: {second.pk: False} for pk in items})
    assert ItemTopic.objects.count() == ItemTopic.objects.filter(topic=second).count() == number


def test_saving_an_item_lists_its_relations_at_its_time() -> None:
    item = make_item(topics=[make_topic()], authors=[make_author()], offerings=[make_offering()])
    item.published_at = timezone.now() - timedelta(days=2)
    item.save()
    assert listed_at(item) == {item.published_at}
    item.status = CuratedItem.Status.ARCHIVED
    item.save(update_fields=["status", "updated_at"])
    assert listed_at(item) == {None}
