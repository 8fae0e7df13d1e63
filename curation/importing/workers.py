"""Parse files in child processes, on every core and with a timeout: a hostile body can take hours to render.

A process that exceeds its time is killed and replaced (by pebble). The file that it was parsing is rejected, and the
run goes on.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as ParseTimeout
from types import TracebackType

from pebble import ProcessExpired

from curation.frontmatter.reading.cascade import Inherited
from curation.lib import child_pool
from curation.lib.child_pool import ChildPool
from curation.lib.fork_server import ChildKilled
from curation.lib.subprocess_timeout import limit_memory
from curation.markdown import Flavour
from curation.markdown.render_timeout import MAX_MEGABYTES, RENDER_SECONDS

from .parse import LoadedFile, ParsedFile, ParseRefusal, ParseResult, RefusedFile, parse_content, reject, with_result

#: Number of files that a process gets at a time: sending them costs little, and few are parsed again after a timeout.
CHUNK = 25


class Parsers:
    """A pool of parser processes, started for the first file."""

    def __init__(self, jobs: int, flavour: Flavour | None = None) -> None:
        self.flavour = flavour
        self._pool = ChildPool(jobs, _limit)

    def __enter__(self) -> Parsers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()

    def prepare(self) -> None:
        """Start the fork server, and do not wait for it."""
        child_pool.prepare()

    def submit(self, files: Sequence[LoadedFile]) -> Callable[[], list[ParsedFile | RefusedFile]]:
        """Start to parse files; return a call that waits for the results, in the same order."""
        chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
        pending = [(chunk, self._schedule(chunk)) for chunk in chunks]
        return lambda: [result for chunk, results in pending for result in self._results(chunk, results)]

    def _schedule(self, files: Sequence[LoadedFile]) -> Callable[[], bytes]:
        arguments = [file.parse_arguments for file in files]
        return self._pool.submit(parse_pickled, arguments, self.flavour, seconds=RENDER_SECONDS)

    def _results(self, files: Sequence[LoadedFile], wait: Callable[[], bytes]) -> list[ParsedFile | RefusedFile]:
        try:
            results = pickle.loads(wait())  # noqa: S301  # from our own process
        except (ParseTimeout, ProcessExpired, MemoryError, ChildKilled) as error:
            if len(files) == 1:
                return [_reject_slow(files[0], error)]
            return [result for file in files for result in self._results([file], self._schedule([file]))]
        return [with_result(file, result) for file, result in zip(files, results, strict=True)]


def _limit() -> None:
    """Limit the memory of a parser. Its priority is below that of the import's own process, which writes the results of
    the others, and ends last.
    """
    os.nice(2)
    limit_memory(MAX_MEGABYTES)


def parse_pickled(files: Sequence[tuple[bytes, str, Inherited]], flavour: Flavour | None = None) -> bytes:
    """Parse files in this process, each given as `LoadedFile.parse_arguments`, and return a pickled list of results.

    Results wait to be written, and a pickle takes a fifth of the memory of its objects.
    """
    signal.alarm(RENDER_SECONDS + 1)  # ends this process even if its import is gone
    results: list[ParseResult | ParseRefusal] = [parse_content(*work, flavour) for work in files]
    signal.alarm(0)
    return pickle.dumps(results, pickle.HIGHEST_PROTOCOL)


def _reject_slow(file: LoadedFile, error: Exception) -> RefusedFile:
    if isinstance(error, ChildKilled):
        return reject(file.source, "killed", f"cannot be parsed: {error}; import it again")
    message = f"takes longer than {RENDER_SECONDS} s to render, or more memory than there is; simplify the body"
    return reject(file.source, "too-slow", message)
