"""System checks of an installation."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.contrib import admin
from django.core.checks import run_checks
from django.db import connection
from PIL import features

from curation.checks import (
    PATCHED_PYTHON,
    check_env_file,
    check_hosts_are_named,
    check_image_formats,
    check_proxy,
    check_python_is_patched,
    check_secrets_are_private,
    check_site_url,
    check_site_url_of_deployment,
    check_sqlite,
    check_transport,
    check_uploads_are_not_served,
)
from curation.models import Topic
from medigy.apps import check_admin


def test_a_pillow_with_all_formats_is_accepted() -> None:
    assert check_image_formats() == []


def test_a_pillow_without_a_format_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda feature: feature != "avif")

    [error] = check_image_formats()

    assert (error.id, error.msg) == ("curation.E001", "This Pillow cannot write AVIF images.")


@pytest.mark.parametrize(
    ("version", "is_patched"),
    [
        *(((3, 11, 7), False), ((3, 11, 13), False), ((3, 11, 14), True), ((3, 12, 11), False), ((3, 12, 12), True)),
        *(((3, 13, 5), False), ((3, 13, 6), True), ((3, 14, 0), True), ((3, 15, 0), True)),
    ],
)
def test_a_python_without_fixes_is_told(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], is_patched: bool
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert (check_python_is_patched() == []) == is_patched


def test_the_readme_names_the_patched_releases() -> None:
    releases = [".".join(map(str, floor)) for floor in PATCHED_PYTHON]
    assert all(release in (settings.BASE_DIR / "README.md").read_text() for release in releases)


def test_files_with_secrets_that_others_can_read_are_told(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.BASE_DIR, file = tmp_path, tmp_path / "db.sqlite3"
    monkeypatch.setitem(settings.DATABASES, "default", {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)})
    tmp_path.chmod(0o755)
    for path in (tmp_path / ".env", file):
        path.touch()
        path.chmod(0o640)
    assert check_secrets_are_private() == []
    file.chmod(0o644)
    [warning] = check_secrets_are_private()
    assert (warning.id, warning.hint) == ("curation.W001", f"chmod o= {file}")
    file.chmod(0o640)
    settings.FORM_UPLOADS = tmp_path / "form_uploads"
    settings.FORM_UPLOADS.mkdir(mode=0o755)
    [warning] = check_secrets_are_private()
    assert warning.hint == f"chmod o= {settings.FORM_UPLOADS}"
    tmp_path.chmod(0o750)
    assert check_secrets_are_private() == []


def test_an_upload_folder_beside_the_media_folder_is_accepted() -> None:
    assert check_uploads_are_not_served() == []


@pytest.mark.parametrize("name", ["IMPORT_UPLOADS", "FORM_UPLOADS"])
def test_an_upload_folder_within_a_served_folder_is_an_error(settings: LazySettings, tmp_path: Path, name: str) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    setattr(settings, name, tmp_path / "media" / "uploads")

    [error] = check_uploads_are_not_served()

    assert (error.id, error.msg) == ("curation.E002", f"{name} is inside MEDIA_ROOT, which is served.")


@pytest.mark.parametrize(
    ("debug", "url", "hosts", "found"),
    [
        (False, "https://news.example.org", ["news.example.org"], []),
        (False, "http://127.0.0.1:8000", ["127.0.0.1", "localhost"], []),
        (False, "http://127.0.0.1:8000", ["127.0.0.1", "news.example.org"], ["curation.E003"]),
        (True, "http://127.0.0.1:8000", ["127.0.0.1", "192.168.1.5"], []),
    ],
)
def test_a_site_with_a_name_needs_its_address(
    settings: LazySettings, debug: bool, url: str, hosts: list[str], found: list[str]
) -> None:
    settings.DEBUG, settings.SITE_URL, settings.ALLOWED_HOSTS = debug, url, hosts
    assert [error.id for error in check_site_url()] == found


@pytest.mark.parametrize(
    ("url", "found"), [("https://news.example.org", []), ("http://localhost:8000", ["curation.E004"])]
)
def test_a_deployment_needs_its_address(settings: LazySettings, url: str, found: list[str]) -> None:
    settings.SITE_URL = url
    assert [error.id for error in check_site_url_of_deployment()] == found


def test_a_mistake_in_an_admin_class_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_admin(None) == []
    monkeypatch.setattr(admin.site.get_model_admin(Topic), "list_display", ("no_such_column",))

    [error] = check_admin(None)

    assert (error.id, "no_such_column" in error.msg) == ("admin.E108", True)


@pytest.mark.parametrize(
    ("is_https", "proxies", "ids"), [(True, 0, ["curation.W003"]), (True, 1, []), (False, 0, []), (False, 1, [])]
)
def test_https_without_a_proxy_is_told(settings: LazySettings, is_https: bool, proxies: int, ids: list[str]) -> None:
    settings.HTTPS, settings.BEHIND_PROXY = is_https, proxies
    assert [message.id for message in check_proxy()] == ids


@pytest.mark.long
def test_commands_do_not_load_the_admin_and_checks_do() -> None:
    script = """
import sys, django
from django.core.management import call_command
django.setup()
assert "curation.admin" not in sys.modules
call_command("check")
assert "curation.admin" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 51, 2)])
def test_a_sqlite_that_corrupts_databases_is_told(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    is_told = connection.vendor == "sqlite" and version < (3, 51, 3)
    assert [message.id for message in check_sqlite()] == ["curation.W002"] * is_told


def test_lines_of_the_env_file_that_are_no_settings_are_told(settings: LazySettings) -> None:
    settings.ENV_FILE_FAULTS = ["Line 1 sets SITE_ULR."]
    assert [message.msg for message in check_env_file()] == [".env: Line 1 sets SITE_ULR."]


@pytest.mark.parametrize(
    ("url", "ids"), [("http://news.example.org", ["curation.W005"]), ("https://a.test", []), ("http://127.0.0.1", [])]
)
def test_a_public_site_without_https_is_told(settings: LazySettings, url: str, ids: list[str]) -> None:
    settings.SITE_URL, settings.HTTPS = url, url.startswith("https")
    assert [message.id for message in check_transport()] == ids


def test_plain_http_is_told_once(settings: LazySettings) -> None:
    settings.SITE_URL, settings.HTTPS, settings.SECRET_KEY = (
        "http://news.example.org",
        False,
        "".join(map(chr, range(40, 99))),
    )
    told = {message.id for message in run_checks(tags=["security"], include_deployment_checks=True)}
    assert {name for name in told - set(settings.SILENCED_SYSTEM_CHECKS) if str(name).startswith("security")} == set()
    assert "curation.W005" in told


@pytest.mark.parametrize("host", ["*", ".example.org"])
def test_a_deployment_with_hosts_that_are_not_named_is_an_error(settings: LazySettings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["news.example.org", "localhost", host]
    [error] = check_hosts_are_named()
    assert (error.id, host in error.msg) == ("curation.E005", True)


@pytest.mark.long
def test_the_checks_run_where_a_command_checks_the_site() -> None:
    script = """
import django
from django.core.checks.registry import registry
django.setup()
assert "check_uploads_are_not_served" in {check.__name__ for check in registry.get_checks()}
"""
    subprocess.run([sys.executable, "-c", script], check=True)
