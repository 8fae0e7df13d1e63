"""Queue background tasks again whose worker died, or that failed for a reason that passes.

In django-tasks-db, the former would stay running for ever, and the latter failed.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from curation.importing.failures import PASSING_FAILURES
from curation.lib.processes import has_ended
from curation.models import ImportRun, WorkerHeartbeat

log = logging.getLogger(__name__)

#: A task of a worker on another host that shows no heartbeats is considered stale after this time.
REMOTE_TIMEOUT = timedelta(hours=6)
#: Time before each further attempt of a task that failed.
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
#: Maximum number of attempts, those of workers that died included.
MAX_ATTEMPTS = len(PAUSES) + 1
#: The task of imports. One that ended in failure is not tried again by itself: its editor knows, and may have imported
#: newer files.
RUN_IMPORT = "curation.tasks.run_import"
#: The tasks that run once a day. Each queues its next run before its work.
DAILY_TASKS = ("curation.tasks.empty_bin", "curation.tasks.prune", "curation.tasks.find_looks")
#: Time for which a failed task is looked at.
FAILED_SINCE = timedelta(days=1)


def requeue(*, idle_worker: str = "") -> int:
    """Queue the tasks of dead workers, those that were stopped with their worker, and those that failed for a reason
    that passes; return their number.

    The tasks of `idle_worker`, the ID of a worker that runs none, are queued too.
    """
    now = timezone.now()
    left = DBTaskResult.objects.filter(
        Q(status=TaskResultStatus.RUNNING) | Q(status=TaskResultStatus.FAILED, finished_at__gt=now - FAILED_SINCE)
    ).defer("args_kwargs", "return_value", "traceback")
    return sum(
        _requeue_one(task, now)
        for task in left
        if (
            _is_passing(task)
            if task.status == TaskResultStatus.FAILED
            else task.worker_ids[-1] == idle_worker or is_orphan(task)
        )
    )


def _is_passing(task: DBTaskResult) -> bool:  # type: ignore[type-arg]  # generic only in the stubs
    """Whether a failed task may succeed later: it was stopped with its worker, or the machine failed."""
    try:
        error = import_string(task.exception_class_path)
    except ImportError:
        return False
    is_error = isinstance(error, type) and issubclass(error, (SystemExit, *PASSING_FAILURES))
    return is_error and len(task.worker_ids) < MAX_ATTEMPTS and not _is_queued_for_next_day(task)


def _is_queued_for_next_day(task: DBTaskResult) -> bool:  # type: ignore[type-arg]
    """Whether a task runs every day, and its next run waits: to try this one again would double it."""
    return task.task_path in DAILY_TASKS and is_waiting(task.task_path)


def is_waiting(task_path: str) -> bool:
    """Whether a run of a task is queued and has not begun."""
    return bool(DBTaskResult.objects.filter(task_path=task_path, status=TaskResultStatus.READY).exists())


def _requeue_one(task: DBTaskResult, now: datetime) -> int:  # type: ignore[type-arg]
    """Queue a task again; return 1, or 0 if another process has just done so, or if it is not to be tried again."""
    values: dict[str, Any] = {"status": TaskResultStatus.READY, "finished_at": None}
    values |= {"exception_class_path": "", "traceback": ""}
    if len(task.worker_ids) >= MAX_ATTEMPTS or _has_failed_import(task) or _is_queued_for_next_day(task):
        values |= {"status": TaskResultStatus.FAILED, "finished_at": now, "traceback": "Its workers died."}
    elif task.status == TaskResultStatus.FAILED and not task.exception_class_path.endswith(".SystemExit"):
        values["run_after"] = now + PAUSES[max(len(task.worker_ids), 1) - 1]
    unchanged = DBTaskResult.objects.filter(pk=task.pk, status=task.status, worker_ids=task.worker_ids)
    if not unchanged.update(**values):
        return 0
    reason = task.exception_class_path or "its worker died"
    log.warning("Task %s (%s), attempt %d: %s", task.pk, task.task_path, len(task.worker_ids), reason)
    return int(values["status"] == TaskResultStatus.READY)


def _has_failed_import(task: DBTaskResult) -> bool:  # type: ignore[type-arg]
    """Whether the last attempt of a task closed its import as failed before its worker died."""
    if task.task_path != RUN_IMPORT or task.started_at is None:
        return False
    runs = ImportRun.objects.filter(pk__in=task.args_kwargs["args"], outcome=ImportRun.Outcome.FAILED)
    return bool(runs.filter(finished_at__gte=task.started_at).exists())


def is_orphan(task: DBTaskResult) -> bool:  # type: ignore[type-arg]
    """Whether the worker of a running task is dead. The ID of a worker is that of its process (`db_worker`)."""
    worker = task.worker_ids[-1]
    gone = has_ended(worker)
    if gone is None:
        is_old = task.started_at is None or bool(task.started_at < timezone.now() - REMOTE_TIMEOUT)
        return is_old or WorkerHeartbeat.declared_dead(worker)
    return gone


def count_failed() -> int:
    """Return the number of tasks that failed within a day and are not tried again."""
    recent = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=timezone.now() - FAILED_SINCE)
    return sum(not _is_passing(task) for task in recent.only("exception_class_path", "task_path", "worker_ids"))
