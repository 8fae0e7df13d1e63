"""Parse files in child processes, on every core and with a timeout: a hostile body can take hours to render.

A process that exceeds its time is killed and replaced (by pebble). The file that it was parsing is rejected, and the
run goes on.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as ParseTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from types import TracebackType

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from curation.frontmatter.reading.cascade import Inherited
from curation.lib.subprocess_timeout import CONTEXT
from curation.markdown import Flavour
from curation.markdown.render_timeout import RENDER_SECONDS

from .parse import LoadedFile, ParsedFile, ParseRefusal, ParseResult, RefusedFile, parse_content, reject, with_result

#: Number of files that a process gets at a time: sending them costs little, and few are parsed again after a timeout.
CHUNK = 25


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Parsers:
    """A pool of parser processes, started for the first file."""

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
        """Start the fork server that the processes are forked from, and do not wait until it has loaded the models.

        It ignores Ctrl-C, which a terminal sends to all processes: the import stops the others.
        """
        resource_tracker.ensure_running()  # or `forkserver` would start it, and unblock the signals with that
        with _blocked(signal.SIGINT):
            forkserver.ensure_running()

    def submit(self, files: Sequence[LoadedFile]) -> Callable[[], list[ParsedFile | RefusedFile]]:
        """Start to parse files; return a call that waits for the results, in the same order."""
        chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
        pending = [(chunk, self._schedule(chunk)) for chunk in chunks]
        return lambda: [result for chunk, future in pending for result in self._results(chunk, future)]

    def _schedule(self, files: Sequence[LoadedFile]) -> ProcessFuture[bytes]:
        if self._pool is None:
            self._pool = self._start()
        arguments = [file.parse_arguments for file in files]
        return self._pool.schedule(parse_pickled, args=[arguments, self.flavour], timeout=RENDER_SECONDS)

    def _start(self) -> ProcessPool:
        """Start the processes; once more if the fork server is killed meanwhile."""
        try:
            return self._start_once()
        except BrokenProcessPool:
            return self._start_once()

    def _start_once(self) -> ProcessPool:
        self.prepare()
        # Blocked until every process that runs is in the pool, and can be stopped.
        with _blocked(signal.SIGINT, signal.SIGTERM):
            pool = ProcessPool(max_workers=self.jobs, context=CONTEXT, initializer=_lower_priority)
            pool.schedule(parse_pickled, args=[[]])
        return pool

    def _results(self, files: Sequence[LoadedFile], future: ProcessFuture[bytes]) -> list[ParsedFile | RefusedFile]:
        try:
            results = pickle.loads(future.result())  # noqa: S301  # from our own process
        except (ParseTimeout, ProcessExpired):
            if len(files) == 1:
                return [_reject_slow(files[0])]
            return [result for file in files for result in self._results([file], self._schedule([file]))]
        return [with_result(file, result) for file, result in zip(files, results, strict=True)]


@contextmanager
def _blocked(*signals: signal.Signals) -> Iterator[None]:
    """Block signals during the `with` block. Processes started in it inherit that they are blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _lower_priority() -> None:
    """Let the import's own process run first if cores are few: it writes the results of the others, and ends last."""
    os.nice(2)


def parse_pickled(files: Sequence[tuple[bytes, str, Inherited]], flavour: Flavour | None = None) -> bytes:
    """Parse files in this process, each given as `LoadedFile.parse_arguments`, and return a pickled list of results.

    Results wait to be written, and a pickle takes a fifth of the memory of its objects.
    """
    signal.alarm(RENDER_SECONDS + 1)  # ends this process even if its import is gone
    results: list[ParseResult | ParseRefusal] = [parse_content(*work, flavour) for work in files]
    signal.alarm(0)
    return pickle.dumps(results, pickle.HIGHEST_PROTOCOL)


def _reject_slow(file: LoadedFile) -> RefusedFile:
    message = f"takes longer than {RENDER_SECONDS} s to render, or more memory than there is; simplify the body"
    return reject(file.source, "too-slow", message)
