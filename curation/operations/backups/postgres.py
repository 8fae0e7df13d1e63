"""Dumps of PostgreSQL, by `pg_dump` and `pg_restore`, and databases on its server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.db import ProgrammingError, connections
from psycopg.sql import SQL, Identifier, Literal

from curation.db.temporary_connections import temporary_connection

from .errors import BackupError, ToolFailed

#: Maximum length of the name of a database (https://www.postgresql.org/docs/current/limits.html).
MAX_NAME = 63


def check_tool(name: str, alias: str = "default") -> None:
    """Check that a tool of PostgreSQL is installed, and not older than the server. Raises `BackupError`."""
    server = connections[alias].pg_version // 10_000  # type: ignore[attr-defined]  # of PostgreSQL
    remedy = f"Install the client of PostgreSQL {server} or newer, on Debian: apt install postgresql-client-{server}"
    if shutil.which(name) is None:
        raise BackupError(f"{name} is not installed. {remedy}")
    answer = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    version = re.search(r"\) (\d+)", answer)
    if version and int(version[1]) < server:
        raise BackupError(f"{name} is of version {version[1]}, and the server of {server}. {remedy}")


@contextmanager
def dump(snapshot_id: str) -> Iterator[BinaryIO]:
    """Yield the stream of a dump in the custom format, of a snapshot. Raises `BackupError`."""
    options = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot_id}")
    with TemporaryFile() as errors, _start("pg_dump", options, stdout=subprocess.PIPE, stderr=errors) as process:
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        _check_end(process, errors)


@contextmanager
def restoring(database: str) -> Iterator[BinaryIO]:
    """Yield the stream that restores a dump into an empty database. Raises `BackupError`."""
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--dbname")
    with TemporaryFile() as errors:
        process = _start("pg_restore", options, database=database, stdin=subprocess.PIPE, stderr=errors)
        with process:
            try:
                yield process.stdin
                process.stdin.close()
            except BrokenPipeError:  # its own message is better
                process.wait()
            except BaseException:
                process.kill()
                raise
            _check_end(process, errors)
    with _cursor(database) as cursor:
        cursor.execute("ANALYZE")  # a dump has no statistics


def _start(name: str, options: Sequence[str], database: str = "", **streams: Any) -> Any:
    """Start a tool with the connection of the site; the password is in its environment, which others cannot see."""
    connection: Any = connections["default"]
    settings = {**connection.settings_dict, **({"NAME": database} if database else {})}
    arguments, environment = connection.client.settings_to_cmd_args_env(settings, options)
    return subprocess.Popen(  # noqa: S603
        [name, *arguments[1:]], env={**os.environ, **(environment or {})}, **streams
    )


def _check_end(process: Any, errors: Any) -> None:
    if process.wait() == 0:
        return
    errors.seek(0)
    reason = errors.read().decode(errors="replace").strip().splitlines()
    raise ToolFailed(f"{process.args[0]} failed: {' '.join(reason[:3]) or f'exit status {process.returncode}'}")


@contextmanager
def _cursor(database: str = "postgres") -> Iterator[Any]:
    """Yield a cursor, in autocommit, of another database of the server."""
    with temporary_connection("maintenance", NAME=database) as alias, connections[alias].cursor() as cursor:
        yield cursor


def create_database(name: str) -> None:
    """Create an empty database like that of the site. Raises `BackupError`."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
            "WHERE datname = current_database()"
        )
        options = map(Literal, cursor.fetchone())
    statement = SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}")
    try:
        with _cursor() as cursor:
            cursor.execute(statement.format(Identifier(name), *options))
    except ProgrammingError as error:
        raise BackupError(
            f"The database {name} cannot be created: {str(error).strip()}. A backup is restored beside the old "
            "database, to be checked too: give the user of the site that right, ALTER ROLE … CREATEDB."
        ) from error


def drop_database(name: str) -> None:
    with _cursor() as cursor:
        cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def check_unused() -> None:
    """Check that nobody else uses the database of the site. Raises `BackupError`."""
    name = connections["default"].settings_dict["NAME"]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"  # no autovacuum, which ends by itself
        )
        (sessions,) = cursor.fetchone()
    if sessions:
        raise BackupError(f"{sessions} other sessions use the database {name}. Stop the web servers and workers first.")


def swap_database(new: str, old: str) -> None:
    """Give the database `new` the name of the site's, which becomes `old`. Raises `DatabaseError` where it is used."""
    rename = SQL("ALTER DATABASE {} RENAME TO {}")
    name = str(connections["default"].settings_dict["NAME"])
    connections["default"].close()
    with _cursor() as cursor:
        cursor.execute(rename.format(Identifier(name), Identifier(old)))
        try:
            cursor.execute(rename.format(Identifier(new), Identifier(name)))
        except BaseException:
            cursor.execute(rename.format(Identifier(old), Identifier(name)))
            raise
