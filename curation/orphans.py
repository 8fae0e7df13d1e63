"""Background tasks whose worker died: queued again. django-tasks-db would leave them running for ever.

A worker is called after its machine and process, so that others can see whether it is still there.
"""

import os
import socket
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

#: Whether a worker of another machine lives cannot be seen from here: its task is given up after so long.
PATIENCE = timedelta(hours=6)
#: A task that so many workers died of is not given to one more.
MAX_WORKERS = 5
#: This process, told apart from an earlier one that had the same number: in a container that is usual.
_NONCE = get_random_string(8)


def worker_id() -> str:
    """Return what a worker in this process is called, in at most 64 characters."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{_NONCE}"


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
    host, _, process = task.worker_ids[-1].partition(":")
    number, _, nonce = process.partition(":")
    if host != socket.gethostname()[:40] or not number.isdecimal():
        return task.started_at is None or bool(task.started_at < timezone.now() - PATIENCE)
    if int(number) == os.getpid():
        return bool(nonce != _NONCE)
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False
