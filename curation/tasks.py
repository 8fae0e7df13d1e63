"""Background tasks. Each is a thin call of the package that has the subject."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks.base import Task
from pictures.utils import reconstruct

from curation.importing.history.ledger import Busy
from curation.importing.preview import preview_upload as preview_upload_now
from curation.importing.sources.uploads import Upload

from .importing import jobs, undo_jobs
from .items.actors import Actor
from .items.bin import BIN_DAYS, binned_for, delete_for_ever
from .items.bulk import jobs as bulk_jobs
from .lib.images import ImageRefused, ImageUnreadNow
from .models import BulkChange, Image, ImportRun, ImportUndo
from .operations import pruning, stale_tasks
from .search.index import index_in_batches

Outcome = ImportRun.Outcome

logger = logging.getLogger(__name__)

#: A picture as django-pictures serialises it: class, positional and keyword arguments.
Deconstructed = tuple[str, list[Any], dict[str, Any]]


@task()
def make_renditions(image_id: int) -> None:
    """Make the renditions of an image that has none yet. Idempotent."""
    image = Image.objects.filter(pk=image_id, has_renditions=False).first()
    if image is None:
        return
    try:
        image.make_renditions()
    except FileNotFoundError:
        logger.warning("Image %s has lost its file %s; import or upload it again.", image_id, image.file)
    except ImageUnreadNow:
        raise
    except ImageRefused as refused:
        logger.warning("Image %s, file %s, gets no renditions: it %s.", image_id, image.file, refused)


def queue_renditions(
    *, file_name: str, new: list[Deconstructed] | None = None, old: list[Deconstructed] | None = None, **_kwargs: Any
) -> None:
    """Queue the making of renditions, and delete those of removed pictures (setting `PICTURES["PROCESSOR"]`).

    A task is a row in the same transaction as the image: no worker gets it too early, and an import that stops leaves
    both or neither.
    """
    if new:
        for image_id in Image.objects.filter(file=file_name).values_list("pk", flat=True):
            make_renditions.enqueue(image_id)
    for picture in old or []:
        reconstruct(*picture).delete()


def queue_missing_renditions() -> int:
    """Queue every image without renditions, such as one whose worker was killed; return their number."""
    images = Image.objects.filter(has_renditions=False).values_list("pk", flat=True)
    for image_id in images:
        make_renditions.enqueue(image_id)
    return len(images)


#: Time between two runs of a daily task.
DAILY_INTERVAL = timedelta(days=1)


@task()
def empty_bin() -> None:
    """Queue this for the next day, then delete for ever the items that have been in the bin for `BIN_DAYS`."""
    _queue_unless_waiting(empty_bin, timezone.now() + DAILY_INTERVAL)
    delete_for_ever(binned_for(BIN_DAYS), Actor.command())


@task()
def prune() -> None:
    """Queue this for the next day, then delete rows that nobody needs any more."""
    _queue_unless_waiting(prune, timezone.now() + DAILY_INTERVAL)
    for title, number in pruning.prune():
        if number:
            logger.info("Pruned %s: %d", title, number)


#: Number of images whose looks one task computes, at about 30 a second.
LOOKS_PER_TASK = 1_000


@task()
def find_looks(before: int | None = None) -> None:
    """Queue this for the next day, then compute the looks of images that have none, those with lower IDs than `before`.

    These are from before looks were stored, or their files were lost: they are tried every day, as files may come back.
    A task computes some of them, so that others do not wait for all, and queues the next one.
    """
    _queue_unless_waiting(find_looks, timezone.now() + DAILY_INTERVAL)
    without = Image.objects.filter(has_renditions=True, look=None).order_by("-pk")
    images = list((without if before is None else without.filter(pk__lt=before))[:LOOKS_PER_TASK])
    for image in images:
        try:
            image.find_look()
        except ImageUnreadNow:
            raise
        except FileNotFoundError:
            continue
        except ImageRefused:
            image.record_look(0)  # looks like no other
    if len(images) == LOOKS_PER_TASK:
        find_looks.enqueue(images[-1].pk)


def queue_daily_tasks() -> None:
    """Queue the emptying of the bin, the pruning and the search for looks, unless they are queued already."""
    for path in stale_tasks.DAILY_TASKS:
        _queue_unless_waiting(import_string(path))


def _queue_unless_waiting(daily: Task[..., None], run_after: datetime | None = None) -> None:
    """Queue a daily task unless a run of it waits. Two workers that do so at once queue it once."""
    with transaction.atomic():  # on SQLite, of one writer at a time
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [daily.module_path])
        if not stale_tasks.is_waiting(daily.module_path):
            daily.using(run_after=run_after).enqueue()


#: The priority of tasks that an editor waits for, before the renditions of large imports.
EDITOR_PRIORITY = 10
#: Time after which an import that found another one running is tried again.
RETRY_DELAY = timedelta(seconds=10)


class ImportFailed(Exception):
    """An import was closed as failed. Its task is not tried again by itself: its editor knows, and may have imported
    newer files.
    """


@task(priority=EDITOR_PRIORITY)
def run_import(run_id: int) -> None:
    """Execute a queued import, or complete one that stopped. While another is running, queue this task again.

    Raises `ImportFailed`; any other error if the import could not be closed.
    """
    run = ImportRun.objects.exclude(outcome__in=(Outcome.FINISHED, Outcome.UNDONE)).filter(pk=run_id).first()
    if run is None:
        return
    try:
        jobs.execute_queued(run)
    except Busy:
        run_import.using(run_after=timezone.now() + RETRY_DELAY).enqueue(run_id)
    except Exception as error:
        if run.outcome == Outcome.FAILED:
            raise ImportFailed(run.message) from error
        raise


@task(priority=EDITOR_PRIORITY)
def preview_upload(token: str) -> None:
    """Save a preview of importing an upload's files with the upload."""
    upload = Upload(token)
    if upload.is_there:
        preview_upload_now(upload)


@task(priority=EDITOR_PRIORITY)
def plan_undo(undo_id: int) -> None:
    """Save a plan of an undo with its row."""
    undo = ImportUndo.objects.filter(pk=undo_id, state=ImportUndo.State.PLANNING).first()
    if undo:
        undo_jobs.make_plan(undo)


@task(priority=EDITOR_PRIORITY)
def undo_import(undo_id: int) -> None:
    """Execute an undo, or continue one whose worker died. While an import is running, queue this task again."""
    undo = ImportUndo.objects.filter(pk=undo_id, state=ImportUndo.State.UNDOING).first()
    if undo is None:
        return
    try:
        undo_jobs.execute(undo)
    except Busy:
        undo_import.using(run_after=timezone.now() + RETRY_DELAY).enqueue(undo_id)


@task(priority=EDITOR_PRIORITY)
def index_items(ids: list[int]) -> None:
    """Index many items again, in short transactions."""
    index_in_batches(ids)


@task(priority=EDITOR_PRIORITY)
def run_bulk_change(change_id: int) -> None:
    """Execute a confirmed change of many items, or continue it after its worker died."""
    change = BulkChange.objects.filter(pk=change_id).first()
    if change is not None:
        bulk_jobs.run(change)
