"""The heartbeat of a worker: a thread that shows others that it lives, and queues the tasks of those that do not."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.models import DBTaskResult

from curation.models import WorkerHeartbeat

from . import stale_tasks

log = logging.getLogger(__name__)

#: Seconds between two beats, and those without one after which a worker is dead.
BEAT_SECONDS, SILENT_SECONDS = 10, 35
#: Time for which the rows of workers are stored.
KEPT = timedelta(days=1)
#: Seconds to wait for the last beat of a worker that ends.
STOP_SECONDS = 2
#: Exit status of a worker whose task another one has taken over (EX_TEMPFAIL of sysexits.h).
TAKEN_OVER = 75


class Heartbeat:
    """The beats of one worker, and the last ones that it has seen of others."""

    def __init__(self, worker: str, end_process: Callable[[int], object] = os._exit) -> None:
        self._worker = worker
        self._end_process = end_process
        self._seen: dict[str, tuple[int, float]] = {}
        self._running_task = ""
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)
        task_started.connect(self._note_start)
        task_finished.connect(self._note_end)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the beats, after the one that is under way. A database that does not answer is not waited for."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        task_started.disconnect(self._note_start)
        task_finished.disconnect(self._note_end)

    def _run(self) -> None:
        while True:
            try:
                self.beat()
            except (DatabaseError, InterfaceError) as error:
                log.warning("The heartbeat of this worker fails; the next one is in %d s: %s", BEAT_SECONDS, error)
                # Meanwhile, nobody could beat.
                self._seen.clear()
            finally:
                connection.close()
            if self._stopped.wait(BEAT_SECONDS):
                return

    def beat(self) -> None:
        """Show that this worker lives, declare silent ones dead, and queue what dead ones left."""
        now = timezone.now()
        own = WorkerHeartbeat.objects.filter(pk=self._worker)
        if not own.update(beats=F("beats") + 1, beat_at=now, is_dead=False):
            WorkerHeartbeat.objects.create(process=self._worker)
        self._end_if_taken_over()
        self._declare_dead()
        WorkerHeartbeat.objects.filter(beat_at__lt=now - KEPT).delete()
        stale_tasks.requeue()

    def _declare_dead(self) -> None:
        others = WorkerHeartbeat.objects.filter(is_dead=False).exclude(pk=self._worker).values_list("process", "beats")
        seen = {}
        for process, beats in others:
            last, since = self._seen.get(process, (None, 0.0))
            seen[process] = (beats, since if last == beats else monotonic())
        self._seen = seen
        silent = {process: beats for process, (beats, since) in seen.items() if monotonic() - since >= SILENT_SECONDS}
        for process, beats in silent.items():
            # Not if it has beaten since.
            if WorkerHeartbeat.objects.filter(pk=process, beats=beats).update(is_dead=True):
                log.warning("Worker %s has not been heard of for %d s; its tasks are queued.", process, SILENT_SECONDS)

    def _end_if_taken_over(self) -> None:
        """End this process if it was taken for dead, as after a pause of its machine: another one runs its task."""
        if not (running := self._running_task):
            return
        task = DBTaskResult.objects.filter(pk=running).first()
        if task is None or task.status != TaskResultStatus.RUNNING or task.worker_ids[-1:] == [self._worker]:
            return
        log.error("Another worker has taken over task %s of this one, which ends.", running)
        self._end_process(TAKEN_OVER)

    def _note_start(self, task_result: Any, **_kwargs: Any) -> None:
        self._running_task = str(task_result.id)

    def _note_end(self, **_kwargs: Any) -> None:
        self._running_task = ""
