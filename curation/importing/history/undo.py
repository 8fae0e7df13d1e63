"""Undo an import: move the items to the bin that it created, restore those that it changed, in short transactions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from curation.db.timed_batches import TimedBatches
from curation.items.actors import Actor
from curation.items.unused_rows import delete_unused
from curation.items.workflow import may_undo
from curation.models import ImportRecord, ImportRun, ImportUndo

from . import ledger
from .undo_cleanup import bin_items_of_undone_runs, delete_conflicts
from .undo_records import WRITTEN, UndoResult, undo_records

#: Maximum number of files that one transaction undoes.
BATCH_SIZE = 50
#: The counts of a run that stand for its records.
COUNTS = ("created", "updated", "conflicted", "rejected", "skipped", "archived")
State = ImportUndo.State


class CannotUndo(Exception):
    """A run that cannot be undone. The message gives the reason."""


def undo(
    run: ImportRun,
    *,
    dry_run: bool = False,
    user: AbstractBaseUser | None = None,
    on_wait: Callable[[str], None] | None = None,
    on_progress: Callable[[int], object] = int,
) -> UndoResult:
    """Undo a run, a batch a transaction, while no import runs. A dry run only reads, and needs no such lock.

    An undo that was interrupted can be repeated. `on_progress(number)` is called after each batch of files. Raises
    `CannotUndo`, and `ledger.Busy` as `ledger.begin()` does.
    """
    check(run)
    if dry_run:
        return _plan(run, on_progress)
    with ledger.exclusive(f"undo of import {run.pk}", user=user, on_wait=on_wait) as ledger_run:
        run.refresh_from_db()
        check(run)
        if not may_undo(ledger.actor_of(ledger_run)):
            raise CannotUndo(f"{ledger_run.started_by} may no longer undo imports; ask somebody who may.")
        return _Undo(run, ledger_run, on_progress).execute()


def check(run: ImportRun) -> None:
    """Raise `CannotUndo` for a run that is undone already, has not ended, or has no records any more."""
    if run.outcome == ImportRun.Outcome.UNDONE and not _is_unfinished(run):
        raise CannotUndo(f"Import {run.pk} has been undone already.")
    if run.outcome in (ImportRun.Outcome.RUNNING, ImportRun.Outcome.QUEUED):
        raise CannotUndo(f"Import {run.pk} is still under way; wait for its end, or stop it.")
    if were_records_pruned(run):
        raise CannotUndo(
            f"Import {run.pk} can no longer be undone: the outcome of each of its files was deleted, as it ended more "
            f"than {settings.IMPORT_RECORD_DAYS:,} days ago (IMPORT_RECORD_DAYS). The history of each item has its "
            "earlier versions."
        )


def were_records_pruned(run: ImportRun) -> bool:
    """Whether a run had records, and `manage.py prune` has deleted them."""
    return any(map(run.counts.get, COUNTS)) and not run.records.exists()


def _is_unfinished(run: ImportRun) -> bool:
    """Whether the undo of a run was interrupted in its last steps, when its items were undone already."""
    return ImportUndo.objects.filter(run=run).exclude(state=State.DONE).exists()


def undoable_records(run: ImportRun) -> QuerySet[ImportRecord]:
    """Return the records of a run that are to be undone."""
    return run.records.filter(outcome__in=WRITTEN, is_undone=False)


def _ids_to_undo(run: ImportRun) -> list[int]:
    """Return the IDs of the records to undo, the last first."""
    return list(undoable_records(run).order_by("-pk").values_list("pk", flat=True))


def _plan(run: ImportRun, on_progress: Callable[[int], object]) -> UndoResult:
    result = UndoResult(dry_run=True, undone_before=_number_undone(run))
    ids = _ids_to_undo(run)
    while ids:
        done = undo_records(ids[:BATCH_SIZE], result, Actor.command(), run)
        on_progress(done)
        ids = ids[done:]
    return result


def _number_undone(run: ImportRun) -> int:
    return run.records.filter(is_undone=True).count()


class _Undo:
    """The undo of a run while it is executed. Every batch saves its progress in its own transaction."""

    def __init__(self, run: ImportRun, ledger_run: ImportRun, on_progress: Callable[[int], object]) -> None:
        self.run, self.ledger_run, self.on_progress = run, ledger_run, on_progress
        self.actor = ledger.actor_of(ledger_run)
        self.batches = TimedBatches(BATCH_SIZE)
        self.result = UndoResult(undone_before=_number_undone(run))
        self.ids = _ids_to_undo(run)
        self.row = self._begin()
        self.earlier = self.row.result or {}

    def _begin(self) -> ImportUndo:
        """Mark the undo as under way. It keeps the name of the editor who has asked for it, if one has."""
        now = timezone.now()
        name = self.ledger_run.started_by
        asked = {"user": self.ledger_run.user, "requested_by": name, "requested_at": now}
        with transaction.atomic():
            row, _ = ImportUndo.objects.select_for_update().get_or_create(
                run=self.run, defaults={**asked, "state": State.UNDOING, "heartbeat_at": now}
            )
            if row.state != State.UNDOING:
                row.user, row.requested_by, row.requested_at = self.ledger_run.user, name, now
            row.state, row.message, row.heartbeat_at = State.UNDOING, "", now
            row.done = self.result.undone_before
            row.files = row.done + len(self.ids)
            row.save()
        return row

    def execute(self) -> UndoResult:
        self.batches.write(self.ids, self._undo_batch)
        ImportRun.objects.filter(pk=self.run.pk).update(outcome=ImportRun.Outcome.UNDONE)
        delete_conflicts(self.run, self.batches, self._mark_alive)
        self.result.binned += bin_items_of_undone_runs(self.run, self.actor, self.batches, self._mark_alive)
        delete_unused(self.batches, self._mark_alive)
        self.row.state, self.row.result = State.DONE, self.result.as_json(self.earlier)
        self.row.heartbeat_at = timezone.now()
        self.row.save(update_fields=["state", "result", "heartbeat_at"])
        return self.result

    def _undo_batch(self, ids: Sequence[int]) -> int:
        done = undo_records(ids, self.result, self.actor, self.run)
        self._add_made()
        self.row.done += done
        self.row.result = self.result.as_json(self.earlier, with_skipped=False)
        self._mark_alive()
        self.on_progress(done)
        return done

    def _add_made(self) -> None:
        """Add the rows that were created again for restored items to those that the run has made."""
        run, made = self.run, self.result.made
        if made:
            run.made = {name: [*run.made.get(name, []), *made[name]] for name in {*run.made, *made}}
            run.save(update_fields=["made"])
            made.clear()

    def _mark_alive(self) -> None:
        self.row.heartbeat_at = timezone.now()
        self.row.save(update_fields=["done", "result", "message", "heartbeat_at"])
        ledger.mark_alive(self.ledger_run)
