"""Parser processes, and imports whose parser process is killed."""

from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from pebble import ProcessPool

from curation.importing import workers
from curation.importing.parse import LoadedFile, ParsedFile, load
from curation.importing.sources.discover import discover
from curation.importing.workers import Parsers

from .conftest import WriteFile


def test_parsers_start_again_if_their_fork_server_is_killed(
    write_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    class Pool(ProcessPool):
        def schedule(self, *arguments: Any, **options: Any) -> Any:
            started.append(self)
            if len(started) == 1:
                raise BrokenProcessPool
            return super().schedule(*arguments, **options)

    monkeypatch.setattr(workers, "ProcessPool", Pool)
    (source,) = discover([write_file("a.md")])
    file = load(source)
    assert isinstance(file, LoadedFile)
    with Parsers(1) as parsers:
        (result,) = parsers.submit([file])()
    assert isinstance(result, ParsedFile)
    assert started[1] is not started[0]
