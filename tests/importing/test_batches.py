"""Batches are planned before their transactions, and no change that an editor makes in between is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from curation.db.timed_batches import TimedBatches
from curation.importing import batch_writer
from curation.importing.lookup import Lookup
from curation.importing.planned_batch import DatabaseState
from curation.models import Conflict, ContentVersion, CuratedItem, Image, ImportRecord, Topic
from tests.factories import make_item, make_topic
from tests.items.merging.conftest import merge

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_process")]

BeforeWriting = Callable[[Callable[[], object]], None]


def in_another_connection(work: Callable[[], object]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=20)


@pytest.fixture
def before_writing(monkeypatch: pytest.MonkeyPatch) -> BeforeWriting:
    """Have another connection do something once, between the planning and the transaction of the next batch."""

    def prepare(work: Callable[[], object]) -> None:
        pending = [work]
        monkeypatch.setattr(
            TimedBatches, "pause", lambda _batches: in_another_connection(pending.pop()) if pending else None
        )

    return prepare


@pytest.fixture
def planned_in_transaction(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each lookup whether it was made in a transaction."""
    seen: list[bool] = []

    class SeenLookup(Lookup):
        def _load(self, batch: object) -> None:
            seen.append(connection.in_atomic_block)
            super()._load(batch)

    monkeypatch.setattr(batch_writer, "Lookup", SeenLookup)
    return seen


def write_both(write_file: WriteFile, body: str, **keys: object) -> None:
    for name in "ab":
        write_file(f"{name}.md", body=body, categories=["X: One"], **keys)


def test_a_batch_is_planned_without_a_transaction(
    write_file: WriteFile, import_: RunImport, planned_in_transaction: list[bool]
) -> None:
    write_both(write_file, "First.")
    import_()
    write_both(write_file, "Second.")
    assert import_().counts["updated"] == 2
    assert planned_in_transaction == [False, False]


def test_a_batch_is_planned_again_if_an_editor_has_saved_meanwhile(
    write_file: WriteFile, import_: RunImport, planned_in_transaction: list[bool], before_writing: BeforeWriting
) -> None:
    write_both(write_file, "First.")
    import_()
    write_both(write_file, "Second.")
    planned_in_transaction.clear()
    before_writing(lambda: CuratedItem.objects.filter(slug="a").update(title="An editor's"))
    assert import_().counts["updated"] == 2
    assert planned_in_transaction == [False, True]
    titles = CuratedItem.objects.order_by("slug").values_list("title", "body")
    assert list(titles) == [("An editor's", "Second."), ("Title of b", "Second.")]
    before = ImportRecord.objects.values_list("before", flat=True).get(slug="a", outcome="updated")
    assert before is not None
    assert before["record"]["title"] == "An editor's", "an undo would bring back another title"


@pytest.mark.parametrize("is_made", [True, False])
def test_a_batch_is_not_planned_again_because_renditions_were_made_meanwhile(
    is_made: bool,
    write_file: WriteFile,
    import_: RunImport,
    planned_in_transaction: list[bool],
    before_writing: BeforeWriting,
) -> None:
    image = Image.objects.create(
        file="images/a.png", width=1, height=1, format="PNG", size=1, has_renditions=not is_made
    )
    write_both(write_file, "First.")
    version = ContentVersion.current()
    before_writing(lambda: Image.objects.filter(pk=image.pk).update(has_renditions=is_made))
    assert import_().counts["created"] == 2
    assert planned_in_transaction == ([False] if is_made else [False, True])
    assert ContentVersion.current() != version


def test_a_batch_is_planned_again_if_more_than_renditions_was_written_in_one_transaction(
    write_file: WriteFile, import_: RunImport, planned_in_transaction: list[bool], before_writing: BeforeWriting
) -> None:
    Image.objects.create(file="images/a.png", width=1, height=1, format="PNG", size=1)

    def write() -> None:
        with transaction.atomic():
            Image.objects.update(has_renditions=True)
            Image.objects.update(original_name="b.png")

    write_both(write_file, "First.")
    before_writing(write)
    assert import_().counts["created"] == 2
    assert planned_in_transaction == [False, True]


def test_a_topic_that_was_renamed_meanwhile_is_not_made_again(
    write_file: WriteFile, import_: RunImport, before_writing: BeforeWriting
) -> None:
    write_both(write_file, "First.")
    import_()
    write_both(write_file, "Second.")
    before_writing(lambda: Topic.objects.update(label="Two", name_key="two"))
    import_()
    assert list(Topic.objects.values_list("label", flat=True)) == ["Two"]


