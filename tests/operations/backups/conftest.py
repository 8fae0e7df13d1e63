"""A site with a database of its own, which a restore can replace."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.sql import SQL, Identifier
from pyrage import x25519

from curation.db.row_digests import TableDigest, digest_tables
from curation.db.temporary_connections import temporary_connection
from curation.models import CuratedItem
from tests.factories import make_item


def on_server(statement: str, *names: str) -> None:
    """Execute a statement on databases of PostgreSQL."""
    with temporary_connection("server", NAME="postgres") as alias, connections[alias].cursor() as cursor:
        cursor.execute(SQL(statement).format(*map(Identifier, names)))


def end_sessions(name: str) -> None:
    """End the sessions of a database of PostgreSQL, and wait for their end."""
    ending = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
    with temporary_connection("server", NAME="postgres") as alias, connections[alias].cursor() as cursor:
        cursor.execute(ending, [name])


@pytest.fixture
def new_database(
    transactional_db: None, django_db_blocker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """Return a function that makes a copy of the empty test database, and returns its name."""
    # Django lets a test connect to databases of the settings alone.
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)
    made: list[str] = []
    template = connections["default"]

    def make() -> str:
        if connection.vendor == "sqlite":
            name = str(tmp_path / f"site-{len(made)}.sqlite3")
            with template.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [name])
        else:
            name = f"{template.settings_dict['NAME'][:40]}_{os.getpid()}_{len(made)}"
            template.close()  # nobody may use a template: threads of tests before may still
            end_sessions(template.settings_dict["NAME"])
            on_server("CREATE DATABASE {} TEMPLATE {}", name, template.settings_dict["NAME"])
        made.append(name)
        return name

    yield make
    if connection.vendor == "postgresql":
        with temporary_connection("server", NAME="postgres") as alias, connections[alias].cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            left = [name for (name,) in cursor.fetchall() if any(name.startswith(each) for each in made)]
        for name in left:
            on_server("DROP DATABASE {} WITH (FORCE)", name)


@dataclass
class Site:
    """A site, and its folder of backups."""

    backups: Path
    media: Path

    def run(self, command: str, *arguments: Any, **options: Any) -> tuple[int, str]:
        """Return the exit status of a command, and all that it prints."""
        output = StringIO()
        try:
            call_command(command, *arguments, stdout=output, stderr=output, **options)
        except CommandError as error:
            return error.returncode, str(error)
        return 0, output.getvalue()

    def backup(self, **options: Any) -> tuple[int, str]:
        return self.run("backup", self.backups, **options)

    def restore(self, **options: Any) -> tuple[int, str]:
        return self.run("restore", self.backups, **options)

    def state(self) -> tuple[dict[str, TableDigest], dict[str, bytes]]:
        """Return digests of all rows but the version of the content, and all media."""
        tables = digest_tables("default")
        del tables["curation_contentversion"]
        files = {path.relative_to(self.media).as_posix(): path.read_bytes() for path in self.media.rglob("*.*")}
        return tables, files

    def generations(self) -> list[Path]:
        return sorted(path for path in self.backups.iterdir() if path.is_dir() and path.name[0].isdigit())

    def part(self, name: str) -> Path:
        """Return a file of the newest generation: its manifest, its database, or the first of its media."""
        if name == "media":
            return min(path for path in self.backups.glob("objects/*/*"))
        return next(self.generations()[-1].glob(f"{name}.*"))


def add_pdf(content: str) -> CuratedItem:
    """Make an item with a PDF."""
    name = default_storage.save(f"documents/{content}.pdf", ContentFile(content.encode() * 100))
    return make_item(title=content, pdf=name)


@pytest.fixture
def site(new_database: Callable[[], str], media_root: Path, tmp_path: Path) -> Iterator[Site]:
    name = new_database()
    test_database, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**settings, "NAME": name}
    del connections["default"]
    try:
        add_pdf("first")
        add_pdf("second")
        yield Site(tmp_path / "backups", media_root)
    finally:
        connections["default"].close()
        connections.settings["default"] = settings
        connections["default"] = test_database


@pytest.fixture
def key() -> x25519.Identity:
    return x25519.Identity.generate()


@pytest.fixture
def key_file(key: x25519.Identity, tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(f"# created: today\n{key}\n")
    return path
