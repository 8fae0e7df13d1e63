"""Undo of imports: moves new items to the bin, restores changed ones, and keeps later changes by editors."""

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as PillowImage

from curation.importing.history import ledger
from curation.importing.history.undo import CannotUndo, undo
from curation.importing.options import Options
from curation.items.actors import Actor
from curation.items.bin import delete_for_ever, move_to_bin, restore
from curation.items.revisions import recording
from curation.models import (
    Author,
    Conflict,
    CuratedItem,
    Image,
    ImportRun,
    ImportUndo,
    Offering,
    Publisher,
    Revision,
    SourceDocument,
    Tag,
    Topic,
    Vocabulary,
)
from tests.factories import COMMAND
from tests.importing.conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


def last_run() -> ImportRun:
    return ImportRun.objects.latest("pk")


NAMED: dict[str, Any] = {
    "link": "https://news.example.org/x",
    "linkBrand": "news.example.org",
    "categories": ["X: One"],
    "author": "Ann",
    "tags": ["t"],
    "relatedOfferings": [{"label": "O", "offeringId": 1, "categories": ["X: Two"]}],
}


def slugs_outside_the_bin() -> list[str]:
    return list(CuratedItem.objects.not_binned().order_by("slug").values_list("slug", flat=True))


def empty_bin() -> None:
    delete_for_ever(CuratedItem.objects.all(), COMMAND)


def digest() -> list[Any]:
    """Return all that readers and later imports could tell apart, ids and times of writing left out."""
    items = CuratedItem.objects.order_by("slug").values("slug", "title", "body", "body_html", "status", "image__sha256")
    ties = CuratedItem.objects.order_by("slug", "itemtopic__position", "tags__name", "aliases__path")
    return [
        list(items),
        list(ties.values_list("slug", "itemtopic__topic__slug", "tags__name", "aliases__path")),
        list(SourceDocument.objects.order_by("path").values_list("path", "record")),
    ]


