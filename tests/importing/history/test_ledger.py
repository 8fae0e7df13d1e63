"""The ledger of imports: its records, and its lock that lets one import run at a time."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from curation.importing import jobs
from curation.importing.history import ledger
from curation.importing.options import Options
from curation.importing.pipeline import ImportJob, Interrupted, execute
from curation.importing.report import Report
from curation.importing.sources.discover import discover
from curation.lib import processes
from curation.models import Conflict, CuratedItem, ImportRecord, ImportRun
from tests.importing.conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def test_a_run_has_a_record_for_each_file_that_was_not_found_unchanged(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", mystery="kept")
    write_file("b.md", date="yesterday")
    write_file("_index.md")
    import_()
    run = ImportRun.objects.get()
    assert (run.outcome, run.counts["created"], run.counts["rejected"], run.counts["skipped"]) == ("finished", 1, 1, 1)
    assert run.finished_at is not None
    records = {record.path.rpartition("/")[2]: record for record in run.records.all()}
    assert {name: record.outcome for name, record in records.items()} == {
        "a.md": "created",
        "b.md": "rejected",
        "_index.md": "skipped",
    }
    assert records["a.md"].item == CuratedItem.objects.get()
    assert records["a.md"].unmapped == ["mystery"]
    assert records["b.md"].problems[0]["field"] == "date"
    import_()
    assert ImportRecord.objects.filter(run__gt=run.pk).values_list("outcome", flat=True).count() == 2


def test_a_conflict_is_stored_with_both_values(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", title="Old")
    import_()
    CuratedItem.objects.update(title="Ours")
    write_file("a.md", title="Theirs")
    assert import_().counts["conflicted"] == 1
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.base, conflict.theirs, conflict.ours) == ("title", "Old", "Theirs", "Ours")
    write_file("a.md", title="Theirs again")
    import_()
    assert Conflict.objects.get().theirs == "Theirs again"


def test_a_second_import_names_the_running_one_and_ends() -> None:
    ledger.begin(["x"], Options())
    with pytest.raises(ledger.Busy, match=r"import \d+ by .+ is under way since"):
        ledger.begin(["x"], Options())


def test_a_second_import_waits_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ledger.begin(["x"], Options())
    messages: list[str] = []
    monkeypatch.setattr("curation.importing.history.ledger.sleep", lambda _seconds: ledger.finish(first, "finished"))
    second = ledger.begin(["x"], Options(), on_wait=messages.append)
    assert second.pk != first.pk
    assert len(messages) == 1


HERE = processes.current_process_name()


@pytest.mark.parametrize(
    ("process", "silent_minutes", "dead"),
    [
        (HERE, 60, False),
        (f"{HERE}-of-an-earlier-one", 0, True),
        (f"{processes.host_of_process(HERE)}:{2**22 + 1}:x", 0, True),
        (processes.process_name(os.getppid()), 60, False),
        ("elsewhere:1:x", 1, False),
        ("elsewhere:1:x", 60, True),
    ],
    ids=["this one", "an earlier one of its number", "one that ended", "another one", "one elsewhere", "a silent one"],
)
def test_a_run_whose_process_is_gone_is_marked_interrupted(process: str, silent_minutes: int, dead: bool) -> None:
    first = ledger.begin(["x"], Options())
    heartbeat = timezone.now() - timedelta(minutes=silent_minutes)
    ImportRun.objects.filter(pk=first.pk).update(process=process, heartbeat_at=heartbeat)
    if dead:
        ledger.begin(["x"], Options())
    else:
        with pytest.raises(ledger.Busy):
            ledger.begin(["x"], Options())
    first.refresh_from_db()
    assert first.outcome == ("interrupted" if dead else "running")


def test_a_run_that_could_not_be_closed_is_marked_interrupted_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_rows: object, **_values: object) -> None:
        raise OperationalError("database is locked")

    first = ledger.begin(["x"], Options())
    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "update", refuse)
        with pytest.raises(OperationalError):
            ledger.finish(first, "finished")
    ledger.begin(["x"], Options())
    first.refresh_from_db()
    assert first.outcome == "interrupted"


def test_a_queued_run_that_failed_before_its_first_file_is_marked_interrupted_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_run: ImportRun) -> None:
        raise OSError("no disk")

    queued_run = ImportRun.objects.create(outcome="queued")
    monkeypatch.setattr(jobs, "sources_of", refuse)
    with pytest.raises(OSError, match="no disk"):
        jobs.execute_queued(queued_run)
    ledger.begin(["x"], Options())
    queued_run.refresh_from_db()
    assert queued_run.outcome == "interrupted"


def test_an_import_that_fails_is_marked_failed_and_keeps_its_complete_batches(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write_file(f"{name}.md")
    monkeypatch.setattr("curation.importing.reader.READ_AHEAD", 0)
    loaded = []

    def load(source: object, *_cascades: object) -> object:
        from curation.importing.parse import load as original

        loaded.append(source)
        if len(loaded) == 3:
            raise MemoryError("no more")
        return original(source)

    monkeypatch.setattr("curation.importing.reader.load", load)
    with pytest.raises(MemoryError):
        import_(batch_size=1)
    assert ImportRun.objects.get().outcome == "failed"
    assert CuratedItem.objects.count() == 2
    monkeypatch.undo()
    assert import_().counts["created"] == 1


@pytest.mark.parametrize(("stop", "raised"), [(KeyboardInterrupt, Interrupted), (SystemExit, SystemExit)])
def test_an_import_that_is_stopped_is_marked_interrupted_and_the_next_completes_it(
    stop: type[BaseException],
    raised: type[BaseException],
    write_file: WriteFile,
    content: Path,
    import_: RunImport,
) -> None:
    for name in "ab":
        write_file(f"{name}.md")
    options = Options(jobs=1, batch_size=1)
    job = ImportJob(discover([content]), options, ledger.begin(["x"], options))

    def on_batch(_files: int) -> None:
        raise stop

    with pytest.raises(raised):
        execute(job, Report(), on_batch)
    run = ImportRun.objects.get()
    assert (run.outcome, run.counts["created"], CuratedItem.objects.count()) == ("interrupted", 1, 1)
    counts = import_().counts
    assert (counts["created"], counts["unchanged"]) == (1, 1)
