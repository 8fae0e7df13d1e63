"""The database of a backup: its stream, a database made of it, and putting that in the place of the old one."""

from __future__ import annotations

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import DatabaseError, connections
from django_tasks_db.models import DBTaskResult

from curation.db.row_digests import TableDigest, UnknownMigrations, digest_tables, models_of
from curation.db.snapshots import Snapshot
from curation.db.temporary_connections import temporary_connection
from curation.models import CodeAttempts, EditorProfile, Presence, SavedForm, SavedView, WorkerHeartbeat
from curation.models.content_version import ContentVersion, new_token

from . import postgres
from .errors import BackupError, DamagedBackup
from .folder import Manifest, flush_folder

#: The name of the file of the database in a backup, by vendor.
FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
#: Suffixes of the files beside a SQLite database.
SIDE_FILES = ("-wal", "-shm")
#: Tables with rows after `migrate` alone.
SEEDED = {
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    ContentVersion._meta.db_table,
}
#: Tables with rows on a site without content whose worker has run: its beats, and the task that prunes every day.
WORKER_TABLES = {WorkerHeartbeat._meta.db_table, DBTaskResult._meta.db_table}

#: Apps and tables of accounts, log-ins and sessions: a new site has an account before it has content.
ACCOUNT_APPS = {"admin", "auth", "sessions", "axes", "account", "mfa", "usersessions"}
ACCOUNT_TABLES = {model._meta.db_table for model in (CodeAttempts, EditorProfile, Presence, SavedForm, SavedView)}

#: Writes the decrypted database to a stream.
Write = Callable[[BinaryIO], object]


@contextmanager
def database_stream(view: Snapshot) -> Iterator[BinaryIO]:
    """Yield the bytes of a snapshot, as a backup stores them."""
    if view.path is None:
        with postgres.dump(view.exported_id) as stream:
            yield stream
    else:
        with view.path.open("rb") as stream:
            yield stream


def server_version() -> str:
    connection: Any = connections["default"]
    if connection.vendor == "sqlite":
        return str(connection.Database.sqlite_version)
    return str(connection.pg_version)


def is_empty(alias: str = "default", *, with_accounts: bool = False) -> bool:
    """Whether a database has only rows of `migrate` and of workers, `with_accounts` of accounts as well.

    One that cannot be read counts as filled.
    """
    ignored = SEEDED | WORKER_TABLES | (ACCOUNT_TABLES if with_accounts else set())
    apps = ACCOUNT_APPS if with_accounts else set()
    try:
        tables = set(connections[alias].introspection.table_names())
        if "django_migrations" not in tables:
            return not tables
        return not any(
            model._base_manager.using(alias).exists()
            for model in models_of(alias)
            if model._meta.db_table not in ignored and model._meta.app_label not in apps
        )
    except (DatabaseError, UnknownMigrations):
        return False


@contextmanager
def restored(manifest: Manifest, write: Write) -> Iterator[RestoredDatabase]:
    """Make a database beside the site's, and delete it at the end, unless it was put in its place."""
    vendor = connections["default"].vendor
    if manifest.vendor != vendor:
        raise BackupError(
            f"This is a backup of {manifest.vendor}, and DATABASE_URL names one of {vendor}. Restore it on "
            f"{manifest.vendor}; manage.py copy_database then copies a SQLite database to PostgreSQL."
        )
    made = RestoredSqlite() if vendor == "sqlite" else RestoredPostgres()
    try:
        made.fill(write)
        yield made
    finally:
        made.discard()


class RestoredDatabase(ABC):
    """A database made of a backup, under the name `name`, which is also that of the old one after `put_in_place()`."""

    #: Settings of a connection to the old database, other than those of the site.
    old_settings: dict[str, Any] = {}

    def __init__(self) -> None:
        current = str(connections["default"].settings_dict["NAME"])
        moment = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        self.name, self.old = f"{current}.restoring-{os.getpid()}", f"{current}.before-restore-{moment}"

    @abstractmethod
    def fill(self, write: Write) -> None: ...

    @abstractmethod
    def discard(self) -> None: ...

    @abstractmethod
    def check_unused(self) -> None:
        """Check that no other process uses the database of the site. Raises `BackupError`."""

    @abstractmethod
    def put_in_place(self) -> None:
        """Take the place of the database of the site, which stays under the name `old`."""

    def is_old_empty(self) -> bool:
        """Whether the database that was replaced had no content."""
        with temporary_connection("old", NAME=self.old, **self.old_settings) as alias:
            return is_empty(alias)

    @abstractmethod
    def discard_old(self) -> None: ...

    def check(self, expected: dict[str, TableDigest]) -> int:
        """Compare every row with the backup; return their number. Raises `DamagedBackup`."""
        with temporary_connection("restored", NAME=self.name) as alias:
            found = digest_tables(alias)
            self._check_structure(alias)
        wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
        if wrong:
            raise DamagedBackup(
                f"The restored rows of {', '.join(wrong)} are not those of the backup. Restore another."
            )
        return sum(digest.rows for digest in found.values())

    def _check_structure(self, alias: str) -> None:  # noqa: B027  # only SQLite has more to check
        """Check what no row shows. Raises `DamagedBackup`."""

    def renew_version(self) -> None:
        """Change the version of the content, so that no page from before the restore is shown."""
        with temporary_connection("restored", NAME=self.name) as alias:
            for model in models_of(alias):  # of the release that made the backup
                if model._meta.db_table == ContentVersion._meta.db_table:
                    model._base_manager.using(alias).update(token=new_token())


