"""Every import writes one revision for each item that it creates or changes, and none for the others."""

from pathlib import Path
from typing import Any

import pytest

from curation.importing.history.undo import undo
from curation.items.revisions import state_at
from curation.items.state import changes_between, states_of
from curation.models import CuratedItem, ImportRun, Revision
from tests.factories import make_item
from tests.importing.conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
Verb = Revision.Verb

STORY: dict[str, Any] = {
    "categories": ["Medigy: AI", "KLAS: Care"],
    "author": ["Ann", "Ben"],
    "tags": ["News"],
    "relatedOfferings": [{"label": "Chart", "permalink": "/offering/chart"}],
}


def current_states() -> dict[int, dict[str, Any]]:
    return states_of(CuratedItem.objects.all())


def assert_complete(before: dict[int, dict[str, Any]], revision: Revision) -> None:
    """Check that a revision has all changes since a state, in the form in which they are read."""
    assert revision.changes == changes_between(before[revision.item_id], current_states()[revision.item_id])
    assert state_at(revision.item, revision.pk - 1) == before[revision.item_id]


def test_a_new_item_gets_one_revision_without_changes(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", **STORY)
    write_file("b.md", **STORY)
    import_()
    run = ImportRun.objects.get()
    revisions = Revision.objects.select_related("item").order_by("item__slug")
    assert [(row.item.slug, row.verb, row.user_name, row.changes) for row in revisions] == [
        (slug, Verb.CREATED, run.started_by, {}) for slug in ("a", "b")
    ]
    assert {row.run_id for row in revisions} == {run.pk}


def test_a_changed_file_gets_one_revision_with_the_fields_that_it_changed(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", **STORY)
    write_file("b.md", **STORY)
    import_()
    before = current_states()
    write_file(
        "a.md", **{**STORY, "title": "New", "categories": ["medigy: ai", "New: topic"], "tags": ["news", "Beds"]}
    )
    import_()
    revision = Revision.objects.get(verb=Verb.IMPORTED)
    assert revision.changes.keys() == {"title", "topics", "tags"}
    assert [topic["label"] for topic in revision.changes["topics"][1]] == ["AI", "topic"]
    assert_complete(before, revision)


def test_unchanged_files_get_no_revision(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", **STORY)
    import_()
    import_()
    import_(force=True)
    assert Revision.objects.count() == 1


def test_a_dry_run_writes_no_revision(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_(dry_run=True)
    assert not Revision.objects.exists()


def test_a_file_in_conflict_gets_one_revision_that_names_the_field(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    CuratedItem.objects.update(title="By Ann")
    before = current_states()
    write_file("a.md", title="By the file", tags=["News"])
    import_()
    revision = Revision.objects.get(verb=Verb.IMPORTED)
    assert revision.reason == "Changed both here and in the file: Title. The value here was kept; an editor decides."
    assert revision.changes == {"tags": [[], ["News"]]}
    assert_complete(before, revision)


def test_an_overwritten_text_stays_in_the_revision(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    CuratedItem.objects.update(title="By Ann")
    write_file("a.md", title="By the file")
    import_(on_conflict="overwrite")
    assert Revision.objects.get(verb=Verb.IMPORTED).changes == {"title": ["By Ann", "By the file"]}


def test_an_item_gets_one_revision_for_all_of_its_files(write_file: WriteFile, import_: RunImport) -> None:
    first = write_file("a.md", external_id=1, title="A story")
    import_(first)
    before = current_states()
    write_file("b.md", external_id=1, title="A story")
    write_file("c.md", external_id=1, title="A story")
    import_()
    revision = Revision.objects.get(verb=Verb.IMPORTED)
    assert revision.changes.keys() == {"aliases"}
    assert_complete(before, revision)


def test_an_item_that_loses_a_redirect_gets_a_revision(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", aliases=["/news/taken"])
    import_()
    before = current_states()
    write_file("taken.md")
    import_()
    revision = Revision.objects.get(verb=Verb.IMPORTED)
    assert revision.changes == {"aliases": [["/news/taken"], []]}
    assert_complete(before, revision)


def test_the_picture_that_a_file_brings_is_in_the_revision(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    write_file("a.md", body="A body.", slug="a")
    import_()
    before = current_states()
    (content / "a.pdf").write_bytes(b"%PDF-1.7")
    write_file("a.md", body="A body.", slug="a", featuredPdf="a.pdf")
    import_()
    revision = Revision.objects.get(verb=Verb.IMPORTED)
    assert revision.changes.keys() == {"pdf", "media_provenance"}
    assert_complete(before, revision)


def test_pruning_writes_one_revision_with_the_run(write_file: WriteFile, import_: RunImport) -> None:
    path = write_file("a.md")
    write_file("b.md")
    import_()
    path.unlink()
    import_(prune=True)
    run = ImportRun.objects.order_by("-pk")[0]
    revision = Revision.objects.get(verb=Verb.ARCHIVED)
    assert (revision.run_id, revision.user_name) == (run.pk, run.started_by)
    assert revision.changes == {"status": ["published", "archived"]}
    import_(prune=True)
    assert Revision.objects.count() == 3


def test_an_item_whose_expiry_time_has_passed_keeps_its_stored_status_in_the_revision(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", expiryDate="2020-01-01T00:00:00Z")
    import_()
    before = current_states()
    write_file("a.md", expiryDate="2020-01-01T00:00:00Z", title="New")
    import_()
    assert_complete(before, Revision.objects.get(verb=Verb.IMPORTED))


def test_an_item_of_the_admin_that_a_file_adopts_gets_a_revision_for_its_changes(
    write_file: WriteFile, import_: RunImport
) -> None:
    make_item("Title of a", slug="a", body="A *body*.")
    before = current_states()
    write_file("a.md", aliases=["/old/a"], body="A *body*.")
    import_()
    for revision in Revision.objects.all():
        assert_complete(before, revision)
    assert (before != current_states()) == Revision.objects.exists()


def test_an_undo_writes_one_revision_for_each_item_that_it_restores_or_moves_to_the_bin(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", **STORY)
    import_()
    first = current_states()
    write_file("a.md", title="New", categories=["New: topic"])
    write_file("b.md")
    import_()
    run = ImportRun.objects.order_by("-pk")[0]
    before = current_states()
    undo(run)
    revision = Revision.objects.get(verb=Verb.UNDONE)
    assert revision.run_id == run.pk
    assert_complete(before, revision)
    assert states_of(CuratedItem.objects.filter(slug="a")) == first
    assert_complete(before, Revision.objects.get(verb=Verb.BINNED, run=run, item__slug="b"))
    assert Revision.objects.filter(run=run).count() == 4, "two imported, one undone, one moved to the bin"
