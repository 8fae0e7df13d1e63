"""Queue background tasks again whose worker died. In django-tasks-db, they would stay running for ever."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from curation.lib.processes import has_ended

#: A task of a worker on another host, whose process cannot be checked, is considered stale after this time.
REMOTE_TIMEOUT = timedelta(hours=6)
#: Maximum number of workers that may die of a task before it is marked as failed.
MAX_WORKERS = 5


def requeue(*, idle_worker: str = "") -> int:
    """Queue the tasks of dead workers, and those that were stopped with their worker; return their number.

    The tasks of `idle_worker`, the ID of a worker that runs none, are queued too.
    """
    stopped = Q(status=TaskResultStatus.FAILED, exception_class_path="builtins.SystemExit")
    left = DBTaskResult.objects.filter(Q(status=TaskResultStatus.RUNNING) | stopped)
    return sum(
        _requeue_one(task)
        for task in left
        if task.status == TaskResultStatus.FAILED or task.worker_ids[-1] == idle_worker or is_orphan(task)
    )


def _requeue_one(task: DBTaskResult) -> int:  # type: ignore[type-arg]  # generic only in the stubs
    """Queue a task again; return 1, or 0 if another process has just done so."""
    if len(task.worker_ids) < MAX_WORKERS:
        values = {"status": TaskResultStatus.READY, "exception_class_path": "", "traceback": ""}
    else:
        values = {"status": TaskResultStatus.FAILED, "exception_class_path": "", "traceback": "Its workers died."}
    unchanged = DBTaskResult.objects.filter(pk=task.pk, status=task.status, worker_ids=task.worker_ids)
    return unchanged.update(**values, finished_at=None)


def is_orphan(task: DBTaskResult) -> bool:  # type: ignore[type-arg]
    """Whether the worker of a running task is dead. The ID of a worker is that of its process (`db_worker`)."""
    gone = has_ended(task.worker_ids[-1])
    if gone is None:
        return task.started_at is None or bool(task.started_at < timezone.now() - REMOTE_TIMEOUT)
    return gone
