"""Imports respect deletions: files of items in the bin, or deleted for ever, are left out unless told otherwise."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.importing.options import Options
from curation.importing.preview import preview
from curation.importing.sources.discover import discover
from curation.items.bin import delete_for_ever, move_to_bin
from curation.models import CuratedItem, DeletedItem, ImportRecord, Revision
from tests.factories import COMMAND

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
Status = CuratedItem.Status
#: Front matter that identifies a file in each way.
IDENTITIES: dict[str, dict[str, Any]] = {
    "external ID": {"external_id": 7},
    "mdName": {"mdName": "story-7"},
    "slug": {},
    "path": {"slug": None},
}


def delete(*, for_ever: bool) -> None:
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    if for_ever:
        delete_for_ever(CuratedItem.objects.all(), COMMAND)


@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("is_changed", [False, True])
@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_file_of_a_deleted_item_is_left_out_with_a_warning(
    identity: str, is_changed: bool, for_ever: bool, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", **IDENTITIES[identity])
    import_()
    delete(for_ever=for_ever)
    if is_changed:
        write_file("a.md", body="Another body.", **IDENTITIES[identity])
    report = import_()
    assert report.counts["skipped"] == 1
    (file,) = report.files
    (problem,) = file.problems
    assert (problem.level, problem.code) == ("warning", "deleted-here")
    assert problem.message.startswith("deleted here on ")
    assert " by command; " in problem.message
    assert "“Restore deleted items”" in problem.message
    assert not CuratedItem.objects.not_binned().exists()
    assert ImportRecord.objects.filter(outcome="skipped", problems__0__code="deleted-here").exists()


def test_a_deleted_file_is_left_out_from_another_folder_too(
    write_file: WriteFile, import_: RunImport, content: Any
) -> None:
    path = write_file("a.md", external_id=7)
    import_()
    delete(for_ever=True)
    moved = content / "elsewhere" / "b.md"
    moved.parent.mkdir()
    path.rename(moved)
    assert import_().counts["skipped"] == 1


def test_another_story_is_imported_beside_deleted_ones(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", external_id=7)
    import_()
    delete(for_ever=False)
    write_file("b.md", external_id=8)
    report = import_()
    assert (report.counts["created"], report.counts["skipped"]) == (1, 1)


def test_the_slug_of_an_item_in_the_bin_stays_reserved(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", external_id=7, slug="story")
    import_()
    delete(for_ever=False)
    write_file("b.md", external_id=8, slug="story")
    import_()
    assert CuratedItem.objects.not_binned().get().slug == "story-2"


@pytest.mark.parametrize("is_changed", [False, True])
def test_the_option_restores_items_from_the_bin(is_changed: bool, write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", external_id=7, aliases=["/old"])
    import_()
    delete(for_ever=False)
    if is_changed:
        write_file("a.md", external_id=7, aliases=["/old"], body="Another body.")
    report = import_(restore_deleted=True)
    assert report.counts["updated"] == 1
    assert [problem.code for problem in report.files[0].problems] == ["restored-here"]
    item = CuratedItem.objects.get()
    assert (item.status, item.binned_at) == (Status.PUBLISHED, None)
    assert item.body == ("Another body." if is_changed else "A *body*.")
    assert item.aliases.filter(path="/old").exists()
    assert Revision.Verb.RESTORED in item.revisions.values_list("verb", flat=True)
    assert import_().counts["unchanged"] == 1


def test_the_option_creates_items_again_that_were_deleted_for_ever(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", external_id=7)
    import_()
    delete(for_ever=True)
    report = import_(restore_deleted=True)
    assert report.counts["created"] == 1
    assert [problem.code for problem in report.files[0].problems] == ["restored-here"]
    assert CuratedItem.objects.get().status == Status.PUBLISHED
    assert not DeletedItem.objects.exists()


@pytest.mark.parametrize(("restore", "outcome"), [(False, "skipped"), (True, "updated")])
def test_the_preview_names_deleted_items_and_keeps_them(
    restore: bool, outcome: str, write_file: WriteFile, import_: RunImport, content: Any
) -> None:
    write_file("a.md", external_id=7)
    import_()
    delete(for_ever=False)
    shown = preview(discover([content]), Options(jobs=1, restore_deleted=restore))
    assert [file.outcome for file in shown.files] == [outcome]
    assert [problem["code"] for problem in shown.files[0].problems] == ["restored-here" if restore else "deleted-here"]
    assert CuratedItem.objects.get().status == Status.BIN


def test_pruning_leaves_items_in_the_bin(write_file: WriteFile, import_: RunImport) -> None:
    path = write_file("a.md", external_id=7)
    write_file("b.md", external_id=8)
    import_()
    move_to_bin(CuratedItem.objects.filter(slug="a"), COMMAND)
    path.unlink()
    assert import_(prune=True).counts["archived"] == 0
    assert CuratedItem.objects.get(slug="a").status == Status.BIN


def test_deleted_items_cost_an_import_one_query_a_batch(write_file: WriteFile, import_: RunImport) -> None:
    for number in range(4):
        write_file(f"{number}.md", external_id=number + 1)
    import_()
    delete(for_ever=True)
    with CaptureQueriesContext(connection) as queries:
        import_(batch_size=2, force=True)
    assert sum("curation_deletedkey" in query["sql"] for query in queries.captured_queries) == 2
