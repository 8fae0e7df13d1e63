"""`manage.py prune`, which the worker calls every day, and the write-ahead log of SQLite."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from curation.db.temporary_connections import temporary_connection
from curation.db.wal import truncate_wal
from curation.models import BulkChange, ImportRecord, ImportRun, ImportUndo, Presence, SavedForm
from curation.operations import pruning, stale_tasks
from curation.tasks import prune, queue_daily_tasks
from tests.factories import make_item

from .test_stale_tasks import make_task

pytestmark = pytest.mark.django_db


def run_of(days: int, outcome: str = "finished") -> ImportRun:
    """Make a run with a record, that began days ago."""
    run = ImportRun.objects.create(started_by="x", outcome=outcome)
    ImportRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(days=days))
    ImportRecord.objects.create(run=run, path="a.md", outcome="created")
    return run


def make_rows(age: timedelta) -> None:
    """Make a row of each kind, as old as this."""
    moment = timezone.now() - age
    make_task("", status=TaskResultStatus.SUCCESSFUL, finished_at=moment)
    Session.objects.create(session_key=str(age.days), session_data="", expire_date=moment)
    attempt = AccessAttempt.objects.create(username=str(age.days), failures_since_start=1)
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=moment)
    user = User.objects.create_user(f"user{age.days}")
    UserSession.objects.create(session_key=str(age.days), user=user, ip="192.0.2.1", user_agent="x")
    Presence.objects.create(item=make_item(), user=user, seen_at=moment)
    BulkChange.objects.create(verb="x", outcome="prepared", created_at=moment)
    SavedForm.objects.create(key=str(age.days), saved_at=moment)


def pruned(**options: Any) -> dict[str, int]:
    output = StringIO()
    call_command("prune", stdout=output, **options)
    lines = [line.split(": ") for line in output.getvalue().splitlines()]
    return {title: int(text.split()[0].replace(",", "")) for title, text in lines}


def test_old_rows_of_each_kind_are_deleted_and_others_stay() -> None:
    make_rows(timedelta(days=400))
    make_rows(timedelta(days=-1))
    run_of(400)
    run_of(1)
    expected = {kind.title: 1 for kind in pruning.PRUNINGS}

    assert pruned(dry_run=True) == expected
    assert pruned(dry_run=True) == expected, "a dry run deletes nothing"
    assert pruned() == expected
    assert pruned() == dict.fromkeys(expected, 0)
    kept = (DBTaskResult, Session, UserSession, AccessAttempt, Presence, BulkChange, SavedForm, ImportRecord)
    assert {model.__name__: model._base_manager.count() for model in kept} == {model.__name__: 1 for model in kept}
    assert ImportRun.objects.count() == 2, "the history of items names the runs"


def test_the_address_and_browser_of_a_session_that_was_ended_are_deleted() -> None:
    make_rows(timedelta(days=-1))
    Session.objects.all().delete()
    pruned()
    assert not UserSession.objects.exists()


def test_records_that_an_undo_or_a_worker_needs_stay() -> None:
    run_of(400, "queued")
    undone = run_of(400)
    ImportUndo.objects.create(
        run=undone, state=ImportUndo.State.UNDOING, requested_at=timezone.now(), heartbeat_at=timezone.now()
    )
    run_of(400)  # the latest
    assert pruned()["records of imports"] == 0


def test_tasks_that_wait_or_run_stay() -> None:
    make_task("", status=TaskResultStatus.READY, enqueued_at=timezone.now() - timedelta(days=400))
    make_task("", started_at=timezone.now() - timedelta(days=400))
    assert pruned()["results of background tasks"] == 0


@pytest.fixture
def queued(settings: Any) -> Any:
    """The rows of the task that prunes."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return DBTaskResult.objects.filter(task_path=prune.module_path)


def test_the_worker_prunes_every_day(queued: Any) -> None:
    queue_daily_tasks()
    queue_daily_tasks()
    queued.get().claim("host:1:abc")
    make_rows(timedelta(days=400))
    prune.func()
    assert not Session.objects.exists()
    assert queued.filter(status="READY", run_after__lt=timezone.now() + timedelta(days=2)).count() == 1
    queue_daily_tasks()
    assert queued.count() == 2


@pytest.mark.parametrize("fails", [True, False], ids=["fails", "dies with its worker"])
def test_daily_tasks_do_not_multiply(fails: bool, queued: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_now: datetime) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(pruning, "PRUNINGS", (pruning.Pruning("x", fail),))
    queue_daily_tasks()
    for day in range(1, 4):
        task = queued.get(status="READY")
        task.claim("elsewhere:1:abc")
        with pytest.raises(OperationalError) as error:
            prune.func()
        if fails:
            task.set_failed(error.value)
        queued.filter(pk=task.pk).update(started_at=timezone.now() - timedelta(hours=7))
        stale_tasks.requeue()
        queue_daily_tasks()
        assert [queued.filter(status=status).count() for status in ("READY", "FAILED", "RUNNING")] == [1, day, 0]


def test_too_many_runs_of_a_daily_task_become_one(queued: Any) -> None:
    for _ in range(3):
        prune.enqueue()
    for left in (2, 1, 1):
        queued.filter(status="READY")[0].claim("host:1:abc")
        prune.func()
        assert queued.filter(status="READY").count() == left


def test_a_daily_task_that_could_not_queue_its_next_run_is_tried_again(queued: Any) -> None:
    task = make_task("host:1:abc", task_path=prune.module_path, status="FAILED", finished_at=timezone.now())
    DBTaskResult.objects.filter(pk=task.pk).update(exception_class_path="django.db.utils.OperationalError")
    assert stale_tasks.requeue() == 1
    assert queued.get().status == "READY"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="it has one writer at a time")
def test_two_workers_that_start_at_once_queue_a_daily_task_once(queued: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    both, is_waiting = Barrier(2), stale_tasks.is_waiting

    def is_waiting_for_both(path: str) -> bool:
        found = is_waiting(path)
        with suppress(BrokenBarrierError):
            both.wait(timeout=0.5)
        return found

    def start() -> None:
        queue_daily_tasks()
        connection.close()

    monkeypatch.setattr(stale_tasks, "is_waiting", is_waiting_for_both)
    workers = [Thread(target=start) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert queued.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has this file")
def test_the_log_of_sqlite_is_emptied_and_waits_for_no_reader(
    tmp_path: Path, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)
    log = tmp_path / "a.sqlite3-wal"
    options = {"init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE"}
    with temporary_connection("a", NAME=str(tmp_path / "a.sqlite3"), OPTIONS=options) as alias:
        writer = connections[alias].cursor()
        writer.execute("CREATE TABLE t (x)")
        with temporary_connection("b", like=alias) as reading:
            reader = connections[reading].cursor()
            reader.execute("BEGIN DEFERRED")
            reader.execute("SELECT * FROM t")
            writer.execute("INSERT INTO t VALUES (1)")
            assert not truncate_wal(alias)
            reader.execute("COMMIT")
        assert log.stat().st_size > 0
        assert truncate_wal(alias)
        assert log.stat().st_size == 0
