"""An import that a worker runs, as the admin queues it, and kill -9 of the worker or of what it has started.

`python -m drills.inside queued_import HOW FOLDER` queues an import, and waits until all tasks are done. HOW is a key of
`ATTACKS`. It prints what was done.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from django.contrib.auth.models import User
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from benchmarks.imports import session_of
from curation.importing import jobs
from curation.importing.options import Options
from curation.models import ImportRun, SourceDocument
from curation.tasks import run_import

#: Seconds within which an import begins, a living worker takes over that of a dead one, and all tasks are done.
BEGIN_SECONDS, TAKE_OVER_SECONDS, DONE_SECONDS = 120, 60, 500
#: Maximum number of processes that are killed, one after the other, and minimum and maximum seconds between two.
KILLS, KILL_PAUSES = 4, (0.2, 0.8)
POLL_SECONDS = 0.05
CHILDREN = ("forkserver", "multiprocessing")


def main(arguments: Sequence[str]) -> None:
    how, folder = arguments
    queue(folder)
    wait_until(lambda: bool(worker()), BEGIN_SECONDS, "no worker runs the import")
    result = ATTACKS[how]()
    wait_until(lambda: not is_busy(), DONE_SECONDS, "tasks are left")
    print(result)


def queue(folder: str) -> None:
    run = ImportRun(user=User.objects.get(), outcome=ImportRun.Outcome.QUEUED, options=Options().as_json())
    run.paths = [folder]
    run.files = len(jobs.sources_of(run))
    run.save()
    run_import.enqueue(run.pk)


def kill_worker() -> str:
    """Kill the worker, with what it has started, and wait until the other one has taken the import over."""
    wait_until(SourceDocument.objects.exists, BEGIN_SECONDS, "nothing is imported")
    killed = worker()
    if not killed:
        sys.exit("the import ended before its worker could be killed; give it more files")
    os.killpg(process_of(killed), signal.SIGKILL)
    start = time.monotonic()
    wait_until(lambda: worker() not in ("", killed), TAKE_OVER_SECONDS, "nobody has taken the import over")
    seconds = time.monotonic() - start
    return f"a worker was killed in the middle of an import; the other one took it over after {seconds:.0f} s"


def kill_children() -> str:
    """Kill fork server and parsers of the worker, one after the other."""
    killed, session, random = 0, process_of(worker()), Random()
    wait_until(lambda: bool(children_of(session)), BEGIN_SECONDS, "the import starts no parsers")
    while killed < KILLS and worker():
        if children := children_of(session):
            os.kill(random.choice(children), signal.SIGKILL)
            killed += 1
        time.sleep(random.uniform(*KILL_PAUSES))
    if not killed:
        sys.exit("the import ended before a process could be killed; give it more files")
    return f"{killed} of its fork servers and parsers were killed during an import, which went on"


ATTACKS: dict[str, Callable[[], str]] = {"undisturbed": str, "worker": kill_worker, "children": kill_children}


def worker() -> str:
    """Return the worker that runs the import; "" while none does."""
    task = DBTaskResult.objects.filter(task_path=run_import.module_path, status=TaskResultStatus.RUNNING).first()
    return str(task.worker_ids[-1]) if task else ""


def process_of(name: str) -> int:
    """Return the process ID in the name of a worker, `host:pid:start`."""
    return int(name.split(":")[1])


def children_of(session: int) -> list[int]:
    """Return the fork server of a worker, and the processes forked from it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if session_of(folder) != session or int(folder.name) == session:
            continue
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # it has ended
            continue
        if any(name in command for name in CHILDREN) and "resource_tracker" not in command:
            found.append(int(folder.name))
    return found


def is_busy() -> bool:
    """Whether the import is not finished, or a task waits that is not for a later day."""
    waiting = DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
    waiting = waiting.exclude(run_after__gt=timezone.now() + timedelta(hours=1), status=TaskResultStatus.READY)
    return waiting.exists() or ImportRun.objects.exclude(outcome=ImportRun.Outcome.FINISHED).exists()


def wait_until(is_reached: Callable[[], bool], seconds: int, words: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_reached():
        if time.monotonic() > deadline:
            tasks = list(DBTaskResult.objects.values_list("task_path", "status", "worker_ids"))
            runs = list(ImportRun.objects.values_list("outcome", flat=True))
            print(f"{words} after {seconds} s; tasks: {tasks}; runs: {runs}")
            sys.exit(1)
        time.sleep(POLL_SECONDS)
