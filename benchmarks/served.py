"""Requests a second of pages as gunicorn serves them, beside those of an empty Django view.

Each server is one sync worker, which closes the connection after each answer; this process asks, one request after
another. What counts is the worker's time on the CPU, as Linux knows it: what else the machine does takes none of that.
The servers take turns all the same, and a ratio is the median of the rounds'.
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
#: How much of the worker's time each kind of pages gets in a round, and how often the clock is looked at.
SECONDS, BURST = 0.2, 5
#: How much of the empty view's requests a second a page is to reach: made for the request, and kept.
MADE, KEPT = 0.126, 0.7
HOST = "127.0.0.1"
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages of one kind, asked for in turn."""

    name: str
    paths: tuple[str, ...]


EMPTY = Kind("empty view", ("/",))
KINDS = (
    Kind("home", ("/",)),
    Kind("news", tuple(f"/news/?page={number}" for number in range(1, 11))),
    Kind("topic", tuple(f"/topic/{TOPIC}/?page={number}" for number in range(1, 11))),
    Kind("item", tuple(f"/news/story-{number}/" for number in range(1, 21))),
)


@dataclass(frozen=True, slots=True)
class Result:
    """Requests a second of the worker's time, and their ratio to the empty view's."""

    kind: Kind
    rate: float
    ratio: float
    least: float | None = None


def measure(folder: Path, say: Callable[[str], None]) -> Iterator[Result]:
    """Yield the empty view, then each kind of pages made for the request, then each as it is kept."""
    database = Database(ITEMS, folder)
    say(f"Generating {ITEMS:,} items")
    database.fill()
    database.pool.shutdown()
    site = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "DATABASE_URL": f"sqlite:///{folder / f'{ITEMS}.sqlite3'}"}
    site["STATIC_ROOT"] = str(folder / "collected")
    with ExitStack() as stack:
        empty = stack.enter_context(serve("benchmarks.empty"))
        made = stack.enter_context(serve("medigy.wsgi", **site, CACHE_URL="dummycache://"))
        kept = stack.enter_context(serve("medigy.wsgi", **site, CACHE_URL="locmemcache://"))
        say("Asking for pages")
        yield Result(EMPTY, median(requests_a_second(empty, EMPTY) for _ in range(ROUNDS)), 1.0)
        for server, name, least in ((made, "{}, made", MADE), (kept, "{}, kept", KEPT)):
            for kind in KINDS:
                yield compare(empty, server, Kind(name.format(kind.name), kind.paths), least)


def compare(empty: Server, site: Server, kind: Kind, least: float) -> Result:
    for path in kind.paths:
        get(site.port, path)
    rounds = [(requests_a_second(site, kind), requests_a_second(empty, EMPTY)) for _ in range(ROUNDS)]
    return Result(kind, median(rate for rate, _ in rounds), median(rate / most for rate, most in rounds), least)


def requests_a_second(server: Server, kind: Kind) -> float:
    paths, start, number, used = cycle(kind.paths), server.cpu(), 0, 0.0
    while used < SECONDS:
        for path in islice(paths, BURST):
            get(server.port, path)
        number, used = number + BURST, server.cpu() - start
    return number / used


def get(port: int, path: str) -> None:
    """Ask for a page. Raise an error unless it comes."""
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
        """Return how many seconds its worker was on the CPU."""
        worker = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()[0]
        return int(Path(f"/proc/{worker}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def serve(application: str, **environment: str) -> Iterator[Server]:
    """Serve an application while the context is open."""
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
    """Wait for a server to answer, whatever it says."""
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        try:
            return get(port, "/")
        except OSError:
            sleep(0.1)
    raise RuntimeError("The server does not start.")
