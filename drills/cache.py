"""A Redis that is frozen, stopped, full, read-only, or holds values of another type: no request fails or waits long.

The page cache and the limits of requests use it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Event, Thread
from typing import Any

from redis import Redis

from drills.database import KEPT, STATIC
from drills.report import DrillFailed, DrillSkipped, print_line
from drills.sandbox import ROOT, Sandbox
from drills.server import free_port, log_errors, serve
from drills.watch import Answer, Watch, ask

READERS = 4
FAIL_SECONDS = 8
#: Maximum seconds of an answer, or this many times those of the slowest before, on a machine that is busy.
MAX_SECONDS, MAX_RATIO = 1.5, 3
#: Time until pages are stored: after a slow answer, the page cache is not used for some seconds.
USE_SECONDS = 30
PATHS: dict[str, Callable[[int], str]] = {
    "kept": lambda number: KEPT[number % len(KEPT)],
    "search": lambda number: f"/search/?q=health+{number}",
    "api": lambda _number: "/api/v1/items",
    "suggestions": lambda _number: "/search/suggest/?q=he",
    "static": lambda _number: STATIC,
}
#: Requests a minute: too many to be refused, so that all are counted.
LIMITS = dict.fromkeys(("SEARCHES_PER_MINUTE", "SUGGESTIONS_PER_MINUTE", "API_REQUESTS_PER_MINUTE"), "1000000")


@dataclass(slots=True)
class RedisServer:
    """A server of Redis that stores nothing on a disk."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        command = ("redis-server", *options, "--dir", str(self.folder))
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        subprocess.run(  # it loads for a moment
            ("timeout", "20", "sh", "-c", f"until redis-cli -p {self.port} ping | grep -q PONG; do sleep 0.1; done"),
            check=True,
            capture_output=True,
        )

    def stop(self) -> None:
        assert self.process  # it was started
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()

    def client(self) -> Redis:
        return Redis(port=self.port)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        assert self.process  # it was started
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def restarted(self) -> Iterator[None]:
        self.stop()
        self.start()
        yield

    @contextmanager
    def configured(self, **settings: str) -> Iterator[None]:
        """Set directives of its configuration, and reset them at the end."""
        with closing(self.client()) as client:
            names = {name: name.replace("_", "-") for name in settings}
            before: dict[str, Any] = {names[name]: client.config_get(names[name])[names[name]] for name in settings}
            for name, value in settings.items():
                client.config_set(names[name], value)
            client.client_kill_filter(_type="normal", skipme=True)  # open connections need no password
            try:
                yield
            finally:
                for name, value in before.items():
                    client.config_set(name, value)

    @contextmanager
    def replica(self) -> Iterator[None]:
        """Let it be a read-only replica of a server that does not answer."""
        with closing(self.client()) as client:
            client.replicaof("127.0.0.1", str(free_port()))
            try:
                yield
            finally:
                client.replicaof("NO", "ONE")

    @contextmanager
    def replaced_values(self, replace: Callable[[Redis, bytes], object]) -> Iterator[None]:
        """Replace each value that is stored."""
        over = Event()

        def work() -> None:
            with closing(self.client()) as client:
                while not over.wait(0.02):
                    for key in client.scan_iter():
                        if client.type(key) == b"string":
                            replace(client, key)

        thread = Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            with closing(self.client()) as client:
                client.flushall()


def _to_list(client: Redis, key: bytes) -> None:
    with client.pipeline() as pipeline:
        pipeline.delete(key)
        pipeline.rpush(key, "x")
        pipeline.execute()


def states(server: RedisServer) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    return {
        "frozen": server.frozen,
        "stopped": server.stopped,
        "restarted": server.restarted,
        "full": lambda: server.configured(maxmemory="1", maxmemory_policy="noeviction"),
        "with a password": lambda: server.configured(requirepass="unknown"),
        "a replica": server.replica,
        "lists in place of values": lambda: server.replaced_values(_to_list),
        "other values": lambda: server.replaced_values(lambda client, key: client.set(key, b"\x80" * 40)),
    }


def drill(sandbox: Sandbox, content: Path, only: Collection[str] = ()) -> str:
    """Serve a site with Redis, and let readers meet each state of it, or `only` those with these names.

    Raises `DrillFailed`, `DrillSkipped`.
    """
    if not shutil.which("redis-server"):
        raise DrillSkipped("redis-server is not installed")
    folder = content.parent.parent
    server = RedisServer(folder, free_port())
    faults: list[str] = []
    slowest: dict[str, float] = {}
    with sandbox.site("cache", content=content) as site:
        variables = {**LIMITS, "CACHE_URL": f"redis://127.0.0.1:{server.port}/0", "STATIC_ROOT": str(ROOT / "static")}
        server.start()
        try:
            with serve(site, folder / "cache.log", **variables) as web:
                with closing(server.client()) as client:
                    check_use(web.address, client)
                calm = max(answer.seconds for answer in meet(web.address, nullcontext))
                print_line(f"  before: the slowest after {calm:.2f} s")
                limit = max(MAX_SECONDS, MAX_RATIO * calm)
                for name, state in states(server).items():
                    if only and name not in only:
                        continue
                    answers = meet(web.address, state)
                    wrong = [str(answer) for answer in answers if is_wrong(answer, limit)]
                    slowest[name] = max(answer.seconds for answer in answers)
                    print_line(f"  {name}: {len(answers)} answers, the slowest after {slowest[name]:.2f} s")
                    faults += [f"{name}: {len(wrong)} faults: {'; '.join(wrong[:3])}"] if wrong else []
        finally:
            server.stop()
    if faults:
        raise DrillFailed("; ".join([*faults, *log_errors((folder / "cache.log").read_text())[:3]]))
    name = max(slowest, key=lambda state: slowest[state])
    return f"{len(slowest)} states of Redis, no failed request; the slowest answer after {slowest[name]:.2f} s ({name})"


def check_use(address: str, client: Redis) -> None:
    """Wait until pages and numbers of requests are stored. Raises `DrillFailed`."""
    deadline = time.monotonic() + USE_SECONDS
    while True:
        for path in (path(1) for path in PATHS.values()):
            if (answer := ask(address, "calm", path)).status != HTTPStatus.OK:
                raise DrillFailed(f"before all: {answer}")
        keys = list(map(str, client.keys()))
        counters = [key for key in keys if "rate:" in key]
        if len(counters) >= len(LIMITS) and len(keys) > len(counters):
            return
        if time.monotonic() > deadline:
            raise DrillFailed(f"Redis is not used: {', '.join(keys)}")
        time.sleep(0.5)


def meet(address: str, state: Callable[[], AbstractContextManager[None]]) -> list[Answer]:
    """Return the answers during a state of Redis, and just after it."""
    with Watch(address, PATHS, READERS).at_work() as watch:
        with state():
            time.sleep(FAIL_SECONDS)
        time.sleep(FAIL_SECONDS / 4)
    return watch.answers


def is_wrong(answer: Answer, max_seconds: float) -> bool:
    return answer.status != HTTPStatus.OK or answer.seconds > max_seconds
