"""`manage.py undo_import`: its output and its effect."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from curation.importing.history import ledger
from curation.importing.options import Options
from curation.models import CuratedItem, ImportRun
from tests.importing.conftest import RunImport, WriteFile

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


def test_the_command_prints_what_it_has_undone(run: ImportRun, capsys: pytest.CaptureFixture[str]) -> None:
    undo_import(run.pk)
    assert capsys.readouterr().out == "1 moved to the bin, 1 put back, 0 left\n"
    assert [item.title for item in CuratedItem.objects.not_binned()] == ["Title of a"]


def test_a_dry_run_prints_the_same_and_changes_nothing(run: ImportRun, capsys: pytest.CaptureFixture[str]) -> None:
    undo_import(run.pk, dry_run=True)
    assert capsys.readouterr().out == "1 moved to the bin, 1 put back, 0 left (dry run: nothing was kept)\n"
    assert CuratedItem.objects.filter(title="Changed").exists()
    assert ImportRun.objects.filter(outcome="undone").count() == 0


def test_skipped_files_are_listed_with_the_reason(
    run: ImportRun, content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    CuratedItem.objects.filter(slug="b").update(body="My words.")
    with pytest.raises(CommandError) as error:
        undo_import(run.pk)
    assert error.value.returncode == 1
    left, summary = capsys.readouterr().out.splitlines()
    assert left == f"left: {content}/b.md: its item was changed since (Body by an import or a command), and was kept"
    assert summary == "0 moved to the bin, 1 put back, 1 left"


def test_the_command_prints_the_part_that_an_interrupted_undo_has_done(
    run: ImportRun, capsys: pytest.CaptureFixture[str]
) -> None:
    item = CuratedItem.objects.get(slug="b")
    run.records.filter(item=item).update(is_undone=True)
    item.delete()
    undo_import(run.pk)
    assert capsys.readouterr().out == "0 moved to the bin, 1 put back, 0 left, 1 undone already\n"


def test_an_unknown_import_is_an_error() -> None:
    with pytest.raises(CommandError, match=r"There is no import 7\.") as error:
        undo_import(7)
    assert error.value.returncode == 2


@pytest.mark.parametrize(("outcome", "words"), [("undone", "undone already"), ("running", "still under way")])
def test_an_import_that_cannot_be_undone_is_an_error(run: ImportRun, outcome: str, words: str) -> None:
    ImportRun.objects.filter(pk=run.pk).update(outcome=outcome)
    with pytest.raises(CommandError, match=words) as error:
        undo_import(run.pk)
    assert error.value.returncode == 2
    assert CuratedItem.objects.count() == 2


def test_an_import_whose_records_were_pruned_is_an_error_with_the_reason(
    run: ImportRun, settings: LazySettings
) -> None:
    ImportRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(days=5))
    ImportRun.objects.create(started_by="x", outcome="finished")  # the latest one stays undoable
    settings.IMPORT_RECORD_DAYS = 4
    call_command("prune", stdout=StringIO())
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=r"can no longer be undone: .* more than 4 days ago") as error:
            undo_import(run.pk, dry_run=dry_run)
        assert error.value.returncode == 2


def test_an_import_that_has_written_nothing_is_undone(capsys: pytest.CaptureFixture[str]) -> None:
    run = ImportRun.objects.create(started_by="x", outcome="finished", counts={"created": 0, "unchanged": 3})
    undo_import(run.pk)
    assert capsys.readouterr().out == "0 moved to the bin, 0 put back, 0 left\n"


def test_while_an_import_is_running_the_command_ends_without_waiting_if_told_to(run: ImportRun) -> None:
    ledger.begin(["x"], Options())
    with pytest.raises(CommandError, match=r"^import \d+ by .+ is under way since .+; try again later\.") as error:
        undo_import(run.pk, wait=False)
    assert error.value.returncode == 3
    assert CuratedItem.objects.count() == 2
