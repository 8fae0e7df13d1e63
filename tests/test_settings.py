"""Environment variables, and errors that stop the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "only-for-tests-" + "x" * 40


def start(**environment: str) -> str:
    """Load the settings in a process of their own; return what it complained about, or ""."""
    result = subprocess.run(
        [sys.executable, "-c", "import medigy.settings"],
        env={"PATH": os.environ["PATH"], "SECRET_KEY": KEY, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stderr.strip().splitlines()[-1] if result.returncode else ""


def test_a_secret_key_is_enough_to_start() -> None:
    assert start() == ""


def test_a_new_database_file_is_closed_to_other_users(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite3"
    assert start(DATABASE_URL=f"sqlite:///{file}") == ""
    assert file.stat().st_mode & 0o007 == 0
    assert start(DATABASE_URL=f"sqlite:///{tmp_path}/missing/db.sqlite3") == ""
    assert start(DATABASE_URL="sqlite://:memory:") == ""
    assert not Path(":memory:").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz"),
        ("SECRET_KEY", "secret" * 10),
        ("SITE_URL", "news.example.org"),
        ("SITE_URL", "https://news.example.org/blog/"),
        ("SITE_URL", "https://"),
        ("DEBUG", "maybe"),
        ("BEHIND_PROXY", "yes"),
        ("LOG_LEVEL", "LOUD"),
        ("DATABASE_URL", "foo"),
        ("DATABASE_URL", "postgre:///medigy"),
        ("DATABASE_URL", "mysql://127.0.0.1/medigy"),
        ("CACHE_URL", "reddis://127.0.0.1"),
        ("TIME_ZONE", "New York"),
        ("DESK_HOUR", "soon"),
        ("CACHE_URL", "memcache://127.0.0.1:1"),
        ("CACHE_URL", "filecache:///tmp/cache"),
        ("CACHE_MEGABYTES", "many"),
    ],
)
def test_a_malformed_variable_stops_the_start_with_its_name(variable: str, value: str) -> None:
    complaint = start(**{variable: value})
    assert "ImproperlyConfigured" in complaint
    assert variable in complaint


@pytest.mark.parametrize(
    "public", [{"SITE_URL": "https://localhost"}, {"BEHIND_PROXY": "1"}, {"ALLOWED_HOSTS": "example.org,localhost"}]
)
def test_a_site_that_others_reach_exempts_nobody_from_the_second_factor(public: dict[str, str]) -> None:
    assert "SECOND_FACTOR_EXEMPT" in start(SECOND_FACTOR_EXEMPT="editor", **public)
    assert start(SECOND_FACTOR_EXEMPT="editor") == start(SECOND_FACTOR_EXEMPT="editor", DEBUG="1") == ""


def test_a_short_secret_is_enough_to_develop() -> None:
    assert start(SECRET_KEY="short", DEBUG="1") == ""


@pytest.mark.parametrize("host", ["localhost:8000", "192.168.1.20:8000", "news.test", "desk"])
def test_debug_is_accepted_on_hosts_that_are_not_public(host: str) -> None:
    assert start(DEBUG="1", SITE_URL=f"http://{host}") == ""


@pytest.mark.parametrize("host", ["news.medigy.com", "93.184.216.34"])
def test_debug_is_refused_on_a_public_host(host: str) -> None:
    assert "Set DEBUG to 0" in start(DEBUG="1", SITE_URL=f"http://{host}")
    assert "Set DEBUG to 0" in start(DEBUG="1", ALLOWED_HOSTS=f"localhost,{host}")


def test_debug_is_refused_for_all_hosts_and_behind_a_proxy() -> None:
    assert "Set DEBUG to 0" in start(DEBUG="1", ALLOWED_HOSTS="*")
    assert "BEHIND_PROXY" in start(DEBUG="1", BEHIND_PROXY="1")
