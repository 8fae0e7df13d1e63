"""Requests per second of pages served by gunicorn, compared with those of an empty Django view.

Each server has one sync worker, which closes the connection after each response; this process sends one request after
another. The worker's CPU time is measured, which other load on the machine hardly affects. The servers are measured in
turn, and a ratio is the median of all rounds.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from benchmarks.pages import TOPIC, Database

ITEMS = 10_000
ROUNDS = 12
#: CPU time of the worker that each kind of pages gets in a round, and number of requests between two measurements.
CPU_SECONDS, BURST = 0.2, 5
#: Minimum ratios to the requests per second of the empty view, of pages that are rendered and of cached ones.
MIN_RENDERED, MIN_CACHED = 0.126, 0.7
HOST = "127.0.0.1"
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class PageKind:
    """Pages of one kind, requested in turn."""

    name: str
    paths: tuple[str, ...]


EMPTY = PageKind("empty view", ("/",))
KINDS = (
    PageKind("home", ("/",)),
    PageKind("news", tuple(f"/news/?page={number}" for number in range(1, 11))),
    PageKind("topic", tuple(f"/topic/{TOPIC}/?page={number}" for number in range(1, 11))),
    PageKind("item", tuple(f"/news/story-{number}/" for number in range(1, 21))),
)


@dataclass(frozen=True, slots=True)
class ServedRate:
    """Requests per second of CPU time, their ratio to those of the empty view, and its minimum, if any."""

    kind: PageKind
    rate: float
    ratio: float
    minimum: float | None = None


def measure(folder: Path, log: Callable[[str], None]) -> Iterator[ServedRate]:
    """Yield the rates of the empty view, then of each kind of pages rendered, then of each from the cache."""
    database = Database(ITEMS, folder)
    log(f"Generating {ITEMS:,} items")
    database.fill()
    database.pool.shutdown()
    site = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "DATABASE_URL": f"sqlite:///{folder / f'{ITEMS}.sqlite3'}"}
    site["STATIC_ROOT"] = str(folder / "collected")
    with ExitStack() as stack:
        empty = stack.enter_context(serve("benchmarks.empty"))
        rendered = stack.enter_context(serve("medigy.wsgi", **site, CACHE_URL="dummycache://"))
        cached = stack.enter_context(serve("medigy.wsgi", **site, CACHE_URL="locmemcache://"))
        log("Requesting pages")
        yield ServedRate(EMPTY, median(requests_per_second(empty, EMPTY) for _ in range(ROUNDS)), 1.0)
        for server, name, minimum in ((rendered, "{}, rendered", MIN_RENDERED), (cached, "{}, cached", MIN_CACHED)):
            for kind in KINDS:
                yield compare(empty, server, PageKind(name.format(kind.name), kind.paths), minimum)


def compare(empty: Server, site: Server, kind: PageKind, minimum: float) -> ServedRate:
    for path in kind.paths:
        get(site.port, path)
    rounds = [(requests_per_second(site, kind), requests_per_second(empty, EMPTY)) for _ in range(ROUNDS)]
    return ServedRate(
        kind, median(rate for rate, _ in rounds), median(rate / empty_rate for rate, empty_rate in rounds), minimum
    )


def requests_per_second(server: Server, kind: PageKind) -> float:
    paths, start, number, used = cycle(kind.paths), server.cpu(), 0, 0.0
    while used < CPU_SECONDS:
        for path in islice(paths, BURST):
            get(server.port, path)
        number, used = number + BURST, server.cpu() - start
    return number / used


def get(port: int, path: str) -> None:
    """Request a page. Raises `RuntimeError` for an error page."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(65536)
        while connection.recv(65536):
            pass
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path} answered {answer[:40]!r}")


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the CPU time of its worker in seconds."""
        worker = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()[0]
        return int(Path(f"/proc/{worker}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def serve(application: str, **environment: str) -> Iterator[Server]:
    """Serve an application during the `with` block."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        options = (f"--bind=fd://{listener.fileno()}", "--workers=1", "--worker-class=sync", "--threads=1")
        process = subprocess.Popen(
            (sys.executable, "-m", "gunicorn", application, *options, "--log-level=error"),
            env={**os.environ, **environment},
            pass_fds=(listener.fileno(),),
        )
    try:
        wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Wait until a server responds."""
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        try:
            return get(port, "/")
        except OSError:
            sleep(0.1)
    raise RuntimeError("The server does not start.")
