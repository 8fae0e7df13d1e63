"""`/livez` and `/readyz`."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from curation.lib.processes import current_process_name
from curation.operations import health

from .test_stale_tasks import make_task

with_database = pytest.mark.django_db(transaction=True)  # each probe has a thread and a connection of its own


@pytest.fixture(autouse=True)
def _probe_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(health, "REUSE_SECONDS", 0)
    yield
    for probe in health.PROBES:
        result = probe.start()
        probe.wait(result, 5)


def readyz(client: Client, query: str = "") -> tuple[int, dict[str, str]]:
    response = client.get(f"/readyz{query}", headers={"accept": "application/json"})
    return response.status_code, response.json()["probes"]


def failing(client: Client, query: str = "") -> set[str]:
    """Return the names of the probes that fail, and check that the status says so."""
    status, probes = readyz(client, query)
    names = {name for name, problem in probes.items() if problem != "ok"}
    assert status == (503 if names else 200)
    return names


def test_livez_needs_nothing(client: Client) -> None:
    """The test has no database."""
    response = client.get("/livez", headers={"host": "10.0.0.7:8000"})
    assert (response.status_code, response.content, response["Cache-Control"]) == (200, b"ok\n", "no-store")


@pytest.mark.parametrize("path", ["/livez", "/readyz?exclude=tasks"])
@with_database
def test_they_are_answered_for_any_host_without_session_redirect_or_cache(
    client: Client, settings: LazySettings, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client.cookies["sessionid"] = "forged"
    for method in (client.get, client.head):
        response = method(path, headers={"host": "no-such-host.example"})
        assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
        assert "Set-Cookie" not in response.headers
        assert "Vary" not in response.headers
    assert response.content == b""
    refused = client.post(path)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
    assert refused["Content-Type"] == "text/plain; charset=utf-8"


@with_database
def test_a_healthy_site_is_ready(client: Client) -> None:
    assert readyz(client) == (200, dict.fromkeys(health.NAMES, "ok"))
    assert client.get("/readyz").content.decode().splitlines() == ["ready", *(f"{name}: ok" for name in health.NAMES)]


@with_database
def test_a_probe_can_be_left_out(client: Client) -> None:
    assert set(readyz(client, "?exclude=tasks&exclude=cache")[1]) == {"database", "migrations", "media"}
    unknown = client.get("/readyz?exclude=disk")
    assert (unknown.status_code, "no probe 'disk'" in unknown.content.decode()) == (400, True)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """A database that does not answer until the event is set."""
    thaw = Event()
    cursor: Callable[..., Any] = BaseDatabaseWrapper.cursor
    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", lambda self: (thaw.wait(10), cursor(self))[1])
    yield thaw
    thaw.set()


@with_database
def test_a_frozen_database_takes_no_longer_than_the_limit(
    client: Client, frozen: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", 1)
    start = time.monotonic()
    for _ in range(2):
        assert failing(client) == {"database", "migrations"}
    text = client.get("/readyz").content.decode()
    assert "database: The probe did not end in time. Look at its server" in text
    assert time.monotonic() - start < 5  # not 10 for each
    assert client.get("/livez").status_code == 200
    frozen.set()
    monkeypatch.undo()
    assert failing(client) == set()


@with_database
def test_a_frozen_database_takes_one_thread_of_each_probe(
    client: Client, frozen: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", 0.05)
    results = set()
    for _ in range(5):
        failing(client)
        results.add(id(health.PROBES[0].start()))
    assert len(results) == 1


@with_database
def test_a_reason_is_logged_once_and_not_told_to_strangers(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_arguments: Any) -> None:
        raise ConnectionError("redis-7.internal:6379 refused, version 7.0.15")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(BaseCache, "get", refuse)
        patch.setattr(type(caches["default"]), "get", refuse)
        answers = [client.get("/readyz") for _ in range(3)]
        texts = {answer.content.decode() for answer in answers}
    assert len(texts) == 1
    assert not [record for record in caplog.records if record.name == "django.request"]
    assert "cache: The cache does not answer." in texts.pop()
    assert [record.getMessage() for record in caplog.records if "redis-7" in record.getMessage()] == [
        "Probe cache: ConnectionError('redis-7.internal:6379 refused, version 7.0.15')"
    ]
    assert all(b"internal" not in answer.content for answer in answers)


@with_database
def test_missing_migrations_are_found(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    applied = MigrationRecorder.applied_migrations

    def without_last(self: MigrationRecorder) -> Any:
        known = applied(self)
        return {key: value for key, value in known.items() if key != max(key for key in known if key[0] == "curation")}

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", without_last)
    assert failing(client) == {"migrations"}


@with_database
def test_media_that_cannot_be_written_are_found(client: Client, settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the place of the folder")
    settings.MEDIA_ROOT = tmp_path / "file"
    assert failing(client) == {"media"}


@with_database
def test_the_probe_leaves_no_file(client: Client, media_root: Path) -> None:
    assert failing(client) == set()
    assert list(media_root.iterdir()) == []


class TestTasks:
    pytestmark = with_database

    @pytest.fixture(autouse=True)
    def _tasks_are_rows(self, settings: LazySettings) -> None:
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

    @pytest.fixture
    def waiting(self) -> DBTaskResult:  # type: ignore[type-arg]
        return waiting_task(minutes=12)

    def test_a_task_that_waits_without_a_worker(self, client: Client, waiting: Any) -> None:
        status, probes = readyz(client)
        assert (status, probes["tasks"].startswith("A task has waited for 12 minutes")) == (503, True)

    def test_a_task_that_was_due_long_ago(self, client: Client) -> None:
        make_task("", status=TaskResultStatus.READY, run_after=timezone.now() - timedelta(minutes=12))
        assert failing(client) == {"tasks"}

    def test_tasks_that_wait_for_a_short_time_or_for_later(self, client: Client) -> None:
        waiting_task(minutes=1)
        make_task("", status=TaskResultStatus.READY, run_after=timezone.now() + timedelta(days=1))
        assert failing(client) == set()

    def test_a_task_that_waits_behind_a_long_one(self, client: Client, waiting: Any) -> None:
        make_task(current_process_name())
        assert failing(client) == set()

    def test_a_task_that_waits_behind_one_of_a_dead_worker(self, client: Client, waiting: Any) -> None:
        make_task(f"{current_process_name()}-earlier")
        assert failing(client) == {"tasks"}

    def test_a_task_that_waits_behind_many_short_ones(self, client: Client, waiting: Any) -> None:
        make_task("", status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now() - timedelta(seconds=30))
        assert failing(client) == set()


def waiting_task(minutes: int) -> DBTaskResult:  # type: ignore[type-arg]
    task = make_task("", status=TaskResultStatus.READY)
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - timedelta(minutes=minutes))
    return task
