"""Hashed names of modules; and a web server whose static files cannot be served does not start, and says why."""

import json
import os
import re
import runpy
import shutil
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from medigy.static_files import check_static_files

ROOT = Path(__file__).resolve().parent.parent
PATHS = {"reader/base.css": "reader/base.1234.css"}


@pytest.fixture
def root(settings: LazySettings, tmp_path: Path) -> Path:
    """The folder of collected files of a site in production, with one file."""
    folder = tmp_path / "static"
    (folder / "reader").mkdir(parents=True)
    (folder / "reader/base.1234.css").touch()
    (folder / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": PATHS, "hash": "x"}))
    settings.STATIC_ROOT = folder
    backend = "medigy.static_files.HashedStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    return folder


def test_modules_import_each_other_by_the_names_under_which_pages_load_them(root: Path) -> None:
    shutil.copytree(ROOT / "static", root, dirs_exist_ok=True)
    storage: Any = storages["staticfiles"]
    files = [str(path.relative_to(root)) for path in root.rglob("*.*") if path.is_file() and "1234" not in path.name]
    for _, _, processed in ManifestFilesMixin.post_process(storage, {name: (storage, name) for name in files}):
        assert not isinstance(processed, Exception)
    loaded = set(storage.hashed_files.values())
    modules = [name for name in loaded if name.startswith("admin-curation/") and name.endswith(".js")]
    imported = {
        normpath(join(dirname(name), path))
        for name in modules
        for path in re.findall(r"""["'](\.{1,2}/[^"'\n]+\.js)["']""", (root / name).read_text())
    }
    assert len(imported) > 20
    assert imported <= loaded


def test_collected_files_are_right(root: Path) -> None:
    check_static_files()


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ("", "staticfiles.json is missing or empty. Run `manage.py collectstatic`"),
        ("staticfiles.json", "staticfiles.json is missing or empty. Run `manage.py collectstatic`"),
        ("reader/base.1234.css", "base.1234.css is missing. Run `manage.py collectstatic`"),
    ],
)
def test_missing_files_are_named_with_the_command_that_makes_them(root: Path, lost: str, words: str) -> None:
    (root / lost).rename(root.parent / "elsewhere")
    with pytest.raises(ImproperlyConfigured) as error:
        check_static_files()
    assert str(error.value).startswith(f"STATIC_ROOT is {root}, whose files cannot be served: {root}")
    assert words in str(error.value)


@pytest.mark.parametrize("text", ["", "{", '{"version": "9"}', "\xff"])
def test_a_damaged_list_of_files_is_told(root: Path, text: str) -> None:
    (root / "staticfiles.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ImproperlyConfigured, match="collectstatic"):
        check_static_files()


def test_files_that_are_closed_to_the_site_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: "base" not in path)
    with pytest.raises(ImproperlyConfigured, match=r"base\.1234\.css is closed\. Let the user of the site read"):
        check_static_files()


def test_a_folder_that_is_closed_to_the_site_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Any, *_arguments: Any, **_options: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ImproperlyConfigured, match=r"staticfiles\.json is closed\. Let the user of the site read"):
        check_static_files()


def test_the_web_server_looks_before_it_loads_the_site(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.wsgi.get_wsgi_application", lambda: pytest.fail("the site is loaded"))
    (root / "staticfiles.json").unlink()
    with pytest.raises(ImproperlyConfigured, match="STATIC_ROOT"):
        runpy.run_path(str(ROOT / "medigy/wsgi.py"))
