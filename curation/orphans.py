"""Background tasks whose worker died: queued again. django-tasks-db would leave them running for ever."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from curation.processes import is_gone

#: Whether a worker of another machine lives cannot be seen from here: its task is given up after so long.
PATIENCE = timedelta(hours=6)
#: A task that so many workers died of is not given to one more.
MAX_WORKERS = 5


def requeue() -> int:
    """Queue again what dead workers were at, and what was stopped with its worker; return how many tasks that is."""
    stopped = Q(status=TaskResultStatus.FAILED, exception_class_path="builtins.SystemExit")
    left = DBTaskResult.objects.filter(Q(status=TaskResultStatus.RUNNING) | stopped)
    return sum(_requeue_one(task) for task in left if task.status == TaskResultStatus.FAILED or _is_orphan(task))


def _requeue_one(task: DBTaskResult) -> int:  # type: ignore[type-arg]  # generic in the stubs alone
    """Queue a task again, unless somebody else just did; return how many tasks that is."""
    if len(task.worker_ids) < MAX_WORKERS:
        values = {"status": TaskResultStatus.READY, "exception_class_path": "", "traceback": ""}
    else:
        values = {"status": TaskResultStatus.FAILED, "exception_class_path": "", "traceback": "Its workers died."}
    unchanged = DBTaskResult.objects.filter(pk=task.pk, status=task.status, worker_ids=task.worker_ids)
    return unchanged.update(**values, finished_at=None)


def _is_orphan(task: DBTaskResult) -> bool:  # type: ignore[type-arg]
    """Whether a running task's worker is dead; workers are called after their process (`db_worker`)."""
    gone = is_gone(task.worker_ids[-1])
    if gone is None:
        return task.started_at is None or bool(task.started_at < timezone.now() - PATIENCE)
    return gone
