"""`manage.py undo_import`: what it says, and what it does."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from curation.importing import ledger
from curation.importing.options import Options
from curation.models import CuratedItem, ImportRun

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def undo_import(*arguments: object, **options: bool) -> None:
    call_command("undo_import", *map(str, arguments), **options)


@pytest.fixture
def run(write_file: WriteFile, import_: RunImport) -> ImportRun:
    """An import that made one item and changed another."""
    write_file("a.md")
    import_()
    write_file("a.md", title="Changed")
    write_file("b.md")
    import_()
    return ImportRun.objects.latest("pk")


def test_what_was_taken_back_is_said(run: ImportRun, capsys: pytest.CaptureFixture[str]) -> None:
    undo_import(run.pk)
    assert capsys.readouterr().out == "1 deleted, 1 put back, 0 left\n"
    assert [item.title for item in CuratedItem.objects.all()] == ["Title of a"]


def test_a_dry_run_says_the_same_and_takes_nothing_back(run: ImportRun, capsys: pytest.CaptureFixture[str]) -> None:
    undo_import(run.pk, dry_run=True)
    assert capsys.readouterr().out == "1 deleted, 1 put back, 0 left (dry run: nothing was kept)\n"
    assert CuratedItem.objects.filter(title="Changed").exists()
    assert ImportRun.objects.filter(outcome="undone").count() == 0


def test_what_was_left_is_listed_with_the_reason(
    run: ImportRun, content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    CuratedItem.objects.filter(slug="b").update(body="My words.")
    with pytest.raises(CommandError) as error:
        undo_import(run.pk)
    assert error.value.returncode == 1
    left, summary = capsys.readouterr().out.splitlines()
    assert left == f"left: {content}/b.md: its item was changed since, and was kept"
    assert summary == "0 deleted, 1 put back, 1 left"


def test_what_an_undo_that_broke_off_did_is_said(run: ImportRun, capsys: pytest.CaptureFixture[str]) -> None:
    item = CuratedItem.objects.get(slug="b")
    run.records.filter(item=item).update(is_undone=True)
    item.delete()
    undo_import(run.pk)
    assert capsys.readouterr().out == "0 deleted, 1 put back, 0 left, 1 undone already\n"


def test_an_import_that_is_not_there_is_an_error() -> None:
    with pytest.raises(CommandError, match=r"There is no import 7\.") as error:
        undo_import(7)
    assert error.value.returncode == 2


@pytest.mark.parametrize(("outcome", "words"), [("undone", "undone already"), ("running", "still under way")])
def test_an_import_that_cannot_be_taken_back_is_an_error(run: ImportRun, outcome: str, words: str) -> None:
    ImportRun.objects.filter(pk=run.pk).update(outcome=outcome)
    with pytest.raises(CommandError, match=words) as error:
        undo_import(run.pk)
    assert error.value.returncode == 2
    assert CuratedItem.objects.count() == 2


def test_while_an_import_is_under_way_the_command_leaves_if_it_shall_not_wait(run: ImportRun) -> None:
    ledger.begin(["x"], Options())
    with pytest.raises(CommandError, match=r"^import \d+ by .+ is under way since .+; try again later\.") as error:
        undo_import(run.pk, wait=False)
    assert error.value.returncode == 3
    assert CuratedItem.objects.count() == 2