def test_an_undo_moves_the_items_to_the_bin_that_the_import_created_with_all_that_belongs_to_them(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    PillowImage.new("RGB", (60, 40)).save(content / "x.png")
    write_file("a.md", featuredImage="x.png", aliases="/old", **NAMED)
    import_()
    before, run = digest(), last_run()
    result = undo(run)
    assert (result.binned, result.restored, result.skipped, last_run().outcome) == (1, 0, [], "undone")
    move = Revision.objects.get(verb=Revision.Verb.BINNED)
    assert (move.run, move.reason) == (run, f"By the undo of import {run.pk}.")
    assert slugs_outside_the_bin() == []
    restore(CuratedItem.objects.all(), COMMAND)
    assert digest() == before
    assert import_().counts["unchanged"] == 1


def test_of_two_simultaneous_undos_one_fails(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    one, other = last_run(), last_run()
    undo(one)
    with pytest.raises(CannotUndo):
        undo(other)


def test_an_undo_restores_the_items_that_the_import_changed(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["One"], tags=["t"], aliases="/old")
    import_()
    before = digest()
    write_file("a.md", slug="new", title="New", body="New.", categories=["Two"], tags=["u"], aliases=["/old", "/older"])
    import_()
    assert digest() != before
    result = undo(last_run())
    assert (result.binned, result.restored, result.skipped) == (0, 1, [])
    assert digest() == before
    assert not Tag.objects.filter(name="u").exists()
    assert import_().counts["updated"] == 1


def test_an_item_that_an_editor_changed_since_stays_and_is_listed(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    write_file("b.md")
    import_()
    changed = CuratedItem.objects.filter(slug="a")
    with recording(changed.values_list("pk", flat=True), Revision.Verb.SAVED, Actor("Ben")):
        changed.update(title="An editor's")
    changed.update(kind="A command's")
    result = undo(last_run())
    assert result.binned == 1
    (left,) = result.skipped
    assert (left.slug, left.reason) == (
        "a",
        "its item was changed since (Title by Ben; Kind by an import or a command), and was kept",
    )
    assert CuratedItem.objects.not_binned().get().title == "An editor's"


def test_a_field_that_an_editor_changed_since_stays_while_others_are_restored(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", title="Old", body="Old.")
    import_()
    write_file("a.md", title="New", body="New.")
    import_()
    CuratedItem.objects.update(title="An editor's")
    (left,) = undo(last_run()).skipped
    assert "Title" in left.reason
    item = CuratedItem.objects.get()
    assert (item.title, item.body, item.body_text) == ("An editor's", "Old.", "Old.")


def in_2101(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2101, 1, 1, tzinfo=UTC))


def test_an_item_that_has_expired_since_is_moved_to_the_bin_like_any_other(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md", expiryDate="2100-01-01")
    import_()
    in_2101(monkeypatch)
    result = undo(last_run())
    assert (result.binned, result.skipped) == (1, [])


def test_an_item_is_published_again_when_the_import_that_set_its_expiry_is_undone(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md")
    import_()
    write_file("a.md", expiryDate="2100-01-01")
    import_()
    in_2101(monkeypatch)
    assert undo(last_run()).skipped == []
    item = CuratedItem.objects.get()
    assert (item.status, item.expires_at, item.is_live) == ("published", None, True)


def test_undoing_closes_the_conflicts_of_the_run(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", title="Old")
    import_()
    CuratedItem.objects.update(title="Ours")
    write_file("a.md", title="Theirs")
    import_()
    undo(last_run())
    assert not Conflict.objects.exists()
    assert CuratedItem.objects.get().title == "Ours"
    assert import_().counts["conflicted"] == 1


def test_a_preview_changes_nothing(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    write_file("a.md", title="New")
    write_file("b.md")
    import_()
    with CaptureQueriesContext(connection) as queries:
        expected = undo(last_run(), dry_run=True)
    assert {query["sql"].partition(" ")[0] for query in queries} == {"SELECT"}, "a preview must not block writers"
    undone = undo(last_run())
    assert (expected.binned, expected.restored) == (undone.binned, undone.restored) == (1, 1)


def test_an_undo_and_an_import_exclude_each_other(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md")
    import_()
    run = last_run()
    other = ledger.begin(["x"], Options())
    with pytest.raises(ledger.Busy, match=f"import {other.pk} by"):
        undo(run)
    assert CuratedItem.objects.exists()
    ledger.finish(other, "finished")
    messages: list[str] = []

    def busy(_entry: ImportRun) -> None:
        with pytest.raises(ledger.Busy) as error:
            ledger.begin(["x"], Options())
        messages.append(str(error.value))

    monkeypatch.setattr(ledger, "mark_alive", busy)
    undo(run)
    assert messages
    assert not ImportRun.objects.filter(outcome="running").exists()
    assert last_run() == other, "what kept imports out leaves no entry"


def test_an_interrupted_undo_is_completed_by_another(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_file(f"{name}.md")
    import_()
    monkeypatch.setattr("curation.importing.history.undo.BATCH_SIZE", 1)
    monkeypatch.setattr(ledger, "mark_alive", lambda _entry: None if slugs_outside_the_bin() else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undo(last_run())
    assert slugs_outside_the_bin() == ["a"]
    monkeypatch.undo()
    for dry_run in (True, False):
        undone = undo(last_run(), dry_run=dry_run)
        assert (undone.undone_before, undone.binned, undone.skipped) == (1, 1, [])
    assert slugs_outside_the_bin() == []


def test_an_undo_that_is_repeated_lists_again_the_files_that_it_skipped(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_file(f"{name}.md")
    import_()
    CuratedItem.objects.filter(slug="b").update(title="An editor's")
    monkeypatch.setattr("curation.importing.history.undo.delete_unused", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undo(last_run())
    monkeypatch.undo()
    undone = undo(last_run())
    assert (undone.undone_before, undone.binned, [left.slug for left in undone.skipped]) == (1, 0, ["b"])


def test_a_run_can_be_undone_once(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    undo(last_run())
    with pytest.raises(CannotUndo, match="already"):
        undo(last_run())


def test_an_undo_needs_the_permission_when_it_begins(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    with pytest.raises(CannotUndo, match="ann may no longer undo imports"):
        undo(last_run(), user=User.objects.create_user("ann"))
    assert slugs_outside_the_bin() == ["a"]


def test_a_topic_that_an_editor_described_is_kept(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["One", "Two"])
    import_()
    Topic.objects.filter(label="One").update(description="Ours.")
    undo(last_run())
    empty_bin()
    assert [topic.label for topic in Topic.objects.all()] == ["One"]


def everything_there() -> list[Any]:
    """Return the rows of all that imports make, once the bin is emptied."""
    empty_bin()
    models = (CuratedItem, SourceDocument, Topic, Vocabulary, Author, Publisher, Offering, Tag, Image)
    return [row for model in models for row in model._default_manager.all()]


def orders(*others: tuple[int, ...], plain: tuple[int, ...]) -> pytest.MarkDecorator:
    """Try one order of undos always, and others with `--long`."""
    long = [pytest.param(order, marks=pytest.mark.long) for order in others if order != plain]
    return pytest.mark.parametrize("order", [plain, *long], ids=str)


@orders((0, 1, 2), (2, 1, 0), (1, 2, 0), plain=(1, 0, 2))
def test_imports_undone_in_any_order_leave_nothing_behind(
    write_file: WriteFile, import_: RunImport, content: Path, order: tuple[int, ...]
) -> None:
    PillowImage.new("RGB", (60, 40)).save(content / "x.png")
    for name in "abc":
        import_(write_file(f"{name}.md", featuredImage="x.png", **NAMED))
    runs = list(ImportRun.objects.order_by("pk"))
    for number in order:
        undo(runs[number])
    assert everything_there() == []


@orders(*permutations(range(2)), *permutations(range(3)), (0, 1, 2, 3), (0, 2, 1, 3), plain=(0, 2, 1))
def test_an_item_that_later_imports_changed_is_moved_to_the_bin_by_the_last_undo(
    write_file: WriteFile, import_: RunImport, content: Path, order: tuple[int, ...]
) -> None:
    for number in order:
        PillowImage.new("RGB", (60, 40 + number)).save(content / f"{number}.png")
    for number in range(len(order)):
        names = {**NAMED, "tags": [str(number)], "featuredImage": f"{number}.png"}
        import_(write_file("a.md", body=f"{number}. ![]({number}.png)", aliases=f"/{number}", **names))
    runs = list(ImportRun.objects.order_by("pk"))
    for number in order:
        undo(runs[number])
    assert everything_there() == []


def test_undoing_an_import_removes_its_changes_from_the_state_that_a_later_undo_restores(
    write_file: WriteFile, import_: RunImport
) -> None:
    for number in range(3):
        import_(write_file("a.md", title=f"Title {number}", body=f"{number % 2}.", tags=[str(number)]))
    first, second, third = ImportRun.objects.order_by("pk")
    (left,) = undo(second).skipped
    assert left.reason == "changed since (Title by root), and was kept"
    undo(third)
    item = CuratedItem.objects.get()
    assert (item.title, item.body, [tag.name for tag in item.tags.all()]) == ("Title 0", "0.", ["0"])
    assert undo(first).skipped == []
    assert everything_there() == []


def test_topics_have_their_first_order_again_after_undos_in_any_order(
    write_file: WriteFile, import_: RunImport
) -> None:
    for topics in (["Two", "One"], ["Three", "Two"], []):
        import_(write_file("a.md", categories=topics))
    first, second, third = ImportRun.objects.order_by("pk")
    undo(second)
    undo(third)
    assert list(CuratedItem.objects.values_list("topics__label", flat=True).order_by("itemtopic__position")) == [
        "Two",
        "One",
    ]
    assert undo(first).skipped == []


def test_undoing_a_prune_restores_the_item_and_its_document(write_file: WriteFile, import_: RunImport) -> None:
    path = write_file("a.md", draft=True)
    write_file("b.md")
    import_()
    before = digest()
    path.unlink()
    import_(prune=True)
    assert digest() != before
    assert undo(last_run()).skipped == []
    assert digest() == before


@orders(*permutations(range(3)), plain=(0, 2, 1))
def test_an_item_that_was_archived_and_published_again_is_moved_to_the_bin_by_the_last_undo(
    order: tuple[int, ...], write_file: WriteFile, import_: RunImport
) -> None:
    path = write_file("a.md")
    import_()
    path.unlink()
    import_(prune=True)
    write_file("a.md")
    import_()
    runs = list(ImportRun.objects.order_by("pk"))
    for number in order:
        undo(runs[number])
    assert slugs_outside_the_bin() == []


def test_rows_of_undone_imports_that_an_editor_uses_stay(write_file: WriteFile, import_: RunImport) -> None:
    for name in "ab":
        import_(write_file(f"{name}.md", **NAMED))
    item = CuratedItem.objects.create(title="An editor's", slug="own", publisher=Publisher.objects.get())
    item.tags.add("t")
    for run in ImportRun.objects.order_by("pk"):
        undo(run)
    assert everything_there() == [item, Publisher.objects.get(), Tag.objects.get()]


def test_an_editor_s_save_between_two_batches_is_kept(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_file(f"{name}.md", title="Old")
    import_()
    for name in "ab":
        write_file(f"{name}.md", title="New")
    import_()
    monkeypatch.setattr("curation.importing.history.undo.BATCH_SIZE", 1)
    monkeypatch.setattr(
        "curation.db.timed_batches.sleep", lambda _: CuratedItem.objects.filter(slug="a").update(title="An editor's")
    )
    (left,) = undo(last_run()).skipped
    assert (left.slug, left.reason) == ("a", "changed since (Title by an import or a command), and was kept")
    assert list(CuratedItem.objects.order_by("slug").values_list("title", flat=True)) == ["An editor's", "Old"]


@pytest.mark.parametrize("batch_size", [1, 9])
def test_a_copy_stays_with_the_item_that_the_same_run_created(
    write_file: WriteFile, import_: RunImport, batch_size: int
) -> None:
    write_file("a.md", external_id=7, slug="a")
    write_file("b.md", external_id=7, slug="b", title="Title of a", aliases="/old")
    import_(batch_size=batch_size)
    before = digest()
    result = undo(last_run())
    assert (result.binned, result.skipped) == (1, [])
    restore(CuratedItem.objects.all(), COMMAND)
    assert digest() == before


@orders((0, 1), plain=(1, 0))
def test_a_copy_that_another_run_imported_goes_with_the_redirects_that_it_gave(
    write_file: WriteFile, import_: RunImport, order: tuple[int, ...]
) -> None:
    import_(write_file("a.md", external_id=7, slug="a"))
    before, runs = digest(), list(ImportRun.objects.all())
    import_(write_file("b.md", external_id=7, slug="b", title="Title of a", aliases="/old"))
    assert digest() != before
    runs.append(last_run())
    undo(runs[order[0]])
    assert (digest() == before) is (order[0] == 1)
    undo(runs[order[1]])
    assert slugs_outside_the_bin() == []


def test_an_item_that_one_run_created_and_changed_is_moved_to_the_bin(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md")
    import_()
    run = last_run()
    write_file("a.md", title="New")
    import_()
    last_run().records.update(run=run)  # as if the run had been interrupted, and its file changed meanwhile
    result = undo(run)
    assert (result.binned, result.restored, result.skipped) == (1, 1, [])
    assert slugs_outside_the_bin() == []


def test_a_batch_takes_the_same_queries_for_more_items(write_file: WriteFile, import_: RunImport) -> None:
    counts = []
    for number in (1, 2, 4):
        for title in ("Old", "New"):
            for name in range(number):
                write_file(f"{number}-{name}.md", title=title, tags=[title])
            import_()
        with CaptureQueriesContext(connection) as queries:
            assert undo(last_run()).restored == number
        counts.append(len(queries) - number)  # each document is restored by itself
    assert counts[1] == counts[2], "the first undo creates the tag again"


def test_a_killed_undo_is_continued_and_its_result_counts_both_parts(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write_file(f"{name}.md")
    import_()
    CuratedItem.objects.filter(slug="c").update(title="An editor's")
    monkeypatch.setattr("curation.importing.history.undo.BATCH_SIZE", 1)
    monkeypatch.setattr(
        "curation.db.timed_batches.sleep", lambda _: 1 / 0 if len(slugs_outside_the_bin()) == 2 else None
    )
    with pytest.raises(ZeroDivisionError):
        undo(last_run())
    row = ImportUndo.objects.get()
    assert (row.state, row.done, row.files) == ("undoing", 2, 3)
    monkeypatch.undo()
    undo(last_run())
    row.refresh_from_db()
    assert row.result is not None
    assert (row.state, row.done, row.files) == ("done", 3, 3)
    assert {name: row.result[name] for name in ("binned", "restored", "partial", "kept")} == {
        "binned": 2,
        "restored": 0,
        "partial": 0,
        "kept": 1,
    }
    assert len(row.result["binned_records"]) == 2


def test_an_undo_that_is_interrupted_in_its_last_steps_is_completed(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ann", "Bob"):
        import_(write_file("a.md", author=name))
    monkeypatch.setattr("curation.importing.history.undo.delete_unused", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undo(last_run())
    monkeypatch.undo()
    assert Author.objects.filter(name="Bob").exists()
    undo(last_run())
    assert [author.name for author in Author.objects.all()] == ["Ann"]
    with pytest.raises(CannotUndo, match="already"):
        undo(last_run())


def test_the_row_that_kept_imports_out_is_deleted_by_the_undo_that_continues_a_killed_one(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md")
    import_()
    run = last_run()
    killed = ledger.begin([f"undo of import {run.pk}"], Options())
    ledger.finish(killed, "interrupted")
    undo(run)
    assert list(ImportRun.objects.all()) == [run]


def test_an_untitled_draft_is_restored_like_any_other_and_read_again(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", title="Old", body="Old.", draft=True)
    write_file("b.md", body="Old.")
    import_()
    for name in "ab":
        write_file(f"{name}.md", title="Old" if name == "a" else None, body="New.", draft=name == "a")
    import_()
    CuratedItem.objects.filter(slug="a").update(title="")
    expected, result = undo(last_run(), dry_run=True), undo(last_run())
    assert expected.restored == result.restored == 2
    assert list(CuratedItem.objects.order_by("slug").values_list("title", "body")) == [
        ("", "Old."),
        ("Title of b", "Old."),
    ]
    write_file("a.md", title="Old", body="Newest.", draft=True)
    assert import_().counts["rejected"] == 0
    assert CuratedItem.objects.get(slug="a").body == "Newest."


def test_an_item_that_cannot_have_its_former_values_is_skipped_with_the_reason(
    write_file: WriteFile, import_: RunImport
) -> None:
    for text in ("Old.", "New."):
        for name in "ab":
            write_file(f"{name}.md", body=text)
        import_()
    CuratedItem.objects.filter(slug="a").update(title="")
    expected, result = undo(last_run(), dry_run=True), undo(last_run())
    for (left,) in (expected.skipped, result.skipped):
        assert left.slug == "a"
        assert "Readers see this item: give it a title." in left.reason
    assert expected.restored == result.restored == 1
    assert last_run().outcome == "undone"
    assert list(CuratedItem.objects.order_by("slug").values_list("body", flat=True)) == ["New.", "Old."]


def test_an_item_that_was_moved_to_the_bin_stays_there(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    (left,) = undo(last_run()).skipped
    assert left.reason.startswith("its item is in the bin already: deleted on ")
    assert import_().counts["skipped"] == 1
