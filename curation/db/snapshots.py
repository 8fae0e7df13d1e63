"""A consistent view of a database that does not change while it is read, and keeps no writer waiting."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connections, transaction

from curation.lib.processes import current_process_name, has_ended

from .temporary_connections import temporary_connection

ALIAS = "snapshot"
#: The beginning of the name of the folder of a copy. The name of its process follows.
FOLDER_PREFIX = ".snapshot-"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A view of a database under an alias: on SQLite a copy, `path`; on PostgreSQL an exported transaction."""

    alias: str
    path: Path | None = None
    exported_id: str = ""


@contextmanager
def snapshot(source: str = "default") -> Iterator[Snapshot]:
    """Take a snapshot of a database. The copy of a SQLite database lies beside it, and needs as much space."""
    if connections[source].vendor == "sqlite":
        with _sqlite_copy(source) as path, temporary_connection(ALIAS, like=source, NAME=str(path)) as alias:
            yield Snapshot(alias, path=path)
        return
    with temporary_connection(ALIAS, like=source) as alias, transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (exported_id,) = cursor.fetchone()
        yield Snapshot(alias, exported_id=exported_id)


@contextmanager
def _sqlite_copy(source: str) -> Iterator[Path]:
    """Copy a SQLite database to a temporary folder that only this user can read."""
    connection: Any = connections[source]
    if connection.is_in_memory_db():
        folder = None
    else:
        folder = Path(connection.settings_dict["NAME"]).resolve().parent
        _discard_left_copies(folder)
    with TemporaryDirectory(prefix=f"{FOLDER_PREFIX}{current_process_name()}-", dir=folder) as name:
        path = Path(name, "database.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        yield path


def _discard_left_copies(folder: Path) -> None:
    """Delete the copies of processes that were killed."""
    for left in folder.glob(f"{FOLDER_PREFIX}*"):
        if has_ended(left.name.removeprefix(FOLDER_PREFIX).rpartition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
