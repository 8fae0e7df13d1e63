"""Environment variables, and errors that stop the start."""

import os
import runpy
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from medigy.environment import load

ROOT = Path(__file__).resolve().parent.parent
KEY = "only-for-tests-" + "x" * 40


def load_settings(file: str = "medigy/settings.py", **environment: str) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", {"SECRET_KEY": KEY, **environment})
        return runpy.run_path(str(ROOT / file))


def start(file: str = "medigy/settings.py", **environment: str) -> str:
    """Load the settings; return what is wrong with them, or ""."""
    try:
        load_settings(file, **environment)
    except (ImproperlyConfigured, SystemExit) as error:
        return str(error)
    return ""


def test_a_secret_key_is_enough_to_start() -> None:
    assert start() == ""


def test_a_new_database_file_is_closed_to_other_users(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite3"
    assert start(DATABASE_URL=f"sqlite:///{file}") == ""
    assert file.stat().st_mode & 0o007 == 0
    assert start(DATABASE_URL=f"sqlite:///{tmp_path}/missing/db.sqlite3") == ""
    assert start(DATABASE_URL="sqlite://:memory:") == ""
    assert not Path(":memory:").exists()


def test_folders_that_are_closed_to_the_user_stop_only_the_start_that_needs_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed, stat = tmp_path / "closed", Path.stat

    def refuse(path: Path, **options: bool) -> os.stat_result:
        if path.is_relative_to(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    assert start(STATIC_ROOT=f"{closed}/static", DATABASE_URL="sqlite://:memory:") == ""
    complaint = start(DATABASE_URL=f"sqlite:///{closed}/db.sqlite3")
    assert "DATABASE_URL" in complaint
    assert "Permission denied" in complaint


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
        ("SITE_URL", "https://[news"),
        ("ALLOWED_HOSTS", "https://news.example.org"),
        ("ALLOWED_HOSTS", "news.example.org:8000"),
        ("CSRF_TRUSTED_ORIGINS", "news.example.org"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "postgres://medigy:password@127.0.0.1:many/medigy"),
        ("DATABASE_URL", "sqlite://var/password.sqlite3"),
        ("CACHE_URL", "redis://:password@127.0.0.1:many/0"),
        ("CACHE_URL", "redis://:password@[127.0.0.1/0"),
        ("BEHIND_PROXY", "9" * 5000),
        ("IMPORT_RECORD_DAYS", "99999999"),
        ("WEB_CONCURRENCY", "0"),
        ("FORWARDED_ALLOW_IPS", "proxy"),
        ("MEDIA_ROOT", __file__),
        ("MEDIA_ROOT", f"/{'x' * 300}"),
        ("DATABASE_URL", f"sqlite:////tmp/{'x' * 300}"),
        ("BACKUP_KEY", "password"),
        ("BACKUP_KEY", "# only a comment"),
    ],
)
def test_a_malformed_variable_stops_the_start_with_its_name(variable: str, value: str) -> None:
    complaint = start(**{variable: value})
    assert variable in complaint
    assert "password" not in complaint.replace("PASSWORD", "")


@pytest.mark.parametrize(("variable", "value"), [("WEB_CONCURRENCY", "many"), ("FORWARDED_ALLOW_IPS", "proxy")])
def test_gunicorn_is_stopped_by_its_malformed_variables_in_words(variable: str, value: str) -> None:
    assert start("gunicorn.conf.py", **{variable: value}).startswith(f"error: {variable} ")
    assert start("gunicorn.conf.py") == ""


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(load, "__defaults__", (tmp_path / ".env",))  # that of this checkout is not read

    def values(**environment: str) -> dict[str, Any]:
        found = load_settings(**environment)
        return {name: value for name, value in found.items() if name.isupper()}

    unset = load_settings()
    names = unset["env"].known - {"SECRET_KEY", "DATABASE_URL"}  # these must not be empty
    assert len(names) > 20
    assert values(**dict.fromkeys(names, "")) == {name: value for name, value in unset.items() if name.isupper()}
    (tmp_path / ".env").write_text("SITE_NAME=of the file\n")
    assert values(SITE_NAME="")["SITE_NAME"] == unset["SITE_NAME"]  # the process comes first


