"""Parsing in other processes: on every core, and with an end, for a body can be made that takes hours to render.

A process that overruns its time is killed and replaced (pebble does both); the file it was at is rejected, and the run
goes on.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, resource_tracker
from types import TracebackType

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from curation.frontmatter.inheritance import Inherited
from curation.importing.parse import Loaded, Parsed, Refusal, Refused, Understood, parsed, rejected, understand
from curation.rendering import Flavour

#: Seconds that one file may take. An ordinary one takes two milliseconds.
FILE_SECONDS = 5
#: Files sent to a process at a time: enough that sending costs little, and few enough to try one by one again.
CHUNK = 25
#: Processes are forked from one that has loaded the models, and holds neither threads nor database connections.
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["curation.importing.preload"])


def default_jobs() -> int:
    """Return the number of processes that suits this machine: its cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Parsers:
    """A pool of parser processes, started when the first file asks for it."""

    def __init__(self, jobs: int, flavour: Flavour | None = None) -> None:
        self.jobs = jobs
        self.flavour = flavour
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Parsers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def prepare(self) -> None:
        """Have what the processes are forked from load the models, which takes a while, and do not wait for it.

        It is deaf to Ctrl-C: a terminal sends that to all, and the import is who stops the others.
        """
        resource_tracker.ensure_running()  # which would open the ears of the next one again
        with _held(signal.SIGINT):
            forkserver.ensure_running()

    def submit(self, files: Sequence[Loaded]) -> Callable[[], list[Parsed | Refused]]:
        """Start parsing files; return a call that waits for the results, in the same order."""
        chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
        pending = [(chunk, self._schedule(chunk)) for chunk in chunks]
        return lambda: [result for chunk, future in pending for result in self._results(chunk, future)]

    def _schedule(self, files: Sequence[Loaded]) -> ProcessFuture[bytes]:
        if self._pool is None:
            self._pool = self._start()
        work = [file.work for file in files]
        return self._pool.schedule(packed, args=[work, self.flavour], timeout=FILE_SECONDS)

    def _start(self) -> ProcessPool:
        """Start the processes; once more, should what they are forked from be killed meanwhile."""
        try:
            return self._start_once()
        except BrokenProcessPool:
            return self._start_once()

    def _start_once(self) -> ProcessPool:
        self.prepare()
        with _held(signal.SIGINT, signal.SIGTERM):  # until every process that runs is known, and can be stopped
            pool = ProcessPool(max_workers=self.jobs, context=CONTEXT, initializer=_step_back)
            pool.schedule(packed, args=[[]])
        return pool

    def _results(self, files: Sequence[Loaded], future: ProcessFuture[bytes]) -> list[Parsed | Refused]:
        try:
            results = pickle.loads(future.result())  # noqa: S301  # of a process of ours
        except (TookTooLong, ProcessExpired):
            if len(files) == 1:
                return [_gave_up(files[0])]
            return [result for file in files for result in self._results([file], self._schedule([file]))]
        return [parsed(file, result) for file, result in zip(files, results, strict=True)]


@contextmanager
def _held(*signals: signal.Signals) -> Iterator[None]:
    """Hold signals back for a moment; a process that is started meanwhile never hears them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _step_back() -> None:
    """Let the import's own process go first where cores are few: it writes what the others read, and ends last."""
    os.nice(2)


def packed(files: Sequence[tuple[bytes, str, Inherited]], flavour: Flavour | None = None) -> bytes:
    """Read files, each given as `Loaded.work`, in this process, and return a pickled list of results.

    Batches wait to be written, and a pickle takes a fifth of the memory that its objects do.
    """
    signal.alarm(FILE_SECONDS + 1)  # ends a process whose import is gone, and nobody else would
    results: list[Understood | Refusal] = [understand(*work, flavour) for work in files]
    signal.alarm(0)
    return pickle.dumps(results, pickle.HIGHEST_PROTOCOL)


def _gave_up(file: Loaded) -> Refused:
    message = f"takes longer than {FILE_SECONDS} s to render, or more memory than there is; simplify the body"
    return rejected(file.source, "too-slow", message)
