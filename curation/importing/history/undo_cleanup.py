"""The last steps of an undo: remove what exists only because of runs that are undone. Each step can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from curation.db.timed_batches import TimedBatches
from curation.items.actors import Actor
from curation.models import Conflict, ImportRecord, ImportRun

from .undo_records import WRITTEN, Outcome, UndoResult, undo_records


def delete_conflicts(run: ImportRun, batches: TimedBatches, mark_alive: Callable[[], None]) -> None:
    """Close the conflicts that a run opened."""

    def delete(ids: Sequence[int]) -> int:
        Conflict.objects.filter(pk__in=ids).delete()
        mark_alive()
        return len(ids)

    batches.write(list(Conflict.objects.filter(run=run).values_list("pk", flat=True)), delete)


def bin_items_of_undone_runs(
    run: ImportRun, actor: Actor, batches: TimedBatches, mark_alive: Callable[[], None]
) -> int:
    """Move items of other undone runs to the bin that were kept only because this run had changed them.

    Returns their number. An item that a run changed which is not undone stays.
    """
    created = ImportRecord.objects.filter(
        outcome=Outcome.CREATED, is_undone=False, run__outcome=ImportRun.Outcome.UNDONE
    )
    others = ImportRecord.objects.filter(outcome__in=WRITTEN, is_undone=False, item__isnull=False)
    used = others.exclude(run__outcome=ImportRun.Outcome.UNDONE).values("item")
    records = created.filter(item__imports__run=run).exclude(item__in=used)
    result = UndoResult()

    def undo_batch(ids: Sequence[int]) -> int:
        mark_alive()
        return undo_records(ids, result, actor, run)

    batches.write(list(records.order_by("-pk").values_list("pk", flat=True).distinct()), undo_batch)
    return result.binned
