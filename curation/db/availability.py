"""Whether the database answers, and time limits for the waits of a web server.

A database that is frozen, slow or unreachable must not stop the site: a thread that waits for it answers nothing else.
Commands, imports and the worker wait as long as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import Error, InterfaceError, InternalError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from curation.lib.circuit_breaker import CircuitBreaker

#: Errors of the database itself, as opposed to those of a statement or its values: a lock timeout, a deadlock, a lost
#: connection, a server that stops or has become read-only.
DATABASE_FAILURES = (OperationalError, InterfaceError, InternalError)
#: While the database is away, one request tests it after each of these times; all others are answered without it.
PAUSE_SECONDS = 2
#: By this time the client gives up later than the server, so that the server, if it works, ends a slow statement.
GRACE_SECONDS = 2

Result = TypeVar("Result")

breaker = CircuitBreaker(PAUSE_SECONDS)
_limit: ContextVar[float | None] = ContextVar("limit", default=None)


class DatabaseAway(OperationalError):
    """The database did not answer a moment ago, so it was not asked."""


def ask(call: Callable[[], Result]) -> Result:
    """Return the result of a short query, which shows whether the database answers.

    Raises `DatabaseAway` without asking while it is away, or one of `DATABASE_FAILURES`.
    """
    if not breaker.allows_call():
        raise DatabaseAway("The database did not answer a moment ago.")
    try:
        with time_limit(settings.PROBE_TIMEOUT_SECONDS):
            result = call()
    except DATABASE_FAILURES:
        record_failure()
        raise
    breaker.record_success()
    return result


def raise_if_away() -> None:
    """Raise one of `DATABASE_FAILURES` if the database is known to be away; costs nothing while it answers."""
    if breaker.is_open:
        ask(_read_one_row)


def record_failure() -> None:
    breaker.record_failure()
    if not connection.in_atomic_block:
        connection.close()  # a new connection finds a SQLite file that was put back, and a server that was restarted


def record_lost_connection() -> None:
    """Record a failure if the connection cannot be used any more, after an error of any statement."""
    raw: Any = connection.connection
    if raw is None or getattr(raw, "closed", False):
        record_failure()


def _read_one_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")  # `SELECT 1` alone does not read the file of SQLite


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let each wait for PostgreSQL in the block take at most `seconds`, if this is a web server."""
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Let the statements of a request that writes wait `LOCK_TIMEOUT_SECONDS` for other writers.

    Restores the limits of readers at the end, since later requests use the same connection.
    """
    with time_limit(_write_seconds() + GRACE_SECONDS):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = {round(_write_seconds() * 1000)}")
        _limit_locks(settings.LOCK_TIMEOUT_SECONDS)
        yield
    raw = connection.connection
    if connection.in_atomic_block or raw is None or getattr(raw, "closed", False):
        return
    try:
        with connection.wrap_database_errors, time_limit(settings.PROBE_TIMEOUT_SECONDS):
            if connection.vendor == "postgresql":
                raw.execute("RESET lock_timeout; RESET statement_timeout")
            else:
                raw.execute(f"PRAGMA busy_timeout = {round(connection.settings_dict['OPTIONS']['timeout'] * 1000)}")
    except Error:  # the request is answered; the next one opens a connection, with the limits of readers
        connection.close()


@contextmanager
def writing_soon(seconds: float) -> Iterator[None]:
    """Let the statements of a block within `writing()` wait only `seconds` for other writers."""
    _limit_locks(seconds)
    try:
        yield
    finally:
        raw: Any = connection.connection
        if raw is not None and not getattr(raw, "closed", False) and not connection.needs_rollback:
            _limit_locks(settings.LOCK_TIMEOUT_SECONDS)


def _limit_locks(seconds: float) -> None:
    milliseconds = round(seconds * 1000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {milliseconds}")
    else:
        connection.ensure_connection()
        connection.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _write_seconds() -> float:
    return settings.LOCK_TIMEOUT_SECONDS + settings.READ_TIMEOUT_SECONDS


def limit_waits() -> None:
    """Limit how long the threads of this process wait for the database. A web server calls this once, at its start."""
    options = connections.settings[connection.alias].setdefault("OPTIONS", {})
    if connection.vendor == "postgresql":
        milliseconds = round(settings.READ_TIMEOUT_SECONDS * 1000)
        limits = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
        options["options"] = f"{options.get('options', '')} {limits}".strip()
        options["connect_timeout"] = settings.PROBE_TIMEOUT_SECONDS
        connection_created.connect(_limit_waits_of)
    else:
        options["timeout"] = settings.PROBE_TIMEOUT_SECONDS


def _limit_waits_of(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Limit each wait of a new connection.

    PostgreSQL ends no wait for itself while it is frozen. psycopg waits for everything by the method `wait()`.
    """
    raw: Any = connection.connection
    wait, is_usable = raw.wait, connection.is_usable

    def limited_wait(generator: Any, *arguments: Any, **options: Any) -> Any:
        options.setdefault("timeout", _limit.get() or settings.READ_TIMEOUT_SECONDS + GRACE_SECONDS)
        try:
            return wait(generator, *arguments, **options)
        except psycopg.OperationalError as error:
            if error.sqlstate or raw.closed:  # the server has refused the statement, or the connection is lost
                raise
            raw.pgconn.finish()  # the answer may still come, to another statement
            raise psycopg.OperationalError("The database does not answer.") from error

    def limited_is_usable() -> bool:
        with time_limit(settings.PROBE_TIMEOUT_SECONDS):
            return is_usable()

    raw.wait = limited_wait
    if "is_usable" not in vars(connection):  # the object outlives its connections
        connection.is_usable = limited_is_usable  # type: ignore[method-assign]
