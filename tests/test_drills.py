"""Short runs of drills of `make drill`: a killed import, an import during reads and edits, and slow clients."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from drills import baseline, kill, proxy, site, traffic
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


@pytest.mark.django_db  # the sandbox has its own database; the mark runs the test on PostgreSQL as well
def test_the_next_import_completes_a_killed_one(sandbox: Sandbox, content: Path) -> None:
    assert kill.drill(sandbox, baseline.take(sandbox, content), 1, Random(SEED)).startswith("1 imports killed")


def test_an_import_during_reads_and_edits_loses_nothing(
    sandbox: Sandbox, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"READERS": 4, "MIN_PAGES_READ": 10, "MIN_ITEMS_SAVED": 2}.items():
        monkeypatch.setattr(traffic, name, value)
    assert "nothing lost" in traffic.drill(sandbox, content, Random(SEED))


def test_readers_are_served_while_slow_clients_hold_connections(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ATTACK_SECONDS": 3, "MAX_P95": 5.0}.items():  # other tests keep the machine busy
        monkeypatch.setattr(proxy, name, value)
    results = proxy.drill(sandbox)
    assert "gunicorn alone p95" in results
    if os.environ.get("CI"):
        assert "not installed" not in results
