"""Parser processes, and imports whose parser process is killed."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from curation.importing import workers
from curation.importing.failures import describe
from curation.importing.parse import LoadedFile, ParsedFile, RefusedFile, load
from curation.importing.sources.discover import discover
from curation.importing.workers import Parsers, parse_pickled
from curation.lib import fork_server
from curation.lib.fork_server import ChildKilled

from .conftest import WriteFile


def loaded(*paths: Path) -> list[LoadedFile]:
    files = map(load, discover(paths))
    return [file for file in files if isinstance(file, LoadedFile)]


def parse_or_die(files: Sequence[Any], flavour: Any = None) -> bytes:
    """Parse files, but kill this process for one that says so, as the kernel does for lack of memory."""
    if any(b"kill me" in data for data, _path, _inherited in files):
        os.kill(os.getpid(), signal.SIGKILL)
    return parse_pickled(files, flavour)


@pytest.mark.long
def test_a_file_whose_parser_is_killed_each_time_is_rejected_alone(
    write_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fork_server, "PAUSES", (0,))
    monkeypatch.setattr(workers, "parse_pickled", parse_or_die)
    files = loaded(write_file("a.md"), write_file("b.md", body="kill me"), write_file("c.md"))
    with Parsers(1) as parsers:
        first, second, third = parsers.submit(files)()
    assert isinstance(first, ParsedFile)
    assert isinstance(third, ParsedFile)
    assert isinstance(second, RefusedFile)
    (problem,) = second.problems
    assert problem.message == (
        "cannot be parsed: its process was killed 2 times, perhaps for lack of memory; import it again"
    )


def take_memory(_files: Sequence[Any], _flavour: Any = None) -> bytes:
    return bytes(2_000_000_000)


def test_a_file_that_takes_too_much_memory_is_rejected(write_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "parse_pickled", take_memory)
    with Parsers(1) as parsers:
        (result,) = parsers.submit(loaded(write_file("a.md")))()
    assert isinstance(result, RefusedFile)
    assert "or more memory than there is; simplify the body" in result.problems[0].message


def test_processes_that_cannot_be_started_end_an_import_in_words() -> None:
    assert describe(ChildKilled()) == (
        "its process was killed 7 times, perhaps for lack of memory; free some memory, then import again"
    )
