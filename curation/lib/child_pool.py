"""A pool of child processes that goes on when one of them, or their fork server, is killed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import forkserver, resource_tracker
from threading import Lock
from types import TracebackType
from typing import Any, TypeVar, cast

from pebble import CONSTS, ProcessExpired, ProcessFuture, ProcessPool

from .fork_server import CONTEXT, KILLED, START_FAILURES, ChildKilled, retry_killed

Result = TypeVar("Result")

#: Seconds after which the others give up a lock that a killed process held. They end, and the pool is started again.
CONSTS.channel_lock_timeout = 20
#: Seconds between two looks at whether a pool that owes a result still works.
CHECK_SECONDS = 1
#: The exit code of pebble's processes that gave up a lock.
LOCK_LOST = 1


class ChildPool:
    """Child processes that run one call after another, started for the first call. `initializer` runs in each."""

    def __init__(self, jobs: int, initializer: Callable[..., object], *arguments: Any) -> None:
        self.jobs = jobs
        self._initializer = initializer
        self._arguments = arguments
        self._pool: ProcessPool | None = None
        self._lock = Lock()

    def __enter__(self) -> ChildPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop all processes."""
        with self._lock:
            if self._pool is not None:
                _stop(self._pool)
                self._pool = None

    def submit(self, function: Callable[..., Result], *args: Any, seconds: int) -> Callable[[], Result]:
        """Start a call; return a function that waits for its result.

        That raises `TimeoutError` if the call takes more than `seconds`, and what the call raises. If the process is
        killed, the call is made again; if that does not help, it raises `ChildKilled`. `ProcessExpired`: the process
        has crashed.
        """
        call = partial(self._schedule, function, args, seconds)
        pending = [call()]
        return lambda: cast("Result", retry_killed(lambda: _result(*(pending.pop() if pending else call()))))

    def _schedule(
        self, function: Callable[..., Any], args: tuple[Any, ...], seconds: int
    ) -> tuple[ProcessPool | None, ProcessFuture[Any]]:
        """Hand a call to the pool. One that is broken, or cannot be started now, gives a future with the error."""
        with self._lock:
            if self._pool is not None and not self._pool.active:
                _stop(self._pool)
                self._pool = None
            try:
                self._pool = self._pool or self._start()
                return self._pool, self._pool.schedule(function, args=args, timeout=seconds)
            except (*START_FAILURES, RuntimeError) as error:
                broken: ProcessFuture[Any] = ProcessFuture()
                broken.set_exception(BrokenProcessPool(str(error)))
                return self._pool, broken

    def _start(self) -> ProcessPool:
        prepare()
        # Blocked until every process that runs is in the pool, and can be stopped.
        with _blocked(signal.SIGINT, signal.SIGTERM):
            pool = ProcessPool(
                max_workers=self.jobs, context=CONTEXT, initializer=self._initializer, initargs=self._arguments
            )
            try:
                pool.schedule(int)
            except BaseException:
                _stop(pool)
                raise
        return pool


def prepare() -> None:
    """Start the fork server that the processes are forked from, and do not wait until it has loaded the models.

    It ignores Ctrl-C, which a terminal sends to all processes: the command stops the others.
    """
    resource_tracker.ensure_running()  # or `forkserver` would start it, and unblock the signals with that
    with _blocked(signal.SIGINT):
        forkserver.ensure_running()


def _result(pool: ProcessPool | None, future: ProcessFuture[Any]) -> Any:
    """Wait for a result. Raises `ChildKilled` if the process or the pool broke, and as `ChildPool.submit()` does."""
    # A call that a pool takes while it breaks never gets a result.
    while not wait([future], timeout=CHECK_SECONDS).done:
        if not (pool and pool.active) and not wait([future], timeout=CHECK_SECONDS).done:
            raise ChildKilled
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise ChildKilled from error
    except ProcessExpired as error:
        if error.exitcode in (*KILLED, LOCK_LOST):
            raise ChildKilled from error
        raise


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    with suppress(OSError):  # of processes whose fork server was killed
        pool.join()


@contextmanager
def _blocked(*signals: signal.Signals) -> Iterator[None]:
    """Block signals during the `with` block. Processes started in it inherit that they are blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
