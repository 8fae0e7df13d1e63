"""Lock files follow the requirements, an audit calls no unknown package sound, and the bill of materials is whole."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import UNKNOWN, VULNERABLE, judge

from .test_developer_tools import ROOT, run

KINDS = ("requirements", "requirements-dev")


def locked(kind: str) -> dict[str, list[str]]:
    """Return `name==version` → hashes of a lock file."""
    text = (ROOT / f"{kind}.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    return {entry.split()[0]: re.findall(r"--hash=sha256:([0-9a-f]{64})", entry) for entry in entries}


@pytest.mark.parametrize("kind", KINDS)
def test_lock_files_have_every_requirement_and_a_hash_for_every_package(kind: str) -> None:
    lines = (ROOT / f"{kind}.txt").read_text().splitlines()
    wanted = {
        re.sub(r"\[.*\]", "", line.split(";")[0].split()[0]).lower() for line in lines if re.match(r"[A-Za-z]", line)
    }
    found = locked(kind)
    assert wanted - {package.lower() for package in found} == set(), "run make lock"
    assert [package for package, hashes in found.items() if not hashes] == []


def test_developers_test_the_versions_that_production_installs() -> None:
    assert locked("requirements").items() <= locked("requirements-dev").items()


def test_lock_files_name_no_index() -> None:
    for kind in KINDS:
        assert not re.search(r"://|^--", (ROOT / f"{kind}.lock").read_text(), re.MULTILINE)


SOUND: dict[str, Any] = {"name": "brotli", "version": "1.2.1", "vulns": []}
VULNERABLE_PACKAGE = {**SOUND, "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.2.2"]}]}
NOT_FOUND = {"name": "pebble", "version": "5.2.3", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([SOUND], 0, "1 packages, no published vulnerability"),
        ([SOUND, VULNERABLE_PACKAGE, NOT_FOUND], VULNERABLE, "brotli 1.2.1: PYSEC-1. Fixed in: 1.2.2"),
        ([SOUND, NOT_FOUND], UNKNOWN, "Not audited: 1 of 2 packages"),
        ([], UNKNOWN, "Not audited"),
    ],
)
def test_an_audit_calls_no_unknown_package_sound(
    packages: list[dict[str, Any]], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(packages) == status
    assert said in "".join(capsys.readouterr())


@pytest.mark.long
def test_the_bill_of_materials_names_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    path = tmp_path / "sbom.json"
    command = re.search(r"cyclonedx-py (.*) var/sbom.json (.*)", (ROOT / "Makefile").read_text())
    assert command
    tool = Path(sys.executable).with_name("cyclonedx-py")
    run(str(tool), *command[1].split(), str(path), command[2])
    components = json.loads(path.read_text())["components"]
    hashes = {
        f"{component['name']}=={component['version']}": sorted(
            entry["content"] for reference in component["externalReferences"] for entry in reference["hashes"]
        )
        for component in components
    }
    assert hashes == {package: sorted(found) for package, found in locked("requirements").items()}
