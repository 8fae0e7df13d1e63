"""Renamed topics, vocabularies, offerings, publishers, authors and tags in the histories of items."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.items import drafts
from curation.items.named_rows import NamedRows, present_state
from curation.items.put_back import put_back
from curation.items.revisions import record_since, state_at
from curation.items.state import changes_between, states_of
from curation.models import CuratedItem, Offering, Publisher, Revision, Tag, Topic, Vocabulary
from tests.admin.conftest import editor  # noqa: F401  # a fixture
from tests.admin.pages import edit_page, form_data
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

from .bulk.test_changes import run
from .bulk.test_undo import undo

pytestmark = pytest.mark.django_db
MODELS = (Vocabulary, Topic, Offering, Publisher, Tag)


def state(item: CuratedItem) -> dict[str, Any]:
    return states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk]


def rename(row: Any, **names: str) -> None:
    for column, name in names.items():
        setattr(row, column, name)
    row.save()


def remove(item: CuratedItem) -> int:
    """Take all related rows off an item; return the ID of the revision."""
    former = state(item)
    without = {**former, "topics": [], "offerings": [], "authors": [], "tags": [], "publisher": None}
    return put_back(item.pk, without, without, COMMAND, reason="").revision or 0


@pytest.fixture
def item() -> CuratedItem:
    return make_item(
        topics=[make_topic("AI")],
        offerings=[make_offering("Scan")],
        authors=[make_author("Jo Bell")],
        publisher=make_publisher("old.example.org"),
        tags=["ward"],
    )


#: Renames, by the field of the state that names the row.
RENAMES: list[tuple[str, Callable[[CuratedItem], None]]] = [
    ("topics", lambda item: rename(item.topics.get(), label="Machines", slug="machines")),
    ("topics", lambda item: rename(item.topics.get().vocabulary, name="Symplur 2", slug="symplur-2")),
    ("offerings", lambda item: rename(item.offerings.get(), name="Scan 2", slug="scan-2", external_id="7")),
    ("authors", lambda item: rename(item.authors.get(), name="Jo Bell-Ray", slug="jo-bell-ray")),
    ("publisher", lambda item: rename(item.publisher, name="New", domain="new.example.org")),
    ("tags", lambda item: rename(item.tags.get(), name="wards", slug="wards")),
]


@pytest.mark.parametrize(("field", "rename_row"), RENAMES)
def test_a_former_state_names_renamed_rows_as_now(
    item: CuratedItem, field: str, rename_row: Callable[[CuratedItem], None]
) -> None:
    former = state(item)
    present = CuratedItem.objects.get(pk=item.pk)
    remove(item)
    put_back(item.pk, former, [field], COMMAND, reason="")
    rename_row(present)
    first = state_at(item, 0)
    assert first[field] != former[field]
    assert changes_between(first, state(item)).keys().isdisjoint({field})
    numbers = [model._default_manager.count() for model in MODELS]
    remove(item)
    put_back(item.pk, state_at(item, 0), [field], COMMAND, reason="")
    assert state(item)[field] == first[field]
    assert [model._default_manager.count() for model in MODELS] == numbers


def test_a_state_of_the_time_before_a_rename_does_not_name_the_row_that_got_the_name_later(item: CuratedItem) -> None:
    former, before, author = state(item), timezone.now(), item.authors.get()
    rename(author, name="Jo Ray", slug="jo-ray")
    make_author("Jo Bell")
    values = {"authors": former["authors"]}
    assert present_state(values, before) == {"authors": ["Jo Ray"]}
    assert present_state(values, timezone.now()) == values


def test_a_state_names_the_row_that_had_a_name_at_its_time_of_several_that_had_it_in_turn() -> None:
    times = []
    for name in ("Machines", "Robots", "Models"):
        tag = Tag.objects.create(name="AI", slug=name.lower())
        times.append(timezone.now())
        if name != "Models":
            rename(tag, name=name)
    assert [present_state({"tags": ["AI"]}, at)["tags"] for at in times] == [["Machines"], ["Robots"], ["AI"]]


def test_a_deleted_row_keeps_its_name(item: CuratedItem) -> None:
    former, at = state(item), timezone.now()
    Tag.objects.all().delete()
    assert present_state(former, at) == former


def test_an_undo_finds_rows_that_were_deleted_and_made_again_under_another_address() -> None:
    offerings = [make_offering("Scan", external_id="7"), make_offering("Without an ID")]
    item = make_item(topics=[make_topic("AI")], offerings=offerings)
    removed = [run("remove_topics", [item], [*Topic.objects.all()]), run("remove_offerings", [item], offerings)]
    for model in (Topic, Offering):
        model._default_manager.all().delete()
    Topic.objects.create(vocabulary=Vocabulary.objects.get(), label="AI", slug="ai-again")
    made = [make_offering("Scan two", external_id="7"), make_offering("Another without an ID")]
    for change in removed:
        undo(change)
    assert [topic.slug for topic in item.topics.all()] == ["ai-again"]
    assert [*item.offerings.all()] == made[:1]


def test_more_states_take_no_more_queries(item: CuratedItem, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    former, at = state(item), timezone.now()
    rename(item.tags.get(), name="wards")
    for number in (1, 5):
        with django_assert_num_queries(6):
            rows = NamedRows([(former, at)] * number)
            assert [rows.present(former, at)["tags"] for _ in range(number)] == [["wards"]] * number


def test_a_rename_writes_no_revision_and_the_next_save_does_not_claim_it(
    editor: Client,  # noqa: F811  # the fixture
    item: CuratedItem,
) -> None:
    topic, tag = item.topics.get(), item.tags.get()
    opened = form_data(editor.get(edit_page(item)), "curateditem_form")
    new = {"vocabulary": topic.vocabulary_id, "label": "Machines", "slug": "machines"}
    editor.post(f"/admin/curation/topic/{topic.pk}/change/", new)
    editor.post(f"/admin/curation/tag/{tag.pk}/change/", {"name": "wards", "slug": "wards"})
    assert (Topic.objects.get().label, Tag.objects.get().name) == ("Machines", "wards")
    assert not Revision.objects.exists()
    editor.post(edit_page(item), {**opened, "title": "Another title"})
    assert Revision.objects.get().changes.keys() == {"title"}
    assert list(item.tags.names()) == ["wards"]


def test_a_row_that_an_editor_removed_stays_away_though_renamed_meanwhile(
    editor: Client,  # noqa: F811  # the fixture
    item: CuratedItem,
) -> None:
    author = item.authors.get()
    opened, before = form_data(editor.get(edit_page(item)), "curateditem_form"), {item.pk: state(item)}
    item.itemauthor_set.create(author=make_author("Ben"), position=1)
    record_since(before, Revision.Verb.SAVED, COMMAND)
    rename(author, name="Jo Ray")
    editor.post(edit_page(item), {**opened, "itemauthor_set-0-DELETE": "on"})
    assert state(item)["authors"] == ["Ben"]


def test_drafts_and_undos_find_renamed_rows(item: CuratedItem) -> None:
    draft = drafts.keep(item, state(item), COMMAND, shown="", base_id=0)
    removed = run("remove_tags", [item], [item.tags.get()])
    rename(Tag.objects.get(), name="wards")
    assert drafts.state_in(draft)["tags"] == ["wards"]
    undo(removed)
    assert state(item)["tags"] == ["wards"]
