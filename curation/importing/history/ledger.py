"""The ledger of imports: their runs, one at a time, with a record for each file and their outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from time import sleep
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from curation.db.bulk_rows import insert
from curation.frontmatter import to_json_value
from curation.frontmatter.problems import Problem
from curation.importing.options import Options
from curation.importing.parse import RefusedFile, SkippedFile
from curation.importing.plan import FileOutcome, Plan
from curation.importing.report import FileReport, Report
from curation.importing.sources.discover import printable
from curation.items.actors import Actor
from curation.items.record import undo_state
from curation.lib.processes import current_process_name, has_ended
from curation.lib.time_zones import zoned_text
from curation.models import Conflict, ImportRecord, ImportRun, WorkerHeartbeat

Outcome = ImportRun.Outcome

#: A run on another host whose heartbeat is older than this is considered dead.
HEARTBEAT_TIMEOUT = timedelta(minutes=5)
#: Seconds between two attempts to start a run while another is running.
RETRY_SECONDS = 0.5
#: The outcomes of a run that may start, or continue.
STARTABLE = (Outcome.QUEUED, Outcome.INTERRUPTED, Outcome.FAILED)
#: Number of files that `add_problems()` updates at a time.
FILES_PER_UPDATE = 500

#: The IDs of the runs of this process.
_own_runs: set[int] = set()

_NO_REPORT = FileReport("", "noted")
#: The defaults of an `ImportRecord`, by column.
_EMPTY_RECORD: dict[str, Any] = {
    "item_id": None,
    "sha256": "",
    "slug": "",
    "unmapped": [],
    "before": None,
    "after": None,
    "is_undone": False,
}


def actor_of(run: ImportRun | None) -> Actor:
    """Return who started a run: a user, or a command."""
    if run is None:
        return Actor.command()
    return Actor.of(run.user) if run.user else Actor(run.started_by)


class Busy(Exception):
    """Another import is running. The message names it and who started it."""


def begin(
    paths: Iterable[str],
    options: Options,
    *,
    user: AbstractBaseUser | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> ImportRun:
    """Create a run and start it, as `start()` does."""
    run = ImportRun(
        user=user,  # type: ignore[misc]  # the user model is a setting
        started_by=(Actor.of(user) if user else Actor.command()).name,
        paths=list(paths),
        options=options.as_json(),
    )
    return start(run, on_wait=on_wait)


def start(run: ImportRun, *, on_wait: Callable[[str], None] | None = None) -> ImportRun:
    """Mark a run as running in this process: a new one, a queued one, or one that continues after it stopped.

    While another is running, call `on_wait(message)` once and wait; without `on_wait`, raise `Busy`.
    """
    is_announced = False
    while not _acquire(run):
        message = describe_running() or "another import has just ended"
        if on_wait is None:
            raise Busy(message)
        if not is_announced:
            on_wait(message)
            is_announced = True
        sleep(RETRY_SECONDS)
    return run


@contextmanager
def exclusive(
    name: str, *, user: AbstractBaseUser | None = None, on_wait: Callable[[str], None] | None = None
) -> Iterator[ImportRun]:
    """Keep imports from running during the `with` block, by a row in the ledger that is deleted at its end.

    `name` stands in the row in place of the imported paths. Waits or raises as `start()` does.
    """
    run = begin([name], Options(), user=user, on_wait=on_wait)
    ImportRun.objects.filter(paths=run.paths, outcome=Outcome.INTERRUPTED).delete()  # the row of a process that died
    try:
        yield run
    finally:
        release_run(run)
        ImportRun.objects.filter(pk=run.pk).delete()


def mark_alive(run: ImportRun) -> None:
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now())


def _acquire(run: ImportRun) -> bool:
    """Make a run the one that is running; return whether that succeeded."""
    reap_dead_runs()
    run.process, run.heartbeat_at = current_process_name(), timezone.now()
    values = {"outcome": Outcome.RUNNING, "process": run.process, "heartbeat_at": run.heartbeat_at}
    if run.outcome == Outcome.QUEUED:
        values["started_at"] = run.heartbeat_at  # until now it has waited
    try:
        with transaction.atomic():
            if run.pk is None:
                run.save()
            elif not ImportRun.objects.filter(pk=run.pk, outcome__in=STARTABLE).update(**values, finished_at=None):
                return False
            _own_runs.add(run.pk)  # before the commit, after which another thread may look for it
        run.refresh_from_db()
    except IntegrityError:
        return False
    except BaseException:
        release_run(run)
        raise
    return True


def release_run(run: ImportRun) -> None:
    """Note that this process no longer executes a run. If its row could not be closed, the next run closes it."""
    _own_runs.discard(run.pk)


def reap_dead_runs() -> None:
    """Mark the runs whose process is dead as interrupted."""
    for run in ImportRun.objects.filter(outcome=Outcome.RUNNING):
        if _is_dead(run):
            finish(run, Outcome.INTERRUPTED, message="Its process died; the next run completes it.")


def describe_running() -> str:
    """Return which import is running, and who started it; "" if none is."""
    run = ImportRun.objects.filter(outcome=Outcome.RUNNING).first()
    if run is None:
        return ""
    since = zoned_text(run.started_at)
    return f"import {run.pk} by {run.started_by} on {run.host} is under way since {since}"


def _is_dead(run: ImportRun) -> bool:
    """Whether no process executes a run: its process on this host is gone, or its heartbeat is too old."""
    if run.process == current_process_name():
        return run.pk not in _own_runs
    gone = has_ended(run.process)
    if gone is None:
        return run.heartbeat_at < timezone.now() - HEARTBEAT_TIMEOUT or WorkerHeartbeat.declared_dead(run.process)
    return gone


def record(run: ImportRun, outcomes: Sequence[FileOutcome], made: Mapping[str, list[int]] | None = None) -> None:
    """Write the rows of the files that `needs_record()`, open their conflicts, and close those that plans resolve.

    `made` has the IDs of new rows by model. Marks the run alive.
    """
    rows = map(row_of, filter(needs_record, outcomes))
    insert(ImportRecord, ({"run_id": run.pk, **_EMPTY_RECORD, **row} for row in rows))
    plans = [outcome for outcome in outcomes if isinstance(outcome, Plan)]
    Conflict.objects.bulk_create(
        (conflict for plan in plans for conflict in _conflicts(run, plan)),
        update_conflicts=True,
        unique_fields=["item", "field"],
        update_fields=["run", "base", "theirs", "ours"],
    )
    for plan in plans:
        if plan.resolved_fields:
            Conflict.objects.filter(item=plan.known.item, field__in=plan.resolved_fields).delete()
    for model, ids in (made or {}).items():
        run.made[model] = [*run.made.get(model, []), *ids]
    run.heartbeat_at = timezone.now()
    run.save(update_fields=["heartbeat_at", "made"])


def add_problems(run: ImportRun, reports: Sequence[FileReport]) -> None:
    """Add problems to the rows of files, and rows for the files that have none.

    Takes a fixed number of statements for every `FILES_PER_UPDATE` files.
    """
    for start in range(0, len(reports), FILES_PER_UPDATE):
        by_path = {report.path: report for report in reports[start : start + FILES_PER_UPDATE]}
        rows = list(run.records.filter(path__in=by_path))
        for row in rows:
            row.problems += _as_json(by_path.pop(row.path, _NO_REPORT).problems)
        ImportRecord.objects.bulk_update(rows, ["problems"])
        new_rows = (
            {
                **_EMPTY_RECORD,
                "run_id": run.pk,
                "path": report.path,
                "outcome": "unchanged",
                "item_id": report.item,
                "slug": report.slug,
                "problems": _as_json(report.problems),
            }
            for report in by_path.values()
        )
        insert(ImportRecord, new_rows)


def needs_record(outcome: FileOutcome) -> bool:
    """Whether a file gets a row: it was changed or refused, or it has problems."""
    is_unchanged = isinstance(outcome, SkippedFile) or outcome.outcome == "unchanged"
    return not is_unchanged or bool(_problems(outcome))


def _problems(outcome: FileOutcome) -> Sequence[Problem]:
    return outcome.all_problems if isinstance(outcome, Plan) else outcome.problems


def _as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]


def row_of(outcome: FileOutcome) -> dict[str, Any]:
    """Return the columns of a file's `ImportRecord`, without those that keep their defaults."""
    problems = _as_json(_problems(outcome))
    if isinstance(outcome, Plan):
        return {"path": outcome.parsed.source.name, "problems": problems, **_plan_columns(outcome)}
    row = {"path": outcome.source.name, "outcome": outcome.outcome, "problems": problems}
    if isinstance(outcome, RefusedFile):
        return row
    return {**row, "item_id": outcome.item, "slug": outcome.slug}


