"""A copy of the migrated database on SQLite for all processes of a run, and for later runs: migrating takes long.

It is used while neither the code nor the packages change.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def migrate(folder: Path, **options: Any) -> None:
    """Migrate the database, or copy one that was migrated before. `folder` is for such copies."""
    file = folder / f"{_version()}.sqlite3"
    with _locked(folder / "lock"):
        if not file.exists():
            call_command("migrate", **options)
            for old in folder.glob("*.sqlite3"):
                old.unlink()
            with closing(sqlite3.connect(file.with_suffix(".unfinished"))) as copy:
                connection.connection.backup(copy)
            file.with_suffix(".unfinished").replace(file)
            return
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        copy.backup(connection.connection)


def _version() -> str:
    """Return a digest of all that migrations and what follows them depend on."""
    digest = sha256(sqlite3.sqlite_version.encode())
    code = (path for folder in ("curation", "medigy") for path in (ROOT / folder).rglob("*.py"))
    for path in sorted((ROOT / "requirements.lock", *code)):
        digest.update(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}".encode())
    return digest.hexdigest()[:20]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
