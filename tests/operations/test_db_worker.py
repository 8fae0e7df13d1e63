"""The worker outlives errors of the database."""

import time

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.test import override_settings
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from curation.lib.processes import current_process_name

from .test_stale_tasks import make_task


@pytest.mark.django_db(transaction=True)  # the worker may close the connection
@override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
def test_after_database_errors_the_worker_takes_up_its_task_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors = [InterfaceError("connection is closed"), OperationalError("database is locked")]
    task = make_task("", status="READY")
    statuses: list[str] = []
    pauses: list[float] = []

    def run(_worker: db_worker.Worker) -> None:
        claimed = DBTaskResult.objects.get(pk=task.pk)
        statuses.append(claimed.status)
        if errors:
            claimed.claim(current_process_name())
            raise errors.pop()

    def pause(seconds: float) -> None:
        assert len(pauses) < 2, caplog.text
        pauses.append(seconds)

    monkeypatch.setattr(db_worker.Worker, "run", run)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda _worker: None)
    monkeypatch.setattr(time, "sleep", pause)
    monkeypatch.setattr("curation.operations.heartbeats.Heartbeat.start", lambda _heartbeat: None)  # no second thread

    call_command("db_worker", reload=False, verbosity=0)

    assert statuses == ["READY"] * 3
    assert pauses == [1, 2]
    assert "The database failed; the worker tries again in 1 s: database is locked" in caplog.text
