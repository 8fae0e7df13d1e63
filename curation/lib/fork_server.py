"""The process that child processes are forked from, and starting them again when it or they were killed.

A machine that is short of memory kills processes with SIGKILL. What was killed is started again, a few times.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from time import sleep
from typing import TypeVar

Result = TypeVar("Result")

#: Processes are forked from one that has loaded the models, but has no threads and no database connections.
CONTEXT = get_context("forkserver")
# Named, not imported: it belongs to a higher package. A process has a single list, which all callers share.
CONTEXT.set_forkserver_preload(["curation.importing.preload"])

#: Seconds before each further attempt. `forkserver.ensure_running()` only starts another fork server once the killed
#: one can be waited for, which is some milliseconds after its sockets are closed.
PAUSES = (0.05, 0.2, 0.5, 1, 2, 4)
#: Errors of starting a process while the fork server is killed.
START_FAILURES = (ConnectionError, EOFError, BrokenProcessPool)
#: Exit codes of a process that was killed. `multiprocessing` reports the second one when the fork server was, which
#: alone could tell the right one.
KILLED = (-signal.SIGKILL, 255)


class ChildKilled(Exception):
    """A child process, or the fork server, was killed at every attempt. The message, for people, says so."""

    def __init__(self) -> None:
        super().__init__(f"its process was killed {len(PAUSES) + 1} times, perhaps for lack of memory")


def retry_killed(run: Callable[[], Result]) -> Result:
    """Return the result of `run()`, which raises one of `START_FAILURES` or `ChildKilled` if its process was killed.

    Raises `ChildKilled` after the last attempt.
    """
    for pause in PAUSES:
        try:
            return run()
        except (*START_FAILURES, ChildKilled):
            sleep(pause)
    try:
        return run()
    except START_FAILURES as error:
        raise ChildKilled from error
