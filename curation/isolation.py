"""Run a call in a child process with an end: a limit of time and one of memory, for what somebody may send to harm."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from curation.importing.workers import CONTEXT

Result = TypeVar("Result")


class LimitExceeded(Exception):
    """A call that took more time or memory than it was given."""


def run_isolated(function: Callable[..., Result], *args: Any, seconds: int, megabytes: int) -> Result:
    """Return what `function(*args)` returns in a child process, or raise what it raises: all of it can be pickled.

    Raises `LimitExceeded` when the child is not done after `seconds`, or ends without a word, as one does that was
    given `megabytes` of address space and asks for more.
    """
    reader, writer = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_send, args=(writer, seconds, megabytes, function, args), daemon=True)
    process.start()
    writer.close()
    try:
        if not reader.poll(seconds):
            raise LimitExceeded
        result, error = reader.recv()
    except EOFError:
        raise LimitExceeded from None
    finally:
        process.kill()
        process.join()
        reader.close()
    if error is not None:
        raise error
    return cast("Result", result)


def _send(
    writer: Connection, seconds: int, megabytes: int, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    """Send the result of a call, and `None`; or `None`, and what it raised. Nothing is sent where memory runs out."""
    signal.alarm(seconds + 1)  # ends a child whose parent is gone, and nobody else would
    limit = megabytes * 1_000_000
    with suppress(ValueError, OSError):  # a system may not have it, or allow less
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    answer: tuple[Any, Exception | None]
    with suppress(MemoryError):
        try:
            answer = function(*args), None
        except MemoryError:
            raise
        except Exception as error:
            answer = None, error
        writer.send(answer)
