"""The processes that parse, and what becomes of an import when one is killed."""

from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from pebble import ProcessPool

from curation.importing import workers
from curation.importing.discover import discover
from curation.importing.parse import Loaded, Parsed, load
from curation.importing.workers import Parsers

from .conftest import WriteFile


def test_parsers_start_again_where_what_they_are_forked_from_is_killed(
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
    assert isinstance(file, Loaded)
    with Parsers(1) as parsers:
        (result,) = parsers.submit([file])()
    assert isinstance(result, Parsed)
    assert started[1] is not started[0]
