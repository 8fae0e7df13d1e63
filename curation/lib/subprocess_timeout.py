"""Run a function in a child process with limits on time and memory, for input that may be hostile."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

Result = TypeVar("Result")

#: Processes are forked from one that has loaded the models, but has no threads and no database connections.
CONTEXT = get_context("forkserver")
# Named, not imported: it belongs to a higher package. A process has a single list, which all callers share.
CONTEXT.set_forkserver_preload(["curation.importing.preload"])


class LimitExceeded(Exception):
    """A call that exceeded its limit of time or memory."""


def run_in_subprocess(function: Callable[..., Result], *args: Any, seconds: int, megabytes: int) -> Result:
    """Return the result of `function(*args)` from a child process, or raise its exception. All values are pickled.

    Raises `LimitExceeded` if the child is not done after `seconds`, or ends without an answer, as it does when it needs
    more than `megabytes` of address space.
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
    """Send a pair of result and exception, one of them `None`. Nothing is sent if memory runs out."""
    signal.alarm(seconds + 1)  # ends the child if its parent has died
    limit = megabytes * 1_000_000
    with suppress(ValueError, OSError):  # unsupported, or above the hard limit
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
