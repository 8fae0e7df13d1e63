"""Probes of everything that this process needs to answer: each bounded in time, and told in words."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex
from threading import Lock, Thread
from time import monotonic

from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Min
from django.utils import timezone
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult, get_date_max

from .stale_tasks import is_orphan

log = logging.getLogger(__name__)

#: Time limit of all probes of a request together.
TIMEOUT_SECONDS = 2.0
#: Time for which a result is used again, so that nobody makes the site probe faster than once a second.
REUSE_SECONDS = 1.0
#: Time for which a task may wait while no worker runs or finishes one.
MAX_WAIT = timedelta(minutes=5)


class Unhealthy(Exception):
    """A failed probe. Its text is for strangers too: no path, no version, no name of a host."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of a probe; `problem` has the reason and the remedy, and is empty after a success."""

    name: str
    problem: str = ""


class Probe:
    """A check that runs in a thread of its own, one at a time: a frozen server takes one thread, not one a request."""

    def __init__(self, name: str, check: Callable[[], None], failure: str, remedy: str) -> None:
        self.name, self._check = name, check
        self._failure, self._timeout = f"{failure} {remedy}", f"The probe did not end in time. {remedy}"
        self._lock = Lock()
        self._running: Future[ProbeResult] | None = None
        self._started = float("-inf")
        self._last_problem = ""

    def start(self) -> Future[ProbeResult]:
        """Start the check, unless one is running or has just ended; return the result to come."""
        with self._lock:
            is_over = self._running is None or self._running.done()
            if self._running is None or (is_over and monotonic() - self._started >= REUSE_SECONDS):
                self._started, self._running = monotonic(), Future()
                # A daemon: a check that hangs does not keep the server from ending.
                Thread(target=self._run, args=[self._running], name=f"probe-{self.name}", daemon=True).start()
            return self._running

    def wait(self, result: Future[ProbeResult], seconds: float) -> ProbeResult:
        """Return a result, or a failure if it takes longer."""
        try:
            return result.result(max(seconds, 0))
        except FutureTimeoutError:
            return self._result(self._timeout, "it does not answer")

    def _run(self, result: Future[ProbeResult]) -> None:
        result.set_result(self._checked())

    def _checked(self) -> ProbeResult:
        try:
            self._check()
        except Unhealthy as problem:
            return self._result(str(problem), str(problem))
        except Exception as error:  # a probe answers whatever happens
            return self._result(self._failure, repr(error))
        finally:
            connection.close()
        return self._result("", "")

    def _result(self, problem: str, reason: str) -> ProbeResult:
        """Return a result, and log a change with its reason, which is not for strangers."""
        if problem != self._last_problem:
            log.warning("Probe %s: %s", self.name, reason or "well again")
        self._last_problem = problem
        return ProbeResult(self.name, problem)


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    """Compare the migrations of this code with those that the database has. A newer database is accepted."""
    applied = MigrationRecorder(connection).applied_migrations().keys()
    missing = [names for names in migration_names() if not names & applied]
    if missing:
        raise Unhealthy("The database lacks migrations of this code. Run manage.py migrate.")


@cache
def migration_names() -> list[frozenset[tuple[str, str]]]:
    """Return each migration of the code, with the names of those that it replaces. They are loaded once a process."""
    nodes = MigrationLoader(None).graph.nodes
    return [frozenset({key, *(migration.replaces if migration else ())}) for key, migration in nodes.items()]


def check_cache() -> None:
    pages = caches["default"]
    if isinstance(pages, DummyCache):
        return
    token = token_hex(8)
    key = f"health-{token}"  # processes do not read each other's
    pages.set(key, token, timeout=60)
    if pages.get(key) != token:
        raise Unhealthy("The cache loses values. Look at its memory limit and its log.")
    pages.delete(key)


def check_media() -> None:
    """Write a block into the media folder, in a file without a name; ask any other storage whether it has a file."""
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.exists("images/health")
        return
    Path(default_storage.location).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=default_storage.location) as file:
        file.write(bytes(4096))
        file.flush()


def check_tasks() -> None:
    """Check that a task does not wait while no worker is at work. Many tasks may wait behind a long one."""
    if not isinstance(task_backends["default"], DatabaseBackend):
        return
    now = timezone.now()
    ready = DBTaskResult.objects.ready()
    oldest = ready.filter(run_after=get_date_max()).aggregate(oldest=Min("enqueued_at"))["oldest"]
    due = ready.exclude(run_after=get_date_max()).aggregate(oldest=Min("run_after"))["oldest"]
    waiting_since = min((moment for moment in (oldest, due) if moment), default=now)
    if now - waiting_since <= MAX_WAIT or _worker_is_at_work(now):
        return
    minutes = int((now - waiting_since).total_seconds() // 60)
    raise Unhealthy(f"A task has waited for {minutes:,} minutes, and no worker is at work. Start manage.py db_worker.")


def _worker_is_at_work(now: datetime) -> bool:
    """Whether a living worker runs a task, or has finished one while others waited."""
    finished = DBTaskResult.objects.aggregate(last=Max("finished_at"))["last"]
    if finished and now - finished <= MAX_WAIT:
        return True
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    return any(not is_orphan(task) for task in running)


SERVER_REMEDY = "Look at its server and at the site's log."
LOG_REMEDY = "Look at the site's log."
PROBES = (
    Probe("database", check_database, "The database does not answer.", SERVER_REMEDY),
    Probe("migrations", check_migrations, "The migrations cannot be read.", LOG_REMEDY),
    Probe("cache", check_cache, "The cache does not answer.", SERVER_REMEDY),
    Probe(
        "media",
        check_media,
        "Media cannot be written.",
        "Look at the disk's space and permissions, and the site's log.",
    ),
    Probe("tasks", check_tasks, "The tasks cannot be read.", LOG_REMEDY),
)
NAMES = tuple(probe.name for probe in PROBES)


def probe_all(exclude: Collection[str] = ()) -> list[ProbeResult]:
    """Return the results of all probes but the excluded ones, within `TIMEOUT_SECONDS`."""
    deadline = monotonic() + TIMEOUT_SECONDS
    started = [(probe, probe.start()) for probe in PROBES if probe.name not in exclude]
    return [probe.wait(result, deadline - monotonic()) for probe, result in started]
