"""The exit statuses of commands: one rule for all of them."""

import ast
import re
import sys
from errno import ENOSPC
from pathlib import Path

import pytest
from django.core import management
from django.db import InternalError, OperationalError, connection

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


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OperationalError("connection refused"), "The database failed: connection refused"),
        (InternalError("cannot execute INSERT in a read-only transaction"), "The database failed: cannot execute"),
        (OSError(ENOSPC, "No space left on device"), "The disk failed: [Errno 28] No space left"),
    ],
)
def test_a_machine_that_fails_ends_a_command_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, words: str
) -> None:
    def fail(_arguments: list[str]) -> None:
        raise error

    monkeypatch.setattr(management, "execute_from_command_line", fail)
    monkeypatch.setattr(sys, "argv", ["manage.py", "prune"])
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert ended.value.code == exit_status.FAILED
    assert words in capsys.readouterr().err
    sys.argv.append("--traceback")
    with pytest.raises(type(error)):
        manage.main()


@pytest.mark.django_db
def test_missing_migrations_end_a_command_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def query(_arguments: list[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM curation_of_a_later_version")

    monkeypatch.setattr(management, "execute_from_command_line", query)
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert ended.value.code == exit_status.FAILED
    assert "for migrations" in capsys.readouterr().err
