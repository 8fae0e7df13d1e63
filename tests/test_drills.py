"""The drills of `make drill`, short: what an import leaves when it is killed, and under readers and editors."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from drills import baseline, kill, site, traffic
from drills.sandbox import Sandbox

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("drills")]
FILES = 40
SEED = 1


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with closing(Sandbox(tmp_path_factory.mktemp("drills"))) as made:
        yield made


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return site.write(tmp_path / "site", FILES)


@pytest.mark.django_db  # it has one of its own, of the same kind
def test_an_import_that_was_killed_is_completed_by_the_next(sandbox: Sandbox, content: Path) -> None:
    assert kill.drill(sandbox, baseline.take(sandbox, content), 1, Random(SEED)).startswith("1 imports killed")


def test_nothing_is_lost_when_an_import_runs_among_readers_and_editors(
    sandbox: Sandbox, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"READERS": 4, "LEAST_READ": 10, "LEAST_SAVED": 2}.items():
        monkeypatch.setattr(traffic, name, value)
    assert "nothing lost" in traffic.drill(sandbox, content, Random(SEED))
