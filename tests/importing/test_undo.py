"""An import taken back: what it made goes, what it changed returns, what an editor touched since stays."""

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as PillowImage

from curation.importing import ledger
from curation.importing.options import Options
from curation.importing.undo import CannotUndo, undo
from curation.models import (
    Author,
    Conflict,
    CuratedItem,
    Image,
    ImportRun,
    Offering,
    Publisher,
    SourceDocument,
    Tag,
    Topic,
    Vocabulary,
)

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def last_run() -> ImportRun:
    return ImportRun.objects.latest("pk")


def digest() -> list[Any]:
    """Return all that readers and later imports could tell apart, ids and times of writing left out."""
    items = CuratedItem.objects.order_by("slug").values("slug", "title", "body", "body_html", "status", "image__sha256")
    ties = CuratedItem.objects.order_by("slug", "itemtopic__position", "tags__name", "aliases__path")
    return [
        list(items),
        list(ties.values_list("slug", "itemtopic__topic__slug", "tags__name", "aliases__path")),
        list(SourceDocument.objects.order_by("path").values_list("path", "record")),
    ]


def test_what_an_import_made_goes(write_file: WriteFile, import_: RunImport, content: Path) -> None:
    PillowImage.new("RGB", (60, 40)).save(content / "x.png")
    write_file("a.md", categories=["X: One"], author="Ann", tags=["t"], featuredImage="x.png")
    import_()
    result = undo(last_run())
    assert (result.deleted, result.restored, result.left) == (1, 0, [])
    for model in (CuratedItem, SourceDocument, Topic, Vocabulary, Author, Image):
        assert not model._default_manager.exists(), model
    assert last_run().outcome == "undone"
    assert import_().counts["created"] == 1


