"""Errors of usage, before any file is read."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from curation.importing.failures import describe
from curation.models import CuratedItem

from .conftest import WriteFile

pytestmark = pytest.mark.django_db


def refusal(*arguments: object) -> str:
    """Return what the command says as it ends with 2, the status of wrong usage."""
    with pytest.raises(CommandError) as caught:
        call_command("import_markdown", *map(str, arguments))
    assert caught.value.returncode == 2
    return str(caught.value)


def test_an_empty_path_is_not_the_current_folder(
    write_file: WriteFile, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md")
    monkeypatch.chdir(content)
    assert refusal("") == "A PATH is empty; name a file or a folder."
    assert not CuratedItem.objects.exists()


def test_a_report_that_has_no_folder_is_refused_before_anything_is_imported(
    write_file: WriteFile, content: Path
) -> None:
    write_file("a.md")
    assert "no such folder" in refusal(content, "--report", content / "missing" / "report.json")
    assert not CuratedItem.objects.exists()


def test_a_report_that_cannot_be_written_is_a_failure_of_the_disk(write_file: WriteFile, content: Path) -> None:
    write_file("a.md")
    (content / "report.json").mkdir()
    with pytest.raises(CommandError, match="cannot be written") as caught:
        call_command("import_markdown", str(content), "--report", str(content / "report.json"))
    assert caught.value.returncode == 4
    assert CuratedItem.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM not_there",
        "SELECT not_there FROM curation_importrun",
        "INSERT INTO curation_importrun (not_there) VALUES (1)",
    ],
)
def test_a_database_that_was_not_migrated_has_a_message_of_its_own(statement: str) -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert describe(caught.value).endswith("; let whoever runs the server migrate it, then import again")


def test_the_command_tells_its_reader_to_migrate(
    write_file: WriteFile, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_names: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM not_there")

    write_file("a.md")
    monkeypatch.setattr("curation.management.commands.import_markdown.discover", fail)
    with pytest.raises(CommandError, match=r"; run manage\.py migrate, then"), transaction.atomic():
        call_command("import_markdown", content)
