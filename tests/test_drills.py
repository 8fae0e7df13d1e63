"""Short runs of drills of `make drill`. Times are not compared: other tests keep the machine busy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from drills import (
    backup,
    baseline,
    cache,
    database,
    disk,
    kill,
    login,
    proxy,
    readers,
    site,
    soak,
    traffic,
    uploads,
    workers,
)
from drills.report import DrillSkipped
from drills.sandbox import ROOT, Sandbox
from drills.server import log_errors

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("drills")]
FILES, PICTURES = 24, 2
SEED = 1
SOAK_MINUTES = 0.05
#: Of the failures of a drill, those that its short form provokes.
DATABASE_FAILURES = ("frozen", "an unreadable file", "read-only files")
REDIS_STATES = ("frozen", "full", "lists in place of values")
ATTACKS = ("slow large bodies",)
#: Constants of the drills: less time, and fewer requests.
SHORT: dict[ModuleType, dict[str, Any]] = {
    backup: {"EDITOR_PAUSES": (0.5, 1), "IMPORT_PAUSE": 2},
    cache: {"FAIL_SECONDS": 2},
    database: {"FAIL_SECONDS": 5, "LATER_SECONDS": 2},
    login: {"CALM_SECONDS": 2, "ADDRESSES": 1},
    proxy: {"ATTACK_SECONDS": 1, "SETTLE_SECONDS": 0.5, "FIRST_PAGES": 8},
    readers: {"CRAWLED": 2},
    soak: {"READERS": 4},
    traffic: {"READERS": 2, "MIN_PAGES_READ": 10, "MIN_ITEMS_SAVED": 2},
    uploads: {"CALM_SECONDS": 2, "PICTURES": 2, "BODIES": 1},
}
#: Limits of times: other tests keep the machine busy.
PATIENT: dict[ModuleType, dict[str, Any]] = {
    cache: {"MAX_SECONDS": 5.0},
    database: {"FREE_SECONDS": 5.0, "TESTED_SECONDS": 12},
    login: {"MAX_LOGIN_SECONDS": 120},
    proxy: {"MAX_P95": 5.0},
    readers: {"MAX_RATIO": 1_000},
    soak: {"MAX_READER_P95": 60, "MAX_EDITOR_P95": 60},
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with closing(Sandbox(tmp_path_factory.mktemp("drills"))) as made:
        yield made


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of all sites. Some drills change them."""
    return site.write(tmp_path_factory.mktemp("content") / "site", FILES, PICTURES)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for constants in (SHORT, PATIENT):
        for module, values in constants.items():
            for name, value in values.items():
                monkeypatch.setattr(module, name, value)


def test_errors_of_a_server_are_found_in_its_log() -> None:
    """As Django, Python and SQLite write them."""
    errors = ["ERROR django.request: Internal Server Error: /news/", "Traceback (most recent call last):"]
    errors.append("django.db.utils.OperationalError: database is locked")
    assert log_errors("\n".join(["Listening at: http://127.0.0.1:8000", *errors])) == errors


@pytest.mark.django_db  # the sandbox has its own database; the mark runs the test on PostgreSQL as well
def test_the_next_import_completes_a_killed_one(sandbox: Sandbox, content: Path) -> None:
    assert kill.drill(sandbox, baseline.take(sandbox, content), 1, Random(SEED)).startswith("1 imports killed")


def test_an_import_during_reads_and_edits_loses_nothing(sandbox: Sandbox, content: Path) -> None:
    assert "nothing lost" in traffic.drill(sandbox, content, Random(SEED))


@pytest.mark.django_db  # the mark runs the test on PostgreSQL as well
def test_a_site_answers_while_its_database_is_away(sandbox: Sandbox, content: Path) -> None:
    with skipping():
        assert "well again" in database.drill(sandbox, content, DATABASE_FAILURES)


def test_no_request_waits_for_redis(sandbox: Sandbox, content: Path) -> None:
    with skipping():
        assert "no failed request" in cache.drill(sandbox, content, REDIS_STATES)


def test_readers_are_served_while_slow_clients_hold_connections(sandbox: Sandbox, content: Path) -> None:
    missing = [name for name in proxy.PROXIES if not shutil.which(name)]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not installed: {', '.join(missing)}")
    assert "not installed" not in proxy.drill(sandbox, content, proxy.PROXIES, ATTACKS)


def test_a_short_soak_loses_nothing(sandbox: Sandbox, content: Path) -> None:
    assert "nothing lost" in soak.drill(sandbox, content, SOAK_MINUTES, Random(SEED))


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


def test_guesses_are_hashed_rarely_and_keep_no_editor_out(sandbox: Sandbox, content: Path) -> None:
    assert "the editor logged in" in login.drill(sandbox, content, 40)


def test_hostile_uploads_leave_web_workers_small(sandbox: Sandbox, content: Path) -> None:
    assert "web workers up to" in uploads.drill(sandbox, content)


@pytest.mark.django_db
def test_a_living_worker_takes_over_from_a_killed_one(sandbox: Sandbox) -> None:
    assert "took it over" in workers.drill(sandbox, 150, ["worker"])


def test_a_full_disk_is_told_to_editors_and_readers_do_not_notice(sandbox: Sandbox, content: Path) -> None:
    with skipping():
        unshare = disk.unshare()
    with sandbox.site("migrated") as migrated:
        command = (*unshare, sys.executable, "-m", "drills.served_disk", str(content), migrated.url, "1")
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "all of them answered" in done.stdout, done.stdout + done.stderr
