"""A PostgreSQL server of a drill's own, which it may freeze, stop and restart."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from drills.report import DrillSkipped
from drills.server import free_port

#: Where Debian and others install the programs of the server, which are not in PATH.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
USER = "medigy"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    programs: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres"

    def control(self, action: str, *options: str) -> None:
        """Run `pg_ctl`, and wait until the action is done."""
        command = (str(self.programs / "pg_ctl"), action, "--pgdata", str(self.data), "--wait", "--silent", *options)
        log = self.data.parent / "control.log"
        with log.open("a") as file:  # the server inherits it
            _run_as_postgres(command, stdout=file, stderr=file)

    def start(self) -> None:
        settings = f"-p {self.port} -k {self.data.parent} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.control("start", "--log", str(self.data.parent / "server.log"), "--options", settings)

    def signal(self, number: int) -> None:
        """Send a signal to the server and all its processes."""
        leader = int((self.data / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(("ps", "-o", "pid=", "--ppid", str(leader)), capture_output=True, text=True, check=True)
        for process in (leader, *map(int, listed.stdout.split())):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.control("stop", "--mode", "immediate")
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def locked(self, database: str, *tables: str) -> Iterator[None]:
        """Let each query of these tables wait."""
        with psycopg.connect(self.url, dbname=database) as connection:
            for table in tables:
                connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a new server during the `with` block. Raises `DrillSkipped` where PostgreSQL's programs are not found."""
    programs = find_programs()
    with TemporaryDirectory(prefix="medigy-postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")  # initdb refuses root
        server = PostgresServer(programs, Path(folder) / "data", free_port())
        options = ("--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        _run_as_postgres((str(programs / "initdb"), "--pgdata", str(server.data), *options), capture_output=True)
        server.start()
        try:
            yield server
        finally:
            server.signal(signal.SIGCONT)
            server.control("stop", "--mode", "immediate")


def find_programs() -> Path:
    """Return the folder of `initdb` and `pg_ctl`, of the newest version. Raises `DrillSkipped`."""
    in_path = shutil.which("pg_ctl")
    found = [path for pattern in FOLDERS for path in Path("/").glob(f"{pattern[1:]}/pg_ctl")]
    if not in_path and not found:
        raise DrillSkipped("PostgreSQL's initdb and pg_ctl are not found: install its server")
    return Path(in_path).parent if in_path else max(found, key=lambda path: path.parts).parent


def _run_as_postgres(command: tuple[str, ...], **options: object) -> None:
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(command, cwd="/", check=True, **user, **options)  # type: ignore[call-overload]  # of subprocess