class RestoredSqlite(RestoredDatabase):
    old_settings = {"OPTIONS": {}}  # the options of the site would change a file that is kept as it was

    def fill(self, write: Write) -> None:
        descriptor = os.open(self.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())

    def _check_structure(self, alias: str) -> None:
        with connections[alias].cursor() as cursor:
            for pragma in ("integrity_check", "foreign_key_check"):
                cursor.execute(f"PRAGMA {pragma}")
                problems = [row for row in cursor.fetchall() if row != ("ok",)]
                if problems:
                    raise DamagedBackup(
                        f"The restored database is damaged: {pragma} finds {problems[0]}. Restore another."
                    )

    def discard(self) -> None:
        for suffix in ("", *SIDE_FILES):
            Path(f"{self.name}{suffix}").unlink(missing_ok=True)

    def check_unused(self) -> None:
        with self._locked():
            pass

    def put_in_place(self) -> None:
        """Load the new content into the file, in one transaction: a process that has just opened it waits, and reads
        the new content, and a crash leaves the old one.
        """
        with self._locked() as site:
            if site is None:
                self._replace_damaged()
                return
            try:
                with temporary_connection("old", NAME=self._copy_owner(self.old), OPTIONS={}) as old:
                    self._load(site, old)
                with temporary_connection("restored", NAME=self.name, OPTIONS={}) as restored:
                    with connections[restored].cursor() as cursor:
                        cursor.execute("PRAGMA journal_mode = DELETE")  # its mode is part of what is loaded
                    self._load(restored, site)
            except BaseException:
                self.discard_old()
                raise
        flush_folder(Path(self.old).parent)

    def discard_old(self) -> None:
        Path(self.old).unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[str | None]:
        """Yield an alias of the database of the site, without a WAL and closed to others; `None` for a damaged file.

        Raises `BackupError` where another connection is open.
        """
        connections["default"].close()
        with temporary_connection("locked", OPTIONS={"timeout": 2}) as alias:
            locked: str | None = alias
            try:
                with connections[alias].cursor() as cursor:
                    # The first statement that reads the file locks it, until the connection is closed.
                    cursor.execute("PRAGMA locking_mode = EXCLUSIVE")
                    cursor.execute("PRAGMA journal_mode = DELETE")
                    cursor.execute("BEGIN EXCLUSIVE")
                    cursor.execute("COMMIT")
            except DatabaseError as error:
                code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF  # without the extended code
                if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    name = connections[alias].settings_dict["NAME"]
                    raise BackupError(f"Other processes use {name}. Stop the web servers and workers first.") from error
                if code not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                    raise
                locked = None
            yield locked

    def _load(self, source: str, target: str) -> None:
        """Replace the content of a database by that of another."""
        for alias in (source, target):
            connections[alias].ensure_connection()
        with connections[target].wrap_database_errors:
            connections[source].connection.backup(connections[target].connection)

    def _copy_owner(self, name: str) -> str:
        """Give a file, which is made if it is not there, the owner and mode of the site's; return its name."""
        Path(name).touch(mode=0o600)
        owner = Path(connections["default"].settings_dict["NAME"]).stat()
        os.chown(name, owner.st_uid, owner.st_gid)  # root may restore the site of another user
        Path(name).chmod(owner.st_mode & 0o777)
        return name

    def _replace_damaged(self) -> None:
        """Replace a file that SQLite does not read, and can neither lock nor write."""
        current = Path(connections["default"].settings_dict["NAME"])
        for suffix in (*SIDE_FILES, "-journal"):  # beside the new file, SQLite would take them for its own
            with suppress(FileNotFoundError):
                Path(f"{current}{suffix}").replace(f"{self.old}{suffix}")
        os.link(current, self.old)  # at no moment is there no database
        Path(self._copy_owner(self.name)).replace(current)
        flush_folder(current.parent)


class RestoredPostgres(RestoredDatabase):
    def __init__(self) -> None:
        super().__init__()
        self.name, self.old = (
            name.replace(".", "_").replace("-", "_")[-postgres.MAX_NAME :] for name in (self.name, self.old)
        )

    def fill(self, write: Write) -> None:
        postgres.check_tool("pg_restore")
        postgres.create_database(self.name)
        with postgres.restoring(self.name) as stream:
            write(stream)

    def discard(self) -> None:
        postgres.drop_database(self.name)

    def check_unused(self) -> None:
        postgres.check_unused()

    def put_in_place(self) -> None:
        postgres.swap_database(self.name, self.old)

    def discard_old(self) -> None:
        postgres.drop_database(self.old)
