"""Imports of files that name rows which were merged, renamed, moved or retired since."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.importing.history.undo import undo as undo_import
from curation.items import topics
from curation.models import (
    Author,
    Conflict,
    CuratedItem,
    ImportRun,
    Offering,
    Publisher,
    Revision,
    Synonym,
    Tag,
    Topic,
    Vocabulary,
)
from tests.factories import COMMAND, make_offering, make_topic, make_vocabulary
from tests.items.merging.conftest import MAKE, merge, undo

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
#: A file that names a row of each model.
NAMES = {
    "categories": ["Symplur: Old", "Symplur: Kept"],
    "author": ["Old"],
    "tags": ["Old"],
    "linkBrand": "old.example.org",
    "link": "https://old.example.org/a",
    "relatedOfferings": [{"label": "Old", "offeringId": 7}],
}
MODELS = (Topic, Offering, Publisher, Author, Tag)


def named(model: type[Topic]) -> list[str]:
    """Return the names of all rows of a model."""
    return sorted(map(str, model._default_manager.all()))


def related(item: CuratedItem) -> tuple[list[str], ...]:
    item = CuratedItem.objects.get(pk=item.pk)
    return (
        [row.topic.label for row in item.itemtopic_set.all()],
        [row.offering.name for row in item.itemoffering_set.all()],
        [str(item.publisher)],
        [row.author.name for row in item.itemauthor_set.all()],
        [tag.name for tag in item.tags.all()],
    )


def merge_all() -> list[object]:
    """Merge the row “Old” of each model into one “New”."""
    changes = []
    for model in MODELS:
        rows: Any = model._default_manager
        old = rows.get(domain="old.example.org") if model is Publisher else rows.get(name_key="old")
        changes.append(merge([old], MAKE[model]("New")))
    return changes


NEW = (["New", "Kept"], ["New"], ["new.example.org"], ["New"], ["New"])


@pytest.mark.parametrize("force", [False, True])
def test_unchanged_files_bring_no_merged_row_back_and_report_no_conflict(
    write_file: WriteFile, import_: RunImport, force: bool
) -> None:
    write_file("a.md", **NAMES)
    import_()
    item = CuratedItem.objects.get()
    merge_all()
    assert related(item) == NEW
    before, revisions = [named(model) for model in MODELS], Revision.objects.count()
    report = import_(force=force)
    assert (report.counts["unchanged"], report.counts["conflicted"]) == (1, 0)
    assert [named(model) for model in MODELS] == before
    assert related(item) == NEW
    assert Revision.objects.count() == revisions


def test_changed_and_new_files_are_read_as_if_they_named_the_rows_that_stay(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", **NAMES)
    import_()
    item = CuratedItem.objects.get()
    merge_all()
    before = [named(model) for model in MODELS]
    write_file("a.md", **NAMES, body="Another *body*.")
    write_file("b.md", **NAMES)
    report = import_()
    assert (report.counts["updated"], report.counts["created"], report.counts["conflicted"]) == (1, 1, 0)
    assert [named(model) for model in MODELS] == before
    for found in CuratedItem.objects.all():
        assert related(found) == NEW
    assert not Conflict.objects.exists()
    # The names that stay may stand in the same file, once.
    write_file("a.md", **{**NAMES, "categories": ["Symplur: New", "Symplur: Kept", "Symplur: Old"]}, body="A third.")
    import_()
    assert related(item)[0] == ["New", "Kept"]
    # What the file gives up goes under its present name, another publisher is taken without a conflict.
    write_file("a.md", **{**NAMES, "categories": ["Symplur: Kept"], "linkBrand": "third.example.org"}, body="A fourth.")
    assert import_().counts["conflicted"] == 0
    assert related(item)[0] == ["Kept"]
    assert related(item)[2] == ["third.example.org"]


def test_after_an_undo_files_are_read_as_before(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", **NAMES)
    import_()
    changes = merge_all()
    for change in changes:
        undo(change)
    write_file("b.md", **NAMES)
    import_()
    assert not Synonym.objects.exists()
    for item in CuratedItem.objects.all():
        assert related(item)[0] == ["Old", "Kept"]


def test_the_undo_of_an_import_knows_the_items_of_a_merge_as_unchanged(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", **NAMES)
    import_()
    merge_all()
    result = undo_import(ImportRun.objects.get())
    assert CuratedItem.objects.get().status == CuratedItem.Status.BIN
    assert not result.skipped
    assert [name for model in MODELS for name in named(model) if "Old" in name or "old" in name] == []


def test_a_dry_run_reads_names_the_same_way(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", **NAMES)
    import_()
    merge_all()
    write_file("b.md", **NAMES)
    before = [named(model) for model in MODELS]
    assert import_(dry_run=True).counts["created"] == 1
    assert [named(model) for model in MODELS] == before


def test_topics_of_offerings_in_files_are_read_the_same_way(write_file: WriteFile, import_: RunImport) -> None:
    merge([make_topic("Old")], make_topic("New"))
    write_file("a.md", relatedOfferings=[{"label": "O", "offeringId": 7, "topics": ["Symplur: Old"]}])
    import_()
    assert named(Topic) == ["Symplur: New"]


def test_files_with_a_former_name_find_the_row_until_another_row_has_that_name(
    write_file: WriteFile, import_: RunImport
) -> None:
    topic = make_topic("Old")
    topic.label = "Renamed"
    topic.save()
    write_file("a.md", categories=["Symplur: Old"])
    import_()
    assert named(Topic) == ["Symplur: Renamed"]
    Topic.objects.create(vocabulary=topic.vocabulary, label="Old", slug="old-again")
    write_file("b.md", categories=["Symplur: Old"])
    import_()
    assert {tuple(related(item)[0]) for item in CuratedItem.objects.all()} == {("Renamed",), ("Old",)}


def test_files_find_a_topic_that_moved_though_its_former_vocabulary_is_gone(
    write_file: WriteFile, import_: RunImport
) -> None:
    topic = make_topic("Old", "Medigy")
    assert topics.move([topic], make_vocabulary("KLAS"), COMMAND) == []
    Vocabulary.objects.get(name="Medigy").delete()
    write_file("a.md", categories=["Old"])
    import_()
    assert named(Topic) == ["KLAS: Old"]
    assert named(Vocabulary) == ["KLAS"]


def test_files_find_the_topics_of_a_renamed_vocabulary_and_those_merged_before(
    write_file: WriteFile, import_: RunImport
) -> None:
    new = make_topic("New")
    merge([make_topic("Old")], new)
    vocabulary = new.vocabulary
    vocabulary.name = "Renamed"
    vocabulary.save()
    write_file("a.md", categories=["Symplur: Old"])
    write_file("b.md", categories=["Symplur: New"])
    write_file("c.md", categories=["Renamed: Old"])
    import_()
    assert named(Topic) == ["Renamed: New"]
    assert named(Vocabulary) == ["Renamed"]


def test_items_keep_a_retired_topic_and_new_files_get_its_successor(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["Symplur: Old"])
    import_()
    old = Topic.objects.get()
    topics.retire(old, make_topic("New"), COMMAND)
    write_file("a.md", categories=["Symplur: Old"], body="Changed.")
    write_file("b.md", categories=["Symplur: Old"])
    assert import_().counts["conflicted"] == 0
    found = {item.slug: related(item)[0] for item in CuratedItem.objects.all()}
    assert found == {"a": ["Old"], "b": ["New"]}
    write_file("a.md", categories=["Symplur: Other"], body="Changed again.")
    import_()
    assert related(CuratedItem.objects.get(slug="a"))[0] == ["Other"]
    topics.restore(Topic.objects.get(pk=old.pk), COMMAND)
    write_file("c.md", categories=["Symplur: Old"])
    import_()
    assert related(CuratedItem.objects.get(slug="c"))[0] == ["Old"]


def test_topics_that_imports_bring_wait_for_an_editor(write_file: WriteFile, import_: RunImport) -> None:
    make_topic("Known")
    write_file("a.md", categories=["Symplur: Known", "Symplur: New"])
    import_()
    assert dict(Topic.objects.values_list("label", "is_from_import")) == {"Known": False, "New": True}
    assert topics.keep(Topic.objects.all(), COMMAND) == 1
    assert not Topic.objects.filter(is_from_import=True).exists()


def test_looking_up_names_costs_the_same_queries_for_any_number_of_files(
    write_file: WriteFile, import_: RunImport
) -> None:
    merge([make_offering("Old", external_id="7")], make_offering("New"))

    def queries(folder: str, number: int) -> int:
        files = [write_file(f"{folder}/{folder}{at}.md", **NAMES) for at in range(number)]
        with CaptureQueriesContext(connection) as captured:
            import_(*files)
        return len(captured)

    queries("first", 1)
    assert queries("second", 3) == queries("third", 6)
