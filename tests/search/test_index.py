"""The index is right after every way of writing: it is what a rebuild would make of the same items."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.importing.history import conflicts
from curation.importing.history.undo import undo
from curation.items.workflow import Verb, perform
from curation.models import (
    Author,
    Conflict,
    ContentVersion,
    CuratedItem,
    ImportRun,
    ItemTopic,
    Offering,
    Publisher,
    SearchEntry,
    SearchWord,
    Tag,
    Topic,
    Vocabulary,
)
from curation.search.backends import backend
from curation.search.facet_tokens import gap_token, read_token, status_token
from curation.search.facets import ALL_FACETS, TEXT_SOURCES, Facet
from curation.search.index import check, index, index_new_facets, rebuild
from tests.admin.bulk.pages import carry_out
from tests.admin.conftest import editor  # noqa: F401  # a fixture
from tests.admin.pages import edit_page, submit
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic
from tests.importing.conftest import RunImport, WriteFile, content, import_, write_file  # noqa: F401  # fixtures

from .conftest import Search

pytestmark = pytest.mark.django_db


def index_now() -> list[Any]:
    """Return all that the index holds but the words of titles, which stay when a title goes."""
    names = SearchWord.objects.exclude(facet="").order_by("facet", "word")
    return [list(SearchEntry.objects.values_list()), list(names.values_list("facet", "word", "stem"))]


def assert_right() -> None:
    found = index_now()
    backend().check_index()
    assert not [wrong for _, wrong in check() if wrong]
    list(rebuild())
    assert found == index_now()


@pytest.fixture
def story() -> CuratedItem:
    """An item with something of everything, among others."""
    topic = make_topic("Remote Care")
    make_item("Neighbour", topics=[topic, make_topic("Elsewhere", "KLAS")])
    make_item("Draft", status="draft", topics=[topic])
    return make_item(
        "Robots at home",
        topics=[topic],
        offerings=[make_offering("Heart Watch")],
        authors=[make_author("Ada Lovelace")],
        publisher=make_publisher("paper.example.org", name="The Paper"),
        tags=["digital"],
        **{source.column: f"Of {name}" for name, source in TEXT_SOURCES.items()},
    )


def retitle(story: CuratedItem) -> None:
    story.title = "Nurses at work"
    story.save()


def publish_all(_story: CuratedItem) -> None:
    assert perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND).changed


def withdraw_all(_story: CuratedItem) -> None:
    assert perform(Verb.WITHDRAWN, CuratedItem.objects.all(), COMMAND).changed


def archive_one(story: CuratedItem) -> None:
    perform(Verb.ARCHIVED, CuratedItem.objects.filter(pk=story.pk), COMMAND)


def move_topic(story: CuratedItem) -> None:
    topic = story.topics.get()
    topic.vocabulary = Vocabulary.objects.get(name="KLAS")
    topic.save()


def rename_all(_story: CuratedItem) -> None:
    for model, name in ((Topic, "label"), (Offering, "name"), (Publisher, "name"), (Author, "name"), (Tag, "name")):
        for row in model._default_manager.all():
            setattr(row, name, f"Renamed {row.pk}")
            row.save()


def delete_in_bulk(_story: CuratedItem) -> None:
    for model in (Topic, Vocabulary, Offering, Publisher, Author, Tag):
        model._default_manager.all().delete()


def take_theirs(story: CuratedItem) -> None:
    conflicts.take_theirs(
        Conflict.objects.create(item=story, field="title", base="", ours="", theirs="Their robots"), COMMAND
    )


WRITING: list[Callable[[CuratedItem], Any]] = [
    *(retitle, publish_all, withdraw_all, archive_one, move_topic, rename_all, delete_in_bulk, take_theirs),
    lambda story: story.delete(),
    lambda _: CuratedItem.objects.all().delete(),
    lambda story: story.topics.get().delete(),
    lambda story: story.offerings.get().delete(),
    lambda story: story.authors.get().delete(),
    lambda _: Publisher.objects.get().delete(),
    lambda _: Tag.objects.get().delete(),
]


@pytest.mark.parametrize("write", WRITING)
def test_the_index_is_right_after_writing(write: Callable[[CuratedItem], Any], story: CuratedItem) -> None:
    before = index_now()
    write(story)
    assert index_now() != before
    assert_right()


def test_saving_in_the_admin_counts_with_all_that_is_tied_to_an_item(
    editor: Client,  # noqa: F811
    story: CuratedItem,
    search: Search,
) -> None:
    topic = make_topic("Newborns")
    changes = {"itemtopic_set-0-topic": str(topic.pk), "title": "Nurses at home", "tags": "gadgets"}
    submit(editor, edit_page(story), **changes)
    assert search("newborns gadgets nurses") == ["Nurses at home"]
    assert search("remote") == ["Neighbour"]
    assert_right()


def test_bulk_actions_and_deletion_in_the_admin_count(editor: Client, story: CuratedItem) -> None:  # noqa: F811
    for action in ("withdraw", "publish", "archive", "publish", "bin"):
        carry_out(editor, action, story)
        assert_right()
    story.refresh_from_db()
    assert story.status == CuratedItem.Status.BIN


def test_imports_updates_prunes_and_their_undoing_count(
    write_file: WriteFile,  # noqa: F811
    import_: RunImport,  # noqa: F811
    search: Search,
) -> None:
    path = write_file("a.md", categories=["X: Robots"], author="Ann Lee", tags=["digital"])
    write_file("b.md", status="draft")
    import_()
    assert search("robots lee digital") == ["Title of a"]
    assert_right()
    write_file("a.md", categories=["X: Nurses"], author="Ann Lee", title="Nursing")
    import_()
    assert search("nurses lee -robots") == ["Nursing"]
    assert_right()
    path.unlink()
    import_(prune=True)
    assert search("nurses") == []
    assert_right()
    for run in ImportRun.objects.order_by("-pk"):
        undone = undo(run)
        assert undone.restored or undone.binned
        assert_right()


def test_a_dry_run_leaves_the_index_as_it_was(write_file: WriteFile, import_: RunImport) -> None:  # noqa: F811
    write_file("a.md", categories=["X: Robots"])
    import_(dry_run=True)
    assert index_now() == [[], []]


def test_indexing_costs_the_same_number_of_queries_for_one_and_for_many() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            index(list(CuratedItem.objects.values_list("pk", flat=True)))
        return len(queries)

    make_item("One", topics=[make_topic(), make_topic()], authors=[make_author()])
    one = cost()
    for _ in range(20):
        make_item(topics=[make_topic()], offerings=[make_offering()], tags=["x"])
    assert cost() == one <= 9


def test_a_renamed_topic_costs_the_same_however_many_items_it_has() -> None:
    def cost() -> int:
        topic.label += "x"
        with CaptureQueriesContext(connection) as queries:
            topic.save()
        return len(queries)

    topic = make_topic("Care")
    few = cost()
    for _ in range(5):
        make_item(topics=[topic])
    assert cost() == few


def test_the_command_rebuilds_the_index(capsys: pytest.CaptureFixture[str], story: CuratedItem) -> None:
    wanted = index_now()
    SearchEntry.objects.all().delete()
    SearchWord.objects.all().delete()
    version = ContentVersion.objects.get().token
    call_command("rebuild_search_index")
    assert index_now() == wanted
    assert ContentVersion.objects.get().token != version, "pages of the old index would be given again"
    assert capsys.readouterr().out == "3 items indexed\n"


def test_the_command_names_items_whose_entries_differ(capsys: pytest.CaptureFixture[str], story: CuratedItem) -> None:
    call_command("rebuild_search_index", "--check")
    assert capsys.readouterr().out == "3 items are indexed as they are\n"
    CuratedItem.objects.filter(pk=story.pk).update(title="Behind its back")
    with pytest.raises(CommandError, match=rf"^1 items are not indexed as they are \({story.pk}\)\.$"):
        call_command("rebuild_search_index", "--check")
    ItemTopic.objects.filter(item__title="Neighbour").delete()
    with pytest.raises(CommandError, match="2 items"):
        call_command("rebuild_search_index", "--check")


def test_migrating_fills_an_empty_index(story: CuratedItem) -> None:
    wanted = index_now()
    SearchEntry.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert index_now() == wanted


def test_an_entry_has_the_tokens_of_its_item() -> None:
    item = make_item("One", kind="News", published_at=datetime(2024, 5, 1, tzinfo=UTC), topics=[make_topic("Care")])
    topic = item.topics.get()
    gaps = {gap_token("no-image"), gap_token("summary-missing")}
    tokens = {":all", ":y2024", f":k{b'news'.hex()}0", f":t{topic.pk}", f":v{topic.vocabulary_id}"}
    assert set(SearchEntry.objects.get().facets.split()) == tokens | gaps | {status_token("published")}


@pytest.mark.parametrize("facet", ALL_FACETS, ids=lambda facet: str(facet.name))
def test_entries_that_lack_a_new_facet_are_indexed_by_migrating(facet: Facet, story: CuratedItem) -> None:
    expected = index_now()
    entries = list(SearchEntry.objects.values())
    SearchEntry.objects.all().delete()
    for entry in entries:
        tokens = [token for token in entry["facets"].split() if token[1] != facet.letter or token == ":all"]
        SearchEntry.objects.create(**{**entry, "facets": " ".join(tokens)})
    assert index_now() != expected
    version = ContentVersion.objects.get().token
    call_command("migrate", verbosity=0)
    assert index_now() == expected
    assert ContentVersion.objects.get().token != version, "memoised searches would lack the facet"


def test_migrating_indexes_the_items_that_lack_an_entry(story: CuratedItem) -> None:
    wanted = index_now()
    SearchEntry.objects.filter(item=story).delete()
    call_command("migrate", verbosity=0)
    assert index_now() == wanted


def test_migrating_leaves_a_complete_index_alone(story: CuratedItem) -> None:
    assert index_new_facets() == 0


def test_tokens_of_a_facet_that_was_removed_are_ignored() -> None:
    assert read_token(":x12") is None
