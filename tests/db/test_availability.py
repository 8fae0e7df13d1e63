"""Time limits of a web server's waits for the database."""

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection, connections, transaction

from curation.db import availability

pytestmark = pytest.mark.django_db(transaction=True)
only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")


@only_postgres
def test_a_server_that_does_not_answer_is_given_up() -> None:
    web = connection.copy()
    try:
        web.connect()
        server_process = web.connection.info.backend_pid
        availability._limit_waits_of(web)
        with availability.time_limit(0.2), pytest.raises(OperationalError), web.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")
        assert not web.is_usable()
    finally:
        web.close()
        with connection.cursor() as cursor:  # it sleeps on, and the test database cannot be deleted meanwhile
            cursor.execute("SELECT pg_terminate_backend(%s)", [server_process])


@only_postgres
def test_requests_that_write_wait_longer_and_leave_the_limits_of_readers(settings: LazySettings) -> None:
    settings.LOCK_TIMEOUT_SECONDS, settings.READ_TIMEOUT_SECONDS = 7, 3

    def limits() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            return list(cursor.fetchone())

    before = limits()
    with availability.writing():
        assert limits() == ["7s", "10s"]
    assert limits() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has other limits")
def test_requests_that_write_wait_longer_for_the_lock_of_sqlite(settings: LazySettings) -> None:
    settings.LOCK_TIMEOUT_SECONDS = 7

    def limit() -> int:
        return int(connection.connection.execute("PRAGMA busy_timeout").fetchone()[0])

    connection.ensure_connection()
    before = limit()
    with availability.writing():
        assert limit() == 7_000
    assert limit() == before


def test_a_request_is_answered_although_the_limits_cannot_be_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its changes are committed: an error now would say that nothing was saved."""

    def fail(*_arguments: Any) -> None:
        raise database.Database.OperationalError("the connection is lost")

    database: Any = connections["default"]
    database.ensure_connection()
    closed = []
    with monkeypatch.context() as patch, availability.writing():
        patch.setattr(database, "connection", SimpleNamespace(execute=fail))
        patch.setattr(database, "close", lambda: closed.append("for the next request to open another"))
    assert closed


def test_within_a_transaction_a_failure_closes_no_connection() -> None:
    with transaction.atomic():
        availability.record_failure()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


@pytest.mark.long
def test_a_web_server_has_limits_and_a_command_has_none() -> None:
    code = "import django; django.setup(); {}from django.db import connection; print(connection.settings_dict)"
    site = {
        "SECRET_KEY": "abcdefghij" * 5,
        "DJANGO_SETTINGS_MODULE": "medigy.settings",
        "DATABASE_URL": "postgres:///x",
        "DEBUG": "1",  # static files need not be collected
    }
    options = [
        subprocess.run(
            [sys.executable, "-c", code.format(start)],
            env={"PATH": os.environ["PATH"], **site},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for start in ("", "import medigy.wsgi; ")
    ]
    assert "statement_timeout" not in options[0]
    assert "-c statement_timeout=10000 -c lock_timeout=10000" in options[1]
    assert "'connect_timeout': 2" in options[1]