def test_an_address_that_was_taken_meanwhile_stays_with_its_item(
    write_file: WriteFile, import_: RunImport, before_writing: BeforeWriting
) -> None:
    write_both(write_file, "First.")
    before_writing(lambda: make_item("An editor's", slug="a"))
    assert import_().counts["created"] == 2
    assert set(CuratedItem.objects.values_list("title", "slug")) == {
        ("An editor's", "a"),
        ("Title of a", "a-2"),
        ("Title of b", "b"),
    }


def test_a_conflict_that_was_decided_meanwhile_stays_decided(
    write_file: WriteFile, import_: RunImport, before_writing: BeforeWriting
) -> None:
    write_both(write_file, "First.")
    import_()
    CuratedItem.objects.update(title="An editor's")
    write_both(write_file, "Second.", title="The file's")
    import_()
    assert Conflict.objects.count() == 2
    write_both(write_file, "Third.", title="The file's")
    before_writing(lambda: Conflict.objects.all().delete())
    import_(on_conflict="overwrite")
    assert set(CuratedItem.objects.values_list("title", "body")) == {("An editor's", "Third.")}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="its database in memory has one writer, who does not wait")
def test_a_save_that_is_under_way_is_waited_for_and_kept(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    locking, saved = Event(), Event()
    lock_unchanged = DatabaseState.lock_unchanged

    def lock(state: DatabaseState) -> bool:
        locking.set()
        return lock_unchanged(state)

    def save() -> None:
        with transaction.atomic():
            CuratedItem.objects.filter(slug="a").update(title="An editor's")
            saved.set()
            locking.wait(timeout=20)
        connection.close()

    write_both(write_file, "First.")
    import_()
    write_both(write_file, "Second.")
    monkeypatch.setattr(DatabaseState, "lock_unchanged", lock)
    editor = Thread(target=save)
    editor.start()
    saved.wait(timeout=20)
    import_()
    editor.join()
    assert CuratedItem.objects.values_list("title", "body").get(slug="a") == ("An editor's", "Second.")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pauses and transactions of batches."""
    seen: list[str] = []
    run = TimedBatches.transaction

    @contextmanager
    def seen_transaction(batches: TimedBatches) -> Iterator[None]:
        with run(batches):
            seen.append("transaction")
            yield

    monkeypatch.setattr(TimedBatches, "transaction", seen_transaction)
    monkeypatch.setattr(TimedBatches, "pause", lambda _batches: seen.append("pause"))
    return seen


@pytest.mark.parametrize("dry_run", [False, True])
def test_files_are_written_in_batches_of_similar_size_with_a_pause_before_each(
    dry_run: bool, write_file: WriteFile, import_: RunImport, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(batch_writer, "FIRST_SIZE", 4)
    monkeypatch.setattr(TimedBatches, "adapt", lambda _batches, done: sizes.append(done))
    for number in range(10):
        write_file(f"{number}.md")
    assert import_(dry_run=dry_run).counts["created"] == 10
    assert sizes == [4, 3, 3]
    assert steps == ["pause", "transaction"] * 3


def test_an_import_within_one_transaction_does_not_pause(
    write_file: WriteFile, import_: RunImport, steps: list[str]
) -> None:
    write_both(write_file, "First.")
    import_(atomic=True)
    assert steps == ["transaction"]


@pytest.mark.long
@pytest.mark.parametrize("options", [{}, {"atomic": True}, {"dry_run": True}])
def test_items_are_pruned_in_batches_unless_within_one_transaction(
    options: dict[str, bool],
    write_file: WriteFile,
    import_: RunImport,
    content: Path,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_writer, "FIRST_SIZE", 2)
    for number in range(5):
        write_file(f"{number}.md")
    import_()
    for number in range(1, 5):
        (content / f"{number}.md").unlink()
    steps.clear()
    assert import_(prune=True, **options).counts["archived"] == 4
    assert steps.count("transaction") == 1 + (1 if options else 2)
    statuses = [
        CuratedItem.objects.filter(status="archived").count(),
        ImportRecord.objects.filter(outcome="pruned").count(),
    ]
    assert statuses == ([0, 0] if "dry_run" in options else [4, 4])


def test_a_topic_that_is_merged_between_planning_and_writing_is_not_brought_back(
    write_file: WriteFile, import_: RunImport, before_writing: BeforeWriting
) -> None:
    old, new = make_topic("Old"), make_topic("New")
    known = make_item(topics=[old])
    for name in ("a.md", "b.md"):  # a single file takes no pause
        write_file(name, categories=["Symplur: Old"])
    before_writing(lambda: merge([old], new))
    assert import_().counts["created"] == 2
    assert list(Topic.objects.all()) == [new]
    assert {item.itemtopic_set.get().topic for item in CuratedItem.objects.exclude(pk=known.pk)} == {new}