def test_of_two_who_undo_at_once_one_does(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    one, other = last_run(), last_run()
    undo(one)
    with pytest.raises(CannotUndo):
        undo(other)


def test_what_an_import_changed_returns(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["One"], tags=["t"], aliases="/old")
    import_()
    before = digest()
    write_file("a.md", slug="new", title="New", body="New.", categories=["Two"], tags=["u"], aliases=["/old", "/older"])
    import_()
    assert digest() != before
    result = undo(last_run())
    assert (result.deleted, result.restored, result.left) == (0, 1, [])
    assert digest() == before
    assert import_().counts["updated"] == 1


def test_what_an_editor_changed_since_stays_and_is_listed(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    write_file("b.md")
    import_()
    CuratedItem.objects.filter(slug="a").update(title="An editor's")
    result = undo(last_run())
    assert result.deleted == 1
    (left,) = result.left
    assert (left.slug, left.why) == ("a", "its item was changed since, and was kept")
    assert CuratedItem.objects.get().title == "An editor's"


def test_a_field_that_an_editor_changed_since_stays_while_the_others_return(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", title="Old", body="Old.")
    import_()
    write_file("a.md", title="New", body="New.")
    import_()
    CuratedItem.objects.update(title="An editor's")
    (left,) = undo(last_run()).left
    assert "title" in left.why
    item = CuratedItem.objects.get()
    assert (item.title, item.body, item.body_text) == ("An editor's", "Old.", "Old.")


def in_2101(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2101, 1, 1, tzinfo=UTC))


def test_an_item_that_has_expired_since_goes_as_any_other(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md", expiryDate="2100-01-01")
    import_()
    in_2101(monkeypatch)
    result = undo(last_run())
    assert (result.deleted, result.left) == (1, [])


def test_an_item_is_public_again_where_the_import_that_let_it_expire_is_undone(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md")
    import_()
    write_file("a.md", expiryDate="2100-01-01")
    import_()
    in_2101(monkeypatch)
    assert undo(last_run()).left == []
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
        foreseen = undo(last_run(), dry_run=True)
    assert {query["sql"].partition(" ")[0] for query in queries} == {"SELECT"}, "a preview keeps nobody waiting"
    undone = undo(last_run())
    assert (foreseen.deleted, foreseen.restored) == (undone.deleted, undone.restored) == (1, 1)


def test_an_undo_and_an_import_keep_each_other_out(
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
    told: list[str] = []

    def busy(_entry: ImportRun) -> None:
        with pytest.raises(ledger.Busy) as error:
            ledger.begin(["x"], Options())
        told.append(str(error.value))

    monkeypatch.setattr(ledger, "mark_alive", busy)
    undo(run)
    assert len(told) == 1
    assert not ImportRun.objects.filter(outcome="running").exists()
    assert last_run() == other, "what kept imports out leaves no entry"


def test_an_undo_that_broke_off_is_completed_by_another(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_file(f"{name}.md")
    import_()
    monkeypatch.setattr("curation.importing.undo.BATCH_SIZE", 1)
    monkeypatch.setattr(ledger, "mark_alive", lambda _entry: 1 / 0 if CuratedItem.objects.count() == 0 else None)
    with pytest.raises(ZeroDivisionError):
        undo(last_run())
    assert [item.slug for item in CuratedItem.objects.all()] == ["a"]
    monkeypatch.undo()
    for dry_run in (True, False):
        undone = undo(last_run(), dry_run=dry_run)
        assert (undone.earlier, undone.deleted, undone.left) == (1, 1, [])
    assert not CuratedItem.objects.exists()


def test_an_undo_that_broke_off_lists_again_what_it_left(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_file(f"{name}.md")
    import_()
    CuratedItem.objects.filter(slug="b").update(title="An editor's")
    monkeypatch.setattr("curation.importing.undo._delete_unused", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undo(last_run())
    monkeypatch.undo()
    undone = undo(last_run())
    assert (undone.earlier, undone.deleted, [left.slug for left in undone.left]) == (1, 0, ["b"])


def test_a_run_is_undone_once(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    undo(last_run())
    with pytest.raises(CannotUndo, match="already"):
        undo(last_run())


def test_a_topic_that_an_editor_described_is_kept(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["One", "Two"])
    import_()
    Topic.objects.filter(label="One").update(description="Ours.")
    undo(last_run())
    assert [topic.label for topic in Topic.objects.all()] == ["One"]


def everything_there() -> list[Any]:
    """Return the rows of all that imports make."""
    models = (CuratedItem, SourceDocument, Topic, Vocabulary, Author, Publisher, Offering, Tag, Image)
    return [row for model in models for row in model._default_manager.all()]


NAMED: dict[str, Any] = {
    "link": "https://news.example.org/x",
    "linkBrand": "news.example.org",
    "categories": ["X: One"],
    "author": "Ann",
    "tags": ["t"],
    "relatedOfferings": [{"label": "O", "offeringId": 1, "categories": ["X: Two"]}],
}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
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


@pytest.mark.parametrize("order", [*permutations(range(2)), *permutations(range(3)), (0, 1, 2, 3), (0, 2, 1, 3)])
def test_an_item_that_later_imports_changed_goes_with_the_last_undo(
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


def test_an_import_undone_between_two_is_gone_from_what_the_later_one_goes_back_to(
    write_file: WriteFile, import_: RunImport
) -> None:
    for number in range(3):
        import_(write_file("a.md", title=f"Title {number}", body=f"{number % 2}.", tags=[str(number)]))
    first, second, third = ImportRun.objects.order_by("pk")
    (left,) = undo(second).left
    assert left.why == "its title was changed since, and was kept"
    undo(third)
    item = CuratedItem.objects.get()
    assert (item.title, item.body, [tag.name for tag in item.tags.all()]) == ("Title 0", "0.", ["0"])
    assert undo(first).left == []
    assert everything_there() == []


def test_topics_are_in_their_first_order_again_whatever_the_order_of_undoing(
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
    assert undo(first).left == []


def test_an_item_archived_for_its_missing_file_returns_with_what_its_document_said(
    write_file: WriteFile, import_: RunImport
) -> None:
    path = write_file("a.md", draft=True)
    write_file("b.md")
    import_()
    before = digest()
    path.unlink()
    import_(prune=True)
    assert digest() != before
    assert undo(last_run()).left == []
    assert digest() == before


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_an_item_archived_and_brought_back_goes_with_the_last_undo(
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
    assert not CuratedItem.objects.exists()


def test_what_an_editor_uses_of_two_undone_imports_stays(write_file: WriteFile, import_: RunImport) -> None:
    for name in "ab":
        import_(write_file(f"{name}.md", **NAMED))
    item = CuratedItem.objects.create(title="An editor's", slug="own", publisher=Publisher.objects.get())
    item.tags.add("t")
    for run in ImportRun.objects.order_by("pk"):
        undo(run)
    assert everything_there() == [item, Publisher.objects.get(), Tag.objects.get()]
