"""The exit statuses of commands: one rule for all of them."""

import ast
import re
import sys
from pathlib import Path

import pytest
from django.core import management
from django.db import OperationalError

import manage
from curation.management import exit_status

ROOT = Path(__file__).resolve().parent.parent
STATUSES = {name: value for name, value in vars(exit_status).items() if name.isupper()}


def test_every_failure_of_a_command_has_a_status_of_the_rule() -> None:
    files = [path for folder in ("curation", "medigy") for path in (ROOT / folder / "management").rglob("*.py")]
    calls = [
        (path, node)
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CommandError"
    ]
    assert len(calls) > 20
    for path, call in calls:
        named = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert named.get("returncode") in STATUSES, f"{path}:{call.lineno}"


def test_the_rule_is_documented() -> None:
    section = (ROOT / "docs/operations.md").read_text().partition("## Exit status")[2].partition("\n## ")[0]
    documented = set(map(int, re.findall(r"^\| (\d+) \|", section, re.MULTILINE)))
    assert documented == {0, 75, *STATUSES.values()}
    assert (manage.STOPPED, manage.FAILED) == (exit_status.STOPPED, exit_status.FAILED)


def test_a_database_that_fails_ends_a_command_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str]) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(management, "execute_from_command_line", fail)
    monkeypatch.setattr(sys, "argv", ["manage.py", "prune"])
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert ended.value.code == exit_status.FAILED
    assert "The database failed: connection refused" in capsys.readouterr().err
    sys.argv.append("--traceback")
    with pytest.raises(OperationalError):
        manage.main()