def _plan_columns(plan: Plan) -> dict[str, Any]:
    columns = {
        "outcome": plan.outcome,
        "item_id": plan.known.item.pk,
        "slug": plan.known.item.slug,
        "sha256": plan.parsed.sha256,
        "unmapped": list(plan.parsed.document.unmapped),
    }
    if plan.outcome == "unchanged":
        return columns
    return {**columns, "before": plan.before, "after": _after(plan)}


def _after(plan: Plan) -> dict[str, Any] | None:
    """Return the state of an item after its import, `None` if its document holds the same.

    For ten thousand new items, that saves much writing.
    """
    if plan.record is None:
        return None
    record = replace(plan.record, aliases=tuple(plan.known.aliases))
    if plan.outcome == "created" and record == plan.parsed.record:
        return None
    return undo_state(plan.known.item, record)


def _conflicts(run: ImportRun, plan: Plan) -> Iterable[Conflict]:
    for conflict in plan.conflicts:
        values = {side: to_json_value(getattr(conflict, side)) for side in ("base", "theirs", "ours")}
        yield Conflict(item=plan.known.item, run=run, field=conflict.field, **values)


def finish(run: ImportRun, outcome: str, report: Report | None = None, message: str = "") -> None:
    """Close a run, unless it is closed already, and release it, even if the database refuses to close it."""
    values: dict[str, Any] = {"outcome": outcome, "finished_at": timezone.now(), "message": printable(message)}
    if report:
        values["counts"] = dict(report.counts)
    try:
        ImportRun.objects.filter(pk=run.pk, outcome=Outcome.RUNNING).update(**values)
    finally:
        release_run(run)
    run.refresh_from_db()
