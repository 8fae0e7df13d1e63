"""Short runs of drills of `make drill`. Times are not compared: other tests keep the machine busy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from drills import (
    backup,
    baseline,
    cache,
    database,
    disk,
    kill,
    login,
    readers,
    served_disk,
    site,
    traffic,
    uploads,
    workers,
)
from drills.report import DrillSkipped
from drills.sandbox import ROOT, Sandbox

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


@pytest.mark.django_db  # the mark runs the test on PostgreSQL as well
def test_a_site_answers_while_its_database_is_away(
    sandbox: Sandbox, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FAIL_SECONDS": 6, "FREE_SECONDS": 5.0, "TESTED_SECONDS": 12}.items():  # the machine is busy
        monkeypatch.setattr(database, name, value)
    with skipping():
        assert "well again" in database.drill(sandbox, content, ["frozen", "an unreadable file", "read-only files"])


def test_no_request_waits_for_redis(sandbox: Sandbox, content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FAIL_SECONDS": 3, "MAX_SECONDS": 5.0}.items():
        monkeypatch.setattr(cache, name, value)
    with skipping():
        assert "no failed request" in cache.drill(sandbox, content, ["frozen", "full", "lists in place of values"])


@pytest.mark.django_db
def test_backups_of_a_busy_site_are_whole_or_not_there(sandbox: Sandbox, content: Path) -> None:
    assert "restored sites are equal" in backup.drill(sandbox, content, 1, 1, Random(SEED))


@contextmanager
def skipping() -> Iterator[None]:
    """Skip the test where the machine lacks a server, which build servers have."""
    try:
        yield
    except DrillSkipped as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_RATIO", 1_000)
    monkeypatch.setattr(login, "MAX_LOGIN_SECONDS", 120)
    for module in (login, uploads, served_disk):
        monkeypatch.setattr(module, "CALM_SECONDS", 3)


@pytest.mark.usefixtures("_patient")
def test_guesses_are_hashed_rarely_and_keep_no_editor_out(sandbox: Sandbox) -> None:
    assert "the editor logged in" in login.drill(sandbox, 120)


@pytest.mark.usefixtures("_patient")
def test_hostile_uploads_leave_web_workers_small(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PICTURES": 2, "BODIES": 2}.items():
        monkeypatch.setattr(uploads, name, value)
    assert "web workers up to" in uploads.drill(sandbox)


@pytest.mark.django_db
def test_a_living_worker_takes_over_from_a_killed_one(sandbox: Sandbox) -> None:
    assert "took it over" in workers.drill(sandbox, 5 * FILES)


@pytest.mark.usefixtures("_patient")
def test_a_full_disk_is_told_to_editors_and_readers_do_not_notice(sandbox: Sandbox, content: Path) -> None:
    with skipping():
        unshare = disk.unshare()
    command = (*unshare, sys.executable, "-m", "drills.served_disk", str(content))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "all of them answered" in done.stdout, done.stdout + done.stderr
