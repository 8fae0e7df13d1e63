"""Undos of runs that the admin queues: first the plan, then the execution, by a request or a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q
from django.template.defaultfilters import pluralize
from django.utils import timezone

from curation.items.actors import Actor
from curation.models import ContentVersion, ImportRun, ImportUndo

from .failures import PASSING_FAILURES
from .history import ledger
from .history.undo import CannotUndo, check, undo, undoable_records
from .history.undo_records import UndoResult
from .jobs import MAX_AT_ONCE

State = ImportUndo.State

#: An undo whose last sign of life is older than this can be asked for again.
STALLED_AFTER = timedelta(minutes=1)


def request_plan(run: ImportRun, actor: Actor) -> ImportUndo | None:
    """Mark the undo of a run as being planned; return `None` if it is already, or is under way or done.

    The caller makes or queues the plan. Raises `CannotUndo`.
    """
    check(run)
    unavailable = Q(state__in=(State.UNDOING, State.DONE)) | _is_fresh(State.PLANNING)
    return _claim(run, actor, State.PLANNING, unavailable)


def request_undo(run: ImportRun, actor: Actor) -> ImportUndo | None:
    """Mark the undo of a run as under way; return `None` if it is already, or is done.

    The caller executes or queues it. Raises `CannotUndo`.
    """
    check(run)
    return _claim(run, actor, State.UNDOING, Q(state=State.DONE) | _is_fresh(State.UNDOING))


def _is_fresh(state: str) -> Q:
    return Q(state=state, heartbeat_at__gt=timezone.now() - STALLED_AFTER)


def _claim(run: ImportRun, actor: Actor, state: str, unavailable: Q) -> ImportUndo | None:
    """Set the state of a run's undo in one statement, so that only one of two requests gets it."""
    now = timezone.now()
    asked = {"user": actor.user, "requested_by": actor.name, "requested_at": now, "heartbeat_at": now}
    row, is_new = ImportUndo.objects.get_or_create(run=run, defaults={**asked, "state": state})
    values = {**asked, "state": state, "message": "", "files": undoable_records(run).count(), "done": 0}
    if state == State.PLANNING:
        values |= {"plan": None, "planned_at": None, "planned_version": ""}
    claimed = ImportUndo.objects.filter(pk=row.pk)
    if not is_new:
        claimed = claimed.exclude(unavailable)
    if not claimed.update(**values):
        return None
    row.refresh_from_db()
    return row


def is_small(row: ImportUndo) -> bool:
    """Whether an undo is planned and executed within a request."""
    return row.files <= MAX_AT_ONCE


def is_stalled(row: ImportUndo) -> bool:
    """Whether the work on an undo has given no sign of life for a while."""
    return row.state in (State.PLANNING, State.UNDOING) and row.heartbeat_at < timezone.now() - STALLED_AFTER


def is_outdated(row: ImportUndo) -> bool:
    """Whether content has changed since the plan was made. The undo itself decides again about each item."""
    return not row.planned_version or row.planned_version != ContentVersion.current()


def make_plan(row: ImportUndo) -> None:
    """Make and save the plan of an undo, or the reason of its failure. Only reads, but for the progress."""
    version = ContentVersion.current() or ""
    row.done = 0
    try:
        result = undo(row.run, dry_run=True, on_progress=_progress_of(row))
    except CannotUndo as error:
        _fail(row, State.PLANNING, str(error))
        return
    except PASSING_FAILURES:  # the task is tried again
        raise
    except Exception:
        _fail(row, State.PLANNING, "The plan failed; the server’s log has the reason.")
        raise
    now = timezone.now()
    ImportUndo.objects.filter(pk=row.pk, state=State.PLANNING).update(
        state=State.PLANNED, plan=result.as_json(), planned_at=now, planned_version=version, heartbeat_at=now
    )


def _progress_of(row: ImportUndo) -> Callable[[int], None]:
    def save_progress(number: int) -> None:
        row.done += number
        ImportUndo.objects.filter(pk=row.pk).update(done=row.done, heartbeat_at=timezone.now())

    return save_progress


def execute(row: ImportUndo) -> None:
    """Undo the run of a row that is marked as under way, and save the result with both.

    Raises `ledger.Busy` while an import is running, which is then noted for the page of the run.
    """
    run = row.run
    try:
        undo(run, user=row.user)
    except ledger.Busy as busy:
        ImportUndo.objects.filter(pk=row.pk).update(message=f"It waits: {busy}.", heartbeat_at=timezone.now())
        raise
    except CannotUndo as error:
        _fail(row, State.UNDOING, str(error))
        return
    except PASSING_FAILURES:
        raise
    except Exception:
        _fail(row, State.UNDOING, "The undo failed; the server’s log has the reason.")
        raise
    row.refresh_from_db()
    summary = summarise(row)
    ImportRun.objects.filter(pk=run.pk).update(message=summary)
    if row.user_id:
        LogEntry.objects.log_actions(row.user_id, [run], CHANGE, summary, single_object=True)


def _fail(row: ImportUndo, state: str, message: str) -> None:
    ImportUndo.objects.filter(pk=row.pk, state=state).update(state=State.FAILED, message=message)


def summarise(row: ImportUndo) -> str:
    """Return the result of an undo as a sentence."""
    result = row.result or UndoResult().as_json()
    restored = result["restored"] + result["partial"]
    binned = result["binned"]
    parts = [f"{binned:,} item{pluralize(binned)} moved to the bin"] * bool(binned) + [f"{restored:,} put back"] * bool(
        restored
    )
    return f"{row.run} is undone: {', '.join(parts) or 'no item was left to undo'}."
