"""The processes of a site: gunicorn with gunicorn.conf.py, and the worker; what they use of memory and files."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from benchmarks.imports import memory_of, session_of
from drills.browser import Browser
from drills.report import DrillFailed
from drills.sandbox import MANAGE, ROOT, SandboxSite

GUNICORN = (sys.executable, "-m", "gunicorn", "medigy.wsgi")
START_SECONDS = 60
#: Seconds for ending, after which a process is killed.
STOP_SECONDS = 40
#: The worker of background tasks: it restarts itself for no change of code.
WORKER = (*MANAGE, "db_worker", "--no-reload")


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """The memory of a process in megabytes, with its part of what it shares, and its number of open files."""

    name: str
    megabytes: float
    files: int


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers, the process that leads its session, and its log."""

    address: str
    pid: int
    log: Path

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://").removesuffix("/")


@contextmanager
def serve(site: SandboxSite, log: Path, *options: str, **variables: str) -> Iterator[RunningServer]:
    """Serve a site as production does. `options` are those of gunicorn, `variables` those of the environment."""
    host = f"127.0.0.1:{free_port()}"
    with running((*GUNICORN, "--bind", host, *options), log, {**site.environment, **variables}) as pid:
        await_answer(f"http://{host}/")
        yield RunningServer(f"http://{host}/", pid, log)


@contextmanager
def running(command: tuple[str, ...], log: Path, environment: dict[str, str]) -> Iterator[int]:
    """Run a command in a session of its own during the `with` block; yield its process ID."""
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def processes(session: int) -> dict[int, ProcessUse]:
    """Return what each process of a session uses, by its ID (Linux)."""
    found: dict[int, ProcessUse] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if session_of(folder) == session:
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                files = len(list((folder / "fd").iterdir()))
            except OSError:  # it has ended
                continue
            found[int(folder.name)] = ProcessUse(command, memory_of(folder), files)
    return found


def await_answer(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            Browser(address).get("/")
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise DrillFailed(f"no server at {address} after {START_SECONDS} s")


def log_errors(log: str) -> list[str]:
    """Return the lines of a log that name a traceback, an internal error or a locked database."""
    return re.findall(r".*(?:locked|Traceback|Internal Server Error).*", log)


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
        return port
