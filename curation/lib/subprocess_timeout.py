"""Run a function in a child process with limits on time and memory, for input that may be hostile."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar, cast

from django.conf import settings

from .fork_server import CONTEXT, KILLED, ChildKilled, retry_killed

Result = TypeVar("Result")

#: Added to the niceness of a child: the pages of readers do not wait for work that may be hostile.
NICENESS = 5
#: Seconds between two attempts to take a slot.
POLL_SECONDS = 0.05


class LimitExceeded(Exception):
    """A call that exceeded its limit of time or memory."""


class NoSlot(Exception):
    """All slots were taken all the time."""


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_in_subprocess(function: Callable[..., Result], *args: Any, seconds: int, megabytes: int) -> Result:
    """Return the result of `function(*args)` from a child process, or raise its exception. All values are pickled.

    Raises `LimitExceeded` if the child is not done after `seconds`, or ends without an answer, as it does when it needs
    more than `megabytes` of address space. If the child is killed, it is started again; raises `ChildKilled` if that
    does not help.
    """
    return retry_killed(partial(_run_once, function, args, seconds, megabytes))


def _run_once(function: Callable[..., Result], args: tuple[Any, ...], seconds: int, megabytes: int) -> Result:
    reader, writer = CONTEXT.Pipe(duplex=False)
    try:
        with writer:
            process = CONTEXT.Process(target=_send, args=(writer, seconds, megabytes, function, args), daemon=True)
            process.start()
        try:
            if not reader.poll(seconds):
                raise LimitExceeded
            result, error = reader.recv()
        except (EOFError, ConnectionError):
            process.join()
            raise (ChildKilled if process.exitcode in KILLED else LimitExceeded) from None
        finally:
            process.kill()
            process.join()
    finally:
        reader.close()
    if error is not None:
        raise error
    return cast("Result", result)


def limit_memory(megabytes: int) -> None:
    """Limit the address space of this process."""
    limit = megabytes * 1_000_000
    with suppress(ValueError, OSError):  # unsupported, or above the hard limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _send(
    writer: Connection, seconds: int, megabytes: int, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    """Send a pair of result and exception, one of them `None`. Nothing is sent if memory runs out."""
    signal.alarm(seconds + 1)  # ends the child if its parent has died
    os.nice(NICENESS)
    limit_memory(megabytes)
    answer: tuple[Any, Exception | None]
    with suppress(MemoryError):
        try:
            answer = function(*args), None
        except MemoryError:
            raise
        except Exception as error:
            answer = None, error
        writer.send(answer)


@contextmanager
def slot(kind: str, number: int, seconds: float) -> Iterator[None]:
    """Hold one of `number` slots of a kind during the `with` block, shared by all processes of this user and machine
    with one folder `settings.LOCKS`.

    Raises `NoSlot` if none is free within `seconds`.
    """
    end = monotonic() + seconds
    while (lock := _free_slot(kind, number)) is None:
        if monotonic() > end:
            raise NoSlot
        sleep(POLL_SECONDS)
    try:
        yield
    finally:
        os.close(lock)


def _free_slot(kind: str, number: int) -> int | None:
    """Return the descriptor of a locked file; `None` if all are locked."""
    for index in range(number):
        # In a folder of the site: in one that all users of the machine write to, any of them could hold the lock.
        path = Path(settings.LOCKS, f"{kind}-{index}-{os.getuid()}.lock")
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        except BaseException:
            os.close(lock)
            raise
        else:
            return lock
    return None
