"""Workers see that others have died, wherever they run."""

from datetime import timedelta
from threading import Event
from time import sleep
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks.signals import task_finished, task_started
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from curation.importing.history import ledger
from curation.importing.options import Options
from curation.lib.processes import current_process_name
from curation.models import ImportRun, WorkerHeartbeat
from curation.operations import heartbeats
from curation.operations.heartbeats import BEAT_SECONDS, SILENT_SECONDS, Heartbeat

from .test_stale_tasks import make_task

pytestmark = pytest.mark.django_db

OTHER = "elsewhere:1:abc"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The monotonic clock of heartbeats, which a test sets."""
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(heartbeats, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def heartbeat() -> Any:
    exits: list[int] = []
    heartbeat = Heartbeat(current_process_name(), exits.append)
    heartbeat.exits = exits  # type: ignore[attr-defined]
    yield heartbeat
    heartbeat.stop()


def test_the_beat_under_way_ends_before_a_worker_does(heartbeat: Heartbeat, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = Event(), Event()

    def beat() -> None:
        begun.set()
        sleep(0.05)
        ended.set()

    monkeypatch.setattr(heartbeat, "beat", beat)
    heartbeat.start()
    assert begun.wait(10)
    heartbeat.stop()
    assert ended.is_set()


def status_of(task: DBTaskResult) -> str:  # type: ignore[type-arg]  # generic in the stubs alone
    task.refresh_from_db()
    return str(task.status)


def test_the_task_of_a_dead_worker_elsewhere_is_taken_over_within_a_minute(
    heartbeat: Heartbeat, clock: SimpleNamespace
) -> None:
    Heartbeat(OTHER).beat()
    task = make_task(OTHER)
    start = clock.now
    while status_of(task) == "RUNNING":
        assert clock.now - start < 60 - BEAT_SECONDS
        heartbeat.beat()
        clock.now += BEAT_SECONDS
    assert clock.now - start >= SILENT_SECONDS
    assert status_of(task) == "READY"


def test_the_task_of_a_living_worker_elsewhere_stays_with_it(heartbeat: Heartbeat, clock: SimpleNamespace) -> None:
    other, task = Heartbeat(OTHER), make_task(OTHER)
    for _ in range(30):
        other.beat()
        WorkerHeartbeat.objects.update(beat_at=timezone.now() - timedelta(hours=3))  # the clock of that host is wrong
        heartbeat.beat()
        clock.now += BEAT_SECONDS
    assert status_of(task) == "RUNNING"


def test_no_worker_is_dead_because_the_database_was_away(
    heartbeat: Heartbeat, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, task = Heartbeat(OTHER), make_task(OTHER)
    other.beat()
    beats = [heartbeat.beat, failing_beat, heartbeat.beat]

    def beat() -> None:
        next_beat = beats.pop(0)
        clock.now += 10 * SILENT_SECONDS
        heartbeat._stopped.set() if not beats else None
        next_beat()

    monkeypatch.setattr(heartbeat, "beat", beat)
    monkeypatch.setattr(heartbeat._stopped, "wait", lambda _seconds: not beats)
    monkeypatch.setattr("curation.operations.heartbeats.connection.close", lambda: None)  # of the test's transaction
    heartbeat._run()
    assert status_of(task) == "RUNNING"


def failing_beat() -> None:
    raise OperationalError("the database system is shutting down")


def test_a_worker_that_was_taken_for_dead_and_lives_ends_unless_it_has_its_task(heartbeat: Any) -> None:
    task = make_task(current_process_name())
    task_started.send(sender=DatabaseBackend, task_result=task.task_result)
    heartbeat.beat()
    assert heartbeat.exits == []
    DBTaskResult.objects.update(worker_ids=[current_process_name(), OTHER])
    heartbeat.beat()
    assert heartbeat.exits == [heartbeats.TAKEN_OVER]
    task_finished.send(sender=DatabaseBackend, task_result=task.task_result)
    heartbeat.beat()
    assert len(heartbeat.exits) == 1


def test_a_worker_that_beats_again_is_not_dead() -> None:
    WorkerHeartbeat.objects.create(process=OTHER, is_dead=True)
    Heartbeat(OTHER).beat()
    assert not WorkerHeartbeat.declared_dead(OTHER)


def test_rows_of_workers_of_yesterday_are_deleted(heartbeat: Heartbeat) -> None:
    WorkerHeartbeat.objects.create(process=OTHER, beat_at=timezone.now() - timedelta(days=2))
    heartbeat.beat()
    found = set(WorkerHeartbeat.objects.values_list("pk", flat=True))
    assert current_process_name() in found
    assert OTHER not in found


def test_the_import_of_a_worker_that_was_declared_dead_gives_way() -> None:
    run = ImportRun.objects.create(
        paths=["a"], outcome=ImportRun.Outcome.RUNNING, process=OTHER, heartbeat_at=timezone.now()
    )
    with pytest.raises(ledger.Busy):
        ledger.begin(["b"], Options())
    WorkerHeartbeat.objects.create(process=OTHER, is_dead=True)
    ledger.release_run(ledger.begin(["b"], Options()))
    run.refresh_from_db()
    assert run.outcome == ImportRun.Outcome.INTERRUPTED
