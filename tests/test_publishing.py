"""Publishing, withdrawing, archiving and renaming items."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.models import Alias, CuratedItem, ItemAuthor, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet
from curation.publishing import Change, SlugTaken, archive, publish, rename, withdraw
from curation.snapshot import snapshot, with_relations

from .factories import make_author, make_item, make_offering, make_topic

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status
Verb = Callable[[ItemQuerySet], Change]


def listed_at(item: CuratedItem) -> set[object]:
    relations = (ItemTopic, ItemOffering, ItemAuthor)
    return {time for relation in relations for time in relation.objects.filter(item=item).values_list("listed_at")}


def make_related_item(**fields: object) -> CuratedItem:
    return make_item(topics=[make_topic()], offerings=[make_offering()], authors=[make_author()], **fields)


def test_publishing_an_item_without_a_publication_time_publishes_it_now() -> None:
    item = make_related_item(status=Status.DRAFT, published_at=None)
    before = timezone.now()
    assert publish(CuratedItem.objects.all()) == Change([item.pk], 0, 0)
    item.refresh_from_db()
    assert item.is_live
    assert item.published_at is not None
    assert before <= item.published_at <= timezone.now()
    assert listed_at(item) == {(item.published_at,)}


def test_publishing_keeps_a_publication_time_and_counts_what_is_scheduled() -> None:
    soon = timezone.now() + timedelta(days=1)
    past, future = make_item(status=Status.DRAFT), make_related_item(status=Status.DRAFT, published_at=soon)
    change = publish(CuratedItem.objects.all())
    assert sorted(change.changed) == [past.pk, future.pk]
    assert change.scheduled == 1
    future.refresh_from_db()
    assert future.published_at == soon
    assert not future.is_live
    assert listed_at(future) == {(soon,)}


@pytest.mark.parametrize(("verb", "status"), [(withdraw, Status.DRAFT), (archive, Status.ARCHIVED)])
def test_an_item_taken_from_readers_leaves_every_list_and_keeps_its_time(verb: Verb, status: str) -> None:
    item = make_related_item()
    time = item.published_at
    assert verb(CuratedItem.objects.all()) == Change([item.pk], 0)
    item.refresh_from_db()
    assert (item.status, item.published_at) == (status, time)
    assert listed_at(item) == {(None,)}


def test_items_that_are_so_already_are_left_alone_and_counted() -> None:
    live, draft = make_item(), make_item(status=Status.DRAFT)
    updated_at = live.updated_at
    assert publish(CuratedItem.objects.all()) == Change([draft.pk], 1)
    live.refresh_from_db()
    assert live.updated_at == updated_at


def test_a_queryset_filtered_by_the_status_that_changes_is_carried_through() -> None:
    item = make_related_item(status=Status.DRAFT)
    publish(CuratedItem.objects.filter(status=Status.DRAFT))
    assert listed_at(item) == {(item.published_at,)}


@pytest.mark.parametrize("verb", [publish, withdraw, archive])
def test_a_verb_costs_the_same_queries_for_any_number_of_items(
    verb: Verb, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    start = Status.DRAFT if verb is publish else Status.PUBLISHED
    for _ in range(2):
        for _ in range(5):
            make_related_item(status=start)
        # savepoint, look-up, update, three relations, release; then the search index
        with django_assert_max_num_queries(15):
            verb(CuratedItem.objects.all())
        CuratedItem.objects.update(status=start)


def test_a_renamed_item_answers_at_its_old_address_with_a_redirect(client: Client) -> None:
    item = make_item(slug="first")
    rename(item, "second")
    response = client.get("/news/first")
    assert (response.status_code, response["Location"]) == (301, "/news/second/")


def test_every_address_an_item_ever_had_leads_to_it() -> None:
    item = make_item(slug="first")
    rename(item, "second")
    rename(item, "third")
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/first", "/news/second"}


def test_renaming_back_removes_the_alias_at_the_address_that_is_live_again() -> None:
    item = make_item(slug="first")
    rename(item, "second")
    rename(item, "first")
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/second"}


def test_renaming_to_the_same_slug_does_nothing() -> None:
    item = make_item(slug="first")
    rename(item, "first")
    assert not Alias.objects.exists()


def test_another_items_slug_is_refused_with_that_item_named() -> None:
    holder, item = make_item("Holder", slug="taken"), make_item(slug="free")
    with pytest.raises(SlugTaken, match="Holder") as refusal:
        rename(item, "taken")
    assert refusal.value.holder == holder
    item.refresh_from_db()
    assert item.slug == "free"
    assert not Alias.objects.exists()


def test_an_address_that_two_items_had_leads_to_the_last() -> None:
    first, second = make_item(slug="a"), make_item(slug="b")
    rename(first, "a2")
    rename(second, "a")
    rename(second, "c")
    assert Alias.objects.get(path="/news/a").item == second


def test_an_item_whose_expiry_has_passed_is_not_published() -> None:
    over = make_item(status=Status.ARCHIVED, expires_at=timezone.now() - timedelta(minutes=1))
    coming = make_item(status=Status.DRAFT, expires_at=timezone.now() + timedelta(minutes=1))
    assert publish(CuratedItem.objects.all()) == Change([coming.pk], 0, expired=1)
    over.refresh_from_db()
    assert over.status == Status.ARCHIVED


def test_an_item_counts_as_archived_from_its_expiry_on_in_what_files_say_of_it() -> None:
    minute = timezone.now() + timedelta(hours=1)
    item = with_relations(CuratedItem.objects.filter(pk=make_item(expires_at=minute).pk)).get()
    assert (item.is_live, snapshot(item).status) == (True, "published")
    with time_machine.travel(minute):
        assert (item.is_live, snapshot(item).status) == (False, "archived")