def test_an_address_inside_a_network_is_called_that() -> None:
    assert "Write 10.0.0.0/8 for the network" in start(FORWARDED_ALLOW_IPS="10.0.0.1/8")
    assert start(FORWARDED_ALLOW_IPS="10.0.0.0/8,::1/128,*") == ""


def test_only_warnings_about_an_address_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(_url: str, *_arguments: object) -> dict[str, Any]:
        warnings.warn("of a later Python", DeprecationWarning, stacklevel=1)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}

    monkeypatch.setattr(environ.Env, "db_url_config", parse)
    with pytest.warns(DeprecationWarning, match="of a later Python"):
        assert load({}).database("DATABASE_URL", "")["NAME"] == ":memory:"


def test_lines_of_the_file_that_are_no_settings_are_told(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# SITE_ULR=x\n\nexport SITE_ULR=https://a.test\nCOLOUR=red\nSITE_URL = b\nPGPORT=1\nDJANGO_SUPERUSER_EMAIL=a\n"
        "SITE_URL='c'\n"
    )
    environment = load(found := {"COLOUR": "blue"}, file)
    assert environment.text("SITE_URL") == "c"
    assert found["COLOUR"] == "blue"  # the environment comes first
    assert environment.faults() == [
        "Line 3 sets SITE_ULR, which is not a setting of this site. Is SITE_URL meant?",
        "Line 4 sets COLOUR, which is not a setting of this site.",
        "Line 5 is not of the form NAME=value, without spaces around “=”.",
    ]


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SITE_NAME=\xff")
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        load({}, tmp_path / ".env")
    assert load({}, tmp_path / "missing").faults() == []


@pytest.mark.parametrize(
    ("version", "refused"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 50, 7), False), ((3, 44, 6), False), ((3, 51, 3), False)],
)
def test_a_public_site_refuses_a_sqlite_that_corrupts_databases(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: tuple[int, int, int], refused: bool
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    site = {"SITE_URL": "https://news.example.org", "BEHIND_PROXY": "1"}
    file = f"sqlite:///{tmp_path}/db.sqlite3"
    assert ("ACCEPT_SQLITE_RISK=1" in start(DATABASE_URL=file, **site)) == refused
    assert ("ACCEPT_SQLITE_RISK=1" in start(DATABASE_URL=file, ALLOWED_HOSTS="desk")) == refused
    assert start(DATABASE_URL=file, ACCEPT_SQLITE_RISK="1", **site) == ""
    assert start(DATABASE_URL=file) == start(DATABASE_URL="postgres:///medigy", **site) == ""


def test_a_site_tells_browsers_of_subdomains_and_lists_only_if_asked() -> None:
    def subdomains(**environment: str) -> list[bool]:
        found = load_settings(SITE_URL="https://localhost", BEHIND_PROXY="1", **environment)
        return [found["SECURE_HSTS_INCLUDE_SUBDOMAINS"], found["SECURE_HSTS_PRELOAD"]]

    assert subdomains() == [False, False]
    assert subdomains(HSTS_PRELOAD="1") == [True, True]


@pytest.mark.parametrize(
    "public", [{"SITE_URL": "https://localhost"}, {"BEHIND_PROXY": "1"}, {"ALLOWED_HOSTS": "example.org,localhost"}]
)
def test_a_site_that_others_reach_exempts_nobody_from_the_second_factor(public: dict[str, str]) -> None:
    assert "SECOND_FACTOR_EXEMPT" in start(SECOND_FACTOR_EXEMPT="editor", DATABASE_URL="sqlite://:memory:", **public)
    assert start(SECOND_FACTOR_EXEMPT="editor") == start(SECOND_FACTOR_EXEMPT="editor", DEBUG="1") == ""


def test_commands_tell_of_malformed_variables_without_a_traceback() -> None:
    done = subprocess.run(
        (sys.executable, "manage.py", "check"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.startswith("error: SECRET_KEY")) == (1, True)


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
