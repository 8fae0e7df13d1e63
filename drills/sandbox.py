"""Temporary databases and media folders, and commands on them as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.imports import session_of
from drills.report import DrillFailed

ROOT = Path(__file__).resolve().parent.parent
MANAGE = (sys.executable, "manage.py")
SQLITE = "sqlite:///"
#: Time limit for a command of a drill.
MAX_SECONDS = 600
#: Password of the demo editor.
PASSWORD = "only-for-drills-of-editors"
#: Size of the blocks in which a disk is allocated.
BLOCK_BYTES = 4096
#: Time after which the child processes of a killed import must have ended.
ORPHAN_SECONDS = 15


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a command: its exit code (minus the number of the signal that killed it), and its output."""

    code: int
    output: str
    errors: str

    @property
    def summary(self) -> str:
        return f"exit {self.code}\n{self.output[-2000:]}{self.errors[-2000:]}"

    def check_complete(self) -> None:
        """Raise `DrillFailed` unless an import was completed. It may have rejected files."""
        if self.code not in (0, 1) or " created, " not in self.output or "Traceback" in self.errors:
            raise DrillFailed(f"an import was not completed: {self.summary}")


@dataclass(frozen=True, slots=True)
class SandboxSite:
    """One database with its media folder."""

    name: str
    url: str
    media: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def file(self) -> Path:
        """The database file on SQLite."""
        return Path(self.url.removeprefix(SQLITE))

    def bytes(self) -> int:
        """Return the size of the site's files on disk, including a database file."""
        files = [*self.media.rglob("*"), *self.media.parent.glob(f"{self.name}.sqlite3*")]
        return sum(-(-path.stat().st_size // BLOCK_BYTES) * BLOCK_BYTES for path in files if path.is_file())

    def start(self, *arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
        """Start a management command in a session of its own."""
        return subprocess.Popen(
            [*MANAGE, *map(str, arguments)],
            cwd=ROOT,
            env={**self.environment, **variables},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *arguments: str | Path, **variables: str) -> CommandResult:
        return wait_for(self.start(*arguments, **variables))

    def complete(self, *arguments: str | Path) -> None:
        """Run an import. Raises `DrillFailed` unless it is completed."""
        self.run("import_markdown", *arguments).check_complete()

    def finish_tasks(self) -> None:
        """Run all background tasks that wait. Raises `DrillFailed` if one is not run."""
        ended = self.run("db_worker", "--batch", "--no-reload")
        if ended.code or "Traceback" in ended.errors:
            raise DrillFailed(f"tasks were not finished: {ended.summary}")

    def inspect(self, *without: str) -> dict[str, Any]:
        """Return the result of `drills.digest`, without some columns of items."""
        found: dict[str, Any] = json.loads(self.inside("digest", *without))
        return found

    def inside(self, part: str, *arguments: str | Path) -> str:
        """Run a module of the drills in a process of its own, on this site; return its output."""
        command = [sys.executable, "-m", "drills.inside", part, *map(str, arguments)]
        ended = subprocess.run(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=False)
        if ended.returncode:
            raise DrillFailed(f"drills.{part} failed: {ended.stdout[-5000:]}")
        return ended.stdout


def wait_for(process: subprocess.Popen[str]) -> CommandResult:
    """Wait for a command and return its result."""
    try:
        output, errors = process.communicate(timeout=MAX_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise DrillFailed(f"{process.args!r} took more than {MAX_SECONDS} s") from None
    return CommandResult(process.returncode, output, errors)


def wait_for_session(session: int) -> None:
    """Wait until all processes that a command started have ended."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    while left := [process.name for process in Path("/proc").glob("[0-9]*") if session_of(process) == session]:
        if time.monotonic() > deadline:
            os.killpg(session, signal.SIGKILL)
            raise DrillFailed(f"processes {', '.join(left)} outlived their import by {ORPHAN_SECONDS} s")
        time.sleep(0.05)


class Sandbox:
    """Creates fresh sites on SQLite, or on the PostgreSQL server of a URL (by default DATABASE_URL); deletes them.

    `migrated` is the URL of an empty site of the same kind, in place of migrations, which take some seconds.
    """

    def __init__(self, folder: Path, url: str = "", migrated: str = "") -> None:
        self.folder = folder
        self._server = url or os.environ.get("DATABASE_URL", "")
        self.on_postgres = self._server.startswith(("postgres:", "postgresql:"))
        empty = self._site("template", folder)
        empty.media.mkdir(parents=True)
        if self.on_postgres:
            self._create(empty, "template0")
        if not migrated:
            subprocess.run((*MANAGE, "migrate", "--verbosity=0"), cwd=ROOT, env=empty.environment, check=True)
        elif self.on_postgres:
            dump = subprocess.run(("pg_dump", "--no-owner", migrated), stdout=subprocess.PIPE, check=True).stdout
            command = ("psql", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", empty.url)
            subprocess.run(command, input=dump, check=True)
        else:
            shutil.copy(migrated.removeprefix(SQLITE), empty.file)
        #: The sites that others are copies of, by the content folder that was imported.
        self._templates: dict[Path | None, SandboxSite] = {None: empty}

    @contextmanager
    def site(self, name: str, folder: Path | None = None, content: Path | None = None) -> Iterator[SandboxSite]:
        """Create a fresh site with its files in `folder`, and delete it at the end.

        With `content`, it has the items of a folder, as they were when this was called for the folder first, and the
        demo editor.
        """
        if content and content not in self._templates:
            self._fill(content)
        site = self._site(name, folder or self.folder)
        try:
            self._copy(self._templates[content], site)
            yield site
        finally:
            self._drop(site)

    def close(self) -> None:
        for template in self._templates.values():
            self._drop(template)

    def _fill(self, content: Path) -> None:
        empty = self._templates[None]
        template = self._templates[content] = self._site(f"template_{len(self._templates)}", self.folder)
        self._copy(empty, template)
        template.complete(content)
        template.run("create_demo_editor", "--force", DEMO_EDITOR_PASSWORD=PASSWORD)

    def _copy(self, template: SandboxSite, site: SandboxSite) -> None:
        shutil.copytree(template.media, site.media)
        if self.on_postgres:
            self._create(site, template.name)
        else:
            shutil.copy(template.file, site.file)

    def _site(self, name: str, folder: Path) -> SandboxSite:
        name = f"drill_{os.getpid()}_{name}"
        server = urlsplit(self._server)
        address = f"{server.scheme}://{server.netloc}/{name}?{server.query}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": address if self.on_postgres else f"{SQLITE}{folder / name}.sqlite3",
            "MEDIA_ROOT": str(folder / f"media-{name}"),
            "STATIC_ROOT": str(self.folder / "collected"),
        }
        return SandboxSite(name, environment["DATABASE_URL"], Path(environment["MEDIA_ROOT"]), environment)

    def _create(self, site: SandboxSite, template: str) -> None:
        self._execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(site.name), Identifier(template)))

    def _drop(self, site: SandboxSite) -> None:
        shutil.rmtree(site.media, ignore_errors=True)
        if self.on_postgres:
            self._execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(site.name)))
        else:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{site.file}{suffix}").unlink(missing_ok=True)

    def _execute(self, statement: Any) -> None:
        with psycopg.connect(self._server, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)
