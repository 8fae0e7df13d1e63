"""Tasks whose worker died are queued again."""

import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import get_commands, load_command_class
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from curation.lib.processes import current_process_name, process_name
from curation.models import ImportRun, WorkerHeartbeat
from curation.operations import stale_tasks

pytestmark = pytest.mark.django_db

HERE = socket.gethostname()[:40]


def make_task(*workers: str, **fields: Any) -> DBTaskResult:  # type: ignore[type-arg]  # generic in the stubs alone
    values = {
        "status": TaskResultStatus.RUNNING,
        "started_at": timezone.now(),
        "run_after": get_date_max(),
        "args_kwargs": {"args": [], "kwargs": {}},
        "task_path": "curation.tasks.run_import",
        "backend_name": "default",
        "worker_ids": list(workers),
    }
    return DBTaskResult.objects.create(**{**values, **fields})


@pytest.fixture
def dead() -> str:
    """A worker of this machine that is there no more."""
    process = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    return f"{HERE}:{int(process.stdout)}:abc"


def status_after(task: DBTaskResult) -> str:  # type: ignore[type-arg]
    stale_tasks.requeue()
    task.refresh_from_db()
    return str(task.status)


def test_the_task_of_a_dead_worker_is_queued_again(dead: str) -> None:
    assert status_after(make_task(dead)) == "READY"


def test_the_task_of_an_earlier_process_with_the_same_id_is_queued_again() -> None:
    assert status_after(make_task(f"{HERE}:{os.getpid()}:abc")) == "READY"


def test_the_task_of_a_living_worker_is_not_queued_again() -> None:
    assert status_after(make_task(current_process_name())) == "RUNNING"
    assert status_after(make_task(process_name(os.getppid()))) == "RUNNING"


def test_the_task_of_a_worker_on_another_host_is_queued_again_after_hours() -> None:
    assert status_after(make_task("elsewhere:1:abc")) == "RUNNING"
    assert status_after(make_task("elsewhere:1:abc", started_at=timezone.now() - timedelta(hours=7))) == "READY"


def test_the_task_of_a_worker_on_another_host_that_was_declared_dead_is_queued_again() -> None:
    WorkerHeartbeat.objects.create(process="elsewhere:1:abc")
    WorkerHeartbeat.objects.create(process="elsewhere:2:abc", is_dead=True)
    assert status_after(make_task("elsewhere:1:abc")) == "RUNNING"
    assert status_after(make_task("elsewhere:2:abc")) == "READY"


def failed(error: str, *workers: str, **fields: Any) -> DBTaskResult:  # type: ignore[type-arg]
    values = {"status": TaskResultStatus.FAILED, "exception_class_path": error, "finished_at": timezone.now()}
    return make_task(*workers, **{**values, **fields})


def test_a_task_that_was_stopped_with_its_worker_is_queued_again_at_once(dead: str) -> None:
    task = failed("builtins.SystemExit", dead)
    assert status_after(task) == "READY"
    assert task.run_after == get_date_max()


@pytest.mark.parametrize(
    "error",
    [
        *("builtins.OSError", "builtins.BlockingIOError", "builtins.MemoryError", "django.db.utils.OperationalError"),
        *("curation.lib.fork_server.ChildKilled", "curation.lib.images.ImageUnreadNow"),
    ],
)
def test_a_task_that_failed_for_a_reason_that_passes_is_tried_again_later(error: str, dead: str) -> None:
    waits = []
    for attempts in range(1, stale_tasks.MAX_ATTEMPTS):
        task = failed(error, *[dead] * attempts)
        assert status_after(task) == "READY"
        assert (task.exception_class_path, task.finished_at) == ("", None)
        waits.append(task.run_after - timezone.now())
    assert [round(wait / timedelta(seconds=10)) for wait in waits] == [1, 6, 30, 180]
    assert status_after(failed(error, *[dead] * stale_tasks.MAX_ATTEMPTS)) == "FAILED"


@pytest.mark.parametrize("error", ["builtins.ValueError", "django.db.utils.IntegrityError", "gone.Error", "", "words"])
def test_a_task_that_failed_for_another_reason_is_not_queued_again(error: str, dead: str) -> None:
    assert status_after(failed(error, dead)) == "FAILED"


def test_failures_of_long_ago_are_left_alone(dead: str) -> None:
    assert status_after(failed("builtins.OSError", dead, finished_at=timezone.now() - timedelta(days=2))) == "FAILED"


def test_a_task_that_kills_every_worker_is_marked_as_failed(dead: str) -> None:
    task = make_task(*[dead] * stale_tasks.MAX_ATTEMPTS)
    assert status_after(task) == "FAILED"
    assert task.traceback == "Its workers died."


def test_failed_tasks_are_told_to_administrators(dead: str, admin_client: Client, client: Client) -> None:
    failed("builtins.OSError", dead)  # is tried again
    assert "background task" not in admin_client.get("/admin/").text
    failed("builtins.ValueError", dead)
    failed("builtins.OSError", *[dead] * stale_tasks.MAX_ATTEMPTS)
    assert "2 background tasks have failed since yesterday" in admin_client.get("/admin/").text
    client.force_login(User.objects.create_user("editor", is_staff=True))
    assert "background task" not in client.get("/admin/").text


def test_two_simultaneous_checks_queue_a_task_once(dead: str) -> None:
    task = make_task(dead)
    DBTaskResult.objects.update(worker_ids=[dead, current_process_name()])  # another was faster
    assert stale_tasks._requeue_one(task, timezone.now()) == 0


def test_the_id_of_a_worker_is_that_of_its_process() -> None:
    assert get_commands()["db_worker"] == "curation"
    parser = load_command_class("curation", "db_worker").create_parser("manage.py", "db_worker")
    assert parser.get_default("worker_id") == current_process_name()
    assert len(current_process_name()) <= 64


@pytest.mark.parametrize("outcome", ["failed", "interrupted", "running"])
def test_an_import_that_failed_before_its_worker_died_is_not_tried_again(outcome: str, dead: str) -> None:
    run = ImportRun.objects.create(outcome=outcome, finished_at=timezone.now() + timedelta(seconds=1))
    task = make_task(dead, args_kwargs={"args": [run.pk], "kwargs": {}})
    assert status_after(task) == ("FAILED" if outcome == "failed" else "READY")
    assert status_after(task) == ("FAILED" if outcome == "failed" else "READY")


def test_a_failed_import_that_its_editor_completes_outlives_a_worker_that_died_before_it_began(dead: str) -> None:
    run = ImportRun.objects.create(outcome="failed", finished_at=timezone.now() - timedelta(minutes=1))
    assert status_after(make_task(dead, args_kwargs={"args": [run.pk], "kwargs": {}})) == "READY"
