"""The ledger of imports: one run at a time, what it did with each file, and how it ended."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from time import sleep
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from curation.bulk import insert
from curation.frontmatter import plain
from curation.frontmatter.records import Problem
from curation.importing.discover import printable
from curation.importing.options import Options
from curation.importing.parse import Refused, Unread
from curation.importing.plan import Plan
from curation.importing.report import FileReport, Report
from curation.models import Conflict, ImportRecord, ImportRun
from curation.processes import is_gone, this_process
from curation.snapshot import state

#: A run of another host that has not said anything for so long is taken for dead.
SILENCE = timedelta(minutes=5)
#: What a run may be that is to start, or to go on.
STARTABLE = (ImportRun.Outcome.QUEUED, ImportRun.Outcome.INTERRUPTED, ImportRun.Outcome.FAILED)
#: The runs that this process is at.
_at_hand: set[int] = set()


FILES_AT_ONCE = 500
_NO_REPORT = FileReport("", "noted")
#: The columns of an `ImportRecord` where there is nothing to say.
_NOTHING: dict[str, Any] = {
    "item_id": None,
    "sha256": "",
    "slug": "",
    "unmapped": [],
    "before": None,
    "after": None,
    "is_undone": False,
}


class Busy(Exception):
    """Another import is under way; the message says whose."""


def begin(
    paths: Iterable[str],
    options: Options,
    *,
    user: AbstractBaseUser | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> ImportRun:
    """Open a run and start it, as `start()` does."""
    run = ImportRun(
        user=user,  # type: ignore[misc]  # the user model is a setting
        started_by=str(user) if user else getpass.getuser(),
        paths=list(paths),
        options=options.as_json(),
    )
    return start(run, on_wait=on_wait)


def start(run: ImportRun, *, on_wait: Callable[[str], None] | None = None) -> ImportRun:
    """Note that a run is under way in this process: a new one, a queued one, or one that goes on after it stopped.

    While another is under way, wait, having told `on_wait` whose it is; raise `Busy` without it.
    """
    told = False
    while not _take(run):
        message = _who_runs()
        if on_wait is None:
            raise Busy(message)
        if not told:
            on_wait(message)
            told = True
        sleep(0.5)
    return run


@contextmanager
def alone(
    what: str, *, user: AbstractBaseUser | None = None, on_wait: Callable[[str], None] | None = None
) -> Iterator[ImportRun]:
    """Keep imports out while something else is done with what they write: an entry says so, as long as that takes."""
    entry = begin([what], Options(), user=user, on_wait=on_wait)
    try:
        yield entry
    finally:
        leave(entry)
        ImportRun.objects.filter(pk=entry.pk).delete()


def mark_alive(run: ImportRun) -> None:
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now())


def _take(run: ImportRun) -> bool:
    """Make a run the one under way; return whether that worked."""
    end_dead_runs()
    run.process, run.heartbeat_at = this_process(), timezone.now()
    values = {"outcome": ImportRun.Outcome.RUNNING, "process": run.process, "heartbeat_at": run.heartbeat_at}
    if run.outcome == ImportRun.Outcome.QUEUED:
        values["started_at"] = run.heartbeat_at  # until now it waited
    try:
        with transaction.atomic():
            if run.pk is None:
                run.save()
            elif not ImportRun.objects.filter(pk=run.pk, outcome__in=STARTABLE).update(**values, finished_at=None):
                return False
            _at_hand.add(run.pk)  # before another thread can see it
        run.refresh_from_db()
    except IntegrityError:
        return False
    except BaseException:
        leave(run)
        raise
    return True


def leave(run: ImportRun) -> None:
    """Note that this process is at a run no more. Where its end could not be written down, the next run does that."""
    _at_hand.discard(run.pk)


def end_dead_runs() -> None:
    """Mark the runs whose process is gone as interrupted."""
    for run in ImportRun.objects.filter(outcome=ImportRun.Outcome.RUNNING):
        if _is_dead(run):
            finish(run, ImportRun.Outcome.INTERRUPTED, message="It stopped without a word; the next run completes it.")


def _who_runs() -> str:
    run = ImportRun.objects.filter(outcome=ImportRun.Outcome.RUNNING).first()
    if run is None:
        return "another import has just ended"
    since = f"{run.started_at:%Y-%m-%d %H:%M} UTC"
    return f"import {run.pk} by {run.started_by} on {run.host} is under way since {since}"


def _is_dead(run: ImportRun) -> bool:
    """Whether nobody is at a run: its process is gone from this host, or silent for long on another."""
    if run.process == this_process():
        return run.pk not in _at_hand
    gone = is_gone(run.process)
    return run.heartbeat_at < timezone.now() - SILENCE if gone is None else gone


def record(
    run: ImportRun, outcomes: Sequence[Plan | Refused | Unread], made: Mapping[str, list[int]] | None = None
) -> None:
    """Write a row for each file that was not left alone, or of which there is something to say, open its conflicts, and
    close those that it decides.

    Marks the run alive.
    """
    rows = map(row_of, filter(is_noted, outcomes))
    insert(ImportRecord, ({"run_id": run.pk, **_NOTHING, **row} for row in rows))
    plans = [outcome for outcome in outcomes if isinstance(outcome, Plan)]
    Conflict.objects.bulk_create(
        (conflict for plan in plans for conflict in _conflicts(run, plan)),
        update_conflicts=True,
        unique_fields=["item", "field"],
        update_fields=["run", "base", "theirs", "ours"],
    )
    for plan in plans:
        if plan.decided:
            Conflict.objects.filter(item=plan.entry.item, field__in=plan.decided).delete()
    for model, ids in (made or {}).items():
        run.made[model] = [*run.made.get(model, []), *ids]
    run.heartbeat_at = timezone.now()
    run.save(update_fields=["heartbeat_at", "made"])


def add_problems(run: ImportRun, reports: Sequence[FileReport]) -> None:
    """Add to what a run says of files; a fixed number of statements for every `FILES_AT_ONCE`."""
    for start in range(0, len(reports), FILES_AT_ONCE):
        problems = {report.path: report for report in reports[start : start + FILES_AT_ONCE]}
        rows = list(run.records.filter(path__in=problems))
        for row in rows:
            row.problems += [asdict(problem) for problem in problems.pop(row.path, _NO_REPORT).problems]
        ImportRecord.objects.bulk_update(rows, ["problems"])
        further = (
            {"path": report.path, "outcome": "unchanged", "item_id": report.item, "slug": report.slug}
            | {"problems": [asdict(problem) for problem in report.problems]}
            for report in problems.values()
        )
        insert(ImportRecord, ({"run_id": run.pk, **_NOTHING, **row} for row in further))


def is_noted(outcome: Plan | Refused | Unread) -> bool:
    """Whether a file gets a row: one that was left alone does where there is something to say of it."""
    is_left = isinstance(outcome, Unread) or outcome.outcome == "unchanged"
    return not is_left or bool(_problems(outcome))


def _problems(outcome: Plan | Refused | Unread) -> Sequence[Problem]:
    return outcome.all_problems if isinstance(outcome, Plan) else outcome.problems


def row_of(outcome: Plan | Refused | Unread) -> dict[str, Any]:
    """Return what the ledger says of a file, as columns of an `ImportRecord`."""
    source = outcome.parsed.source if isinstance(outcome, Plan) else outcome.source
    problems = [asdict(problem) for problem in _problems(outcome)]
    row: dict[str, Any] = {"path": source.name, "outcome": outcome.outcome, "problems": problems}
    if isinstance(outcome, Unread):
        row |= {"item_id": outcome.item, "slug": outcome.slug}
    elif isinstance(outcome, Plan):
        row |= {"item_id": outcome.entry.item.pk, "slug": outcome.entry.item.slug, "sha256": outcome.parsed.sha256}
        row |= {"unmapped": list(outcome.parsed.document.unmapped)}
        row |= {"before": outcome.before, "after": _after(outcome)} if outcome.outcome != "unchanged" else {}
    return row


def _after(plan: Plan) -> dict[str, Any] | None:
    """Return an item's state, unless its document says the same: of ten thousand new items that is a lot to write."""
    if plan.record is None:
        return None
    record = replace(plan.record, aliases=tuple(plan.entry.aliases))
    if plan.outcome == "created" and record == plan.parsed.record:
        return None
    return state(plan.entry.item, record)


def _conflicts(run: ImportRun, plan: Plan) -> Iterable[Conflict]:
    for conflict in plan.conflicts:
        values = {side: plain(getattr(conflict, side)) for side in ("base", "theirs", "ours")}
        yield Conflict(item=plan.entry.item, run=run, field=conflict.field, **values)


def finish(run: ImportRun, outcome: str, report: Report | None = None, message: str = "") -> None:
    """Close a run, unless it was closed already. This process leaves it, whether or not that can be written."""
    values: dict[str, Any] = {"outcome": outcome, "finished_at": timezone.now(), "message": printable(message)}
    if report:
        values["counts"] = dict(report.counts)
    try:
        ImportRun.objects.filter(pk=run.pk, outcome=ImportRun.Outcome.RUNNING).update(**values)
    finally:
        leave(run)
    run.refresh_from_db()
