"""Packages of others that pages of the admin use are the ones that `scripts/vendor.py` pins."""

import hashlib
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from scripts import vendor
from scripts.vendor import VENDOR, VENDORED

from .test_developer_tools import ROOT

STATIC = ROOT / "static"
SCRIPTS = sorted(path for path in STATIC.rglob("*.js") if VENDOR not in path.parents)


def test_the_files_are_those_of_the_pinned_versions() -> None:
    pinned = {package.folder / Path(path).name: sha for package in VENDORED for path, sha in package.files.items()}
    present = [path for path in VENDOR.rglob("*") if path.is_file()]
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in present} == pinned


def test_each_has_its_licence_beside_it() -> None:
    assert [package.package for package in VENDORED if not (package.folder / "LICENSE").is_file()] == []


def test_scripts_import_files_that_exist_and_every_package() -> None:
    imported = {
        (path.parent / target).resolve()
        for path in SCRIPTS
        for target in re.findall(r"(?:from|import) ?\(?\"(\.[^\"]+)\"", path.read_text())
    }
    assert [path for path in imported if not path.is_file()] == []
    unused = set(VENDOR.rglob("*.js")) - imported
    assert not unused, "remove the package from scripts/vendor.py, or import it"


@pytest.mark.parametrize("fault", ["archive", "file"])
def test_another_archive_or_file_is_refused(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive that npm hands over is made here."""

    def pack(_command: Any, cwd: str, **_options: Any) -> subprocess.CompletedProcess[str]:
        (tmp_path / "index.js").write_text("changed")
        with tarfile.open(Path(cwd) / "x.tgz", "w:gz") as tar:
            tar.add(tmp_path / "index.js", "package/dist/index.js")
        return subprocess.CompletedProcess([], 0, stdout="x.tgz\n")

    monkeypatch.setattr(subprocess, "run", pack)
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    if fault == "file":
        monkeypatch.setattr(vendor, "_check_archive", lambda *_: None)
    with pytest.raises(ValueError, match="the archive" if fault == "archive" else "dist/index.js"):
        vendor.vendor(VENDORED[0])
    assert not list((tmp_path / "vendor").rglob("*.js"))
