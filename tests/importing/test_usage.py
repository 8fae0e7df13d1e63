"""What an import refuses before it reads a file."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from curation.importing.breakdown import in_words
from curation.models import CuratedItem

from .conftest import WriteFile

pytestmark = pytest.mark.django_db


def refusal(*arguments: object) -> str:
    """Return what the command says as it ends with 2, the status of wrong usage."""
    with pytest.raises(CommandError) as caught:
        call_command("import_markdown", *map(str, arguments))
    assert caught.value.returncode == 2
    return str(caught.value)


def test_an_empty_path_is_not_the_folder_at_hand(
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


@pytest.mark.parametrize("statement", ["SELECT 1 FROM not_there", "SELECT not_there FROM curation_importrun"])
def test_a_database_that_was_not_migrated_is_told_from_one_that_does_not_answer(statement: str) -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert in_words(caught.value).endswith("; run manage.py migrate, then import again")
