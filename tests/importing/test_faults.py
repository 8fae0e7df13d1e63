"""Failures of the disk or the database: an import ends with a message, and the next one completes it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from errno import EACCES, EIO, ENOSPC
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection
from django_tasks_db.models import DBTaskResult
from PIL import Image as PillowImage

from curation.importing.failures import describe, is_full
from curation.importing.history import ledger
from curation.importing.media_files.files import read_pdf
from curation.importing.options import Options
from curation.importing.sources.discover import Unreadable
from curation.management.stopping import stoppable
from curation.models import Author, CuratedItem, Image, ImportRun, ItemTopic
from drills import digest, faults
from drills.inject import KINDS, LOST_ANSWERS, STATEMENTS, Calls, failing, half_save

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db(transaction=True)

FILES = 8
#: Of hundreds of calls that may fail, these tenths are tried here, one a mode; `make drill` tries them all.
TENTHS = (1, 5, 9)


@pytest.fixture(autouse=True)
def _parse_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse in this process: a pool for each of so many imports would take minutes to start."""
    monkeypatch.setattr("curation.importing.reader.Parsers", faults.InProcessParsers)


@pytest.fixture
def _tasks_are_rows(settings: LazySettings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def picture(content: Path) -> Path:
    path = content / "x.png"
    PillowImage.new("RGB", (60, 40), "teal").save(path)
    return path


@pytest.fixture
def paper(content: Path) -> Path:
    path = content / "x.pdf"
    path.write_bytes(b"%PDF-1.7 whole")
    return path


def stored(media_root: Path) -> list[Path]:
    return [path for path in media_root.rglob("*") if path.is_file()]


# Anything may fail


def test_the_digest_of_a_site_covers_every_relation_and_file(
    write_file: WriteFile, import_: RunImport, picture: Path, media_root: Path
) -> None:
    write_file("a.md", categories=["Medigy: AI"], featuredImage="x.png")
    import_()
    whole = digest.inspect()
    assert whole["problems"] == []
    (media_root / "stray.png").write_bytes(b"")
    ItemTopic.objects.update(position=7)
    found = digest.inspect()
    assert found["problems"] == ["stray.png has no row"]
    assert {name for name in whole["tables"] if found["tables"][name] != whole["tables"][name]} == {
        "ItemTopic",
        "media",
    }
    assert found["items"] != whole["items"]


@pytest.mark.long
def test_an_import_with_any_failing_call_ends_with_a_report_and_the_next_completes_it(tmp_path: Path) -> None:
    drill = faults.FaultDrill(tmp_path, FILES)
    for kind in KINDS:
        calls = drill.calls(kind)
        for part, mode in zip(TENTHS, faults.MODES, strict=True):
            drill.disturb(kind, mode, 1 + calls * part // 10)


@pytest.mark.parametrize("atomic", [True, False])
def test_an_import_whose_database_is_gone_ends_with_a_message(
    write_file: WriteFile, content: Path, atomic: bool
) -> None:
    write_file("a.md")
    with (
        failing(STATEMENTS, lambda number: number > 10),
        pytest.raises(CommandError, match="the database does not answer") as error,
    ):
        call_command("import_markdown", content, atomic=atomic)
    assert error.value.returncode == 4
    assert not CuratedItem.objects.exists()
    call_command("import_markdown", content)
    assert CuratedItem.objects.count() == 1


# Media files


def test_an_incomplete_pdf_of_a_killed_import_is_written_again(
    write_file: WriteFile, import_: RunImport, paper: Path
) -> None:
    digest = read_pdf(paper).sha256
    default_storage.save(f"documents/{digest}.pdf", ContentFile(b"%PDF-1.7 wh"))
    write_file("a.md", featuredPdf="x.pdf")
    import_()
    with CuratedItem.objects.get().pdf.open() as file:
        assert file.read() == b"%PDF-1.7 whole"


def test_a_picture_that_cannot_be_read_now_is_tried_again(
    write_file: WriteFile, import_: RunImport, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_bytes(_place: Path, _limit: int) -> bytes:
        raise Unreadable("cannot be read (Input/output error); check its permissions")

    write_file("a.md", featuredImage="x.png")
    with monkeypatch.context() as patch:
        patch.setattr("curation.importing.media_files.files.read_bytes", read_bytes)
        assert import_().counts["warnings"] == 1
    assert import_().counts["updated"] == 1
    assert CuratedItem.objects.get().image is not None


def test_a_picture_that_is_damaged_is_not_read_again_until_it_is_replaced(
    write_file: WriteFile, import_: RunImport, picture: Path
) -> None:
    whole = picture.read_bytes()
    picture.write_bytes(whole[:50])
    write_file("a.md", featuredImage="x.png")
    assert import_().counts["warnings"] == 1
    assert import_().counts["warnings"] == 0
    picture.write_bytes(whole)
    assert import_().counts["updated"] == 1


def renditions_waiting() -> list[int]:
    """Return the ids of the pictures whose renditions are asked for."""
    return [task.args_kwargs["args"][0] for task in DBTaskResult.objects.all()]


@pytest.mark.usefixtures("_tasks_are_rows")
def test_a_picture_is_not_stored_while_its_renditions_cannot_be_queued(
    write_file: WriteFile, import_: RunImport, picture: Path, media_root: Path
) -> None:
    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(f'INSERT INTO "{DBTaskResult._meta.db_table}"'):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    write_file("a.md", featuredImage="x.png")
    with connection.execute_wrapper(refuse):
        assert import_().counts["rejected"] == 1
    assert stored(media_root) == []
    assert import_().counts["created"] == 1
    assert renditions_waiting() == [Image.objects.get().pk]


@pytest.mark.usefixtures("_tasks_are_rows")
def test_a_batch_whose_commit_succeeded_although_it_seemed_to_fail_keeps_its_files(
    write_file: WriteFile,
    import_: RunImport,
    picture: Path,
    paper: Path,
    media_root: Path,
) -> None:
    write_file("a.md", featuredImage="x.png", featuredPdf="x.pdf")
    with failing(LOST_ANSWERS, lambda number: number == 2):  # the first opens the run
        import_()
    assert len(stored(media_root)) == 2
    item = CuratedItem.objects.get()
    assert item.image is not None
    assert default_storage.exists(item.image.file.name)
    assert default_storage.exists(item.pdf.name)
    assert renditions_waiting() == [item.image.pk]


def test_a_full_disk_ends_the_import_with_a_message_and_leaves_nothing_incomplete(
    write_file: WriteFile, content: Path, picture: Path, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("a.md")
    write_file("b.md", featuredImage="x.png")
    monkeypatch.setattr(FileSystemStorage, "_save", half_save(Calls(lambda _number: True)))
    with pytest.raises(CommandError, match="the disk is full; free some space, then import again"):
        call_command("import_markdown", content, batch_size=1)
    assert [item.slug for item in CuratedItem.objects.all()] == ["a"]
    assert stored(media_root) == []
    assert ImportRun.objects.latest("pk").message == "the disk is full; free some space, then import again"


# Folders


def test_items_of_a_folder_that_cannot_be_read_do_not_count_as_gone(
    write_file: WriteFile, import_: RunImport, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file("news/a.md")
    write_file("b.md")
    import_()
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if os.fspath(path) == str(content / "news"):
            raise PermissionError(EACCES, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = import_(prune=True)
    assert (report.counts["archived"], report.counts["unchanged"], report.counts["rejected"]) == (0, 1, 1)
    (line,) = report.lines("error")
    assert f"{content}/news: is a folder that cannot be read (Permission denied); check its permissions" in line


# The ledger


def test_rows_that_were_rolled_back_are_not_recorded_as_made_by_the_run(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", author="Ann")
    write_file("b.md", author="Ann")
    failed: list[str] = []

    def fail_once(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "curation_importrecord"') and not failed:
            failed.append(sql)
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_once):
        assert import_().counts["created"] == 2
    assert ImportRun.objects.get().made["Author"] == [Author.objects.get().pk]


# Words


def error_with(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    error = kind("INSERT … secret")
    error.__cause__ = cause
    return error


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("…")
    error.sqlite_errorcode = code
    return error


class DiskFull(Exception):
    sqlstate = "53100"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(ENOSPC, "No space left on device"), True),
        (error_with(sqlite_error(sqlite3.SQLITE_FULL)), True),
        (error_with(DiskFull()), True),
        (error_with(sqlite_error(sqlite3.SQLITE_BUSY)), False),
        (OSError(EIO, "Input/output error", "/media/x.png"), False),
        (IntegrityError("secret"), False),
        (OSError("odd"), False),
    ],
)
def test_failures_are_described_without_values_of_rows(error: Exception, full: bool) -> None:
    assert is_full(error) == full
    assert ("disk is full" in describe(error)) == full
    assert "; " in describe(error)
    assert "secret" not in describe(error)


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_import_is_stopped_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stoppable():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before


def test_an_import_that_waits_for_another_can_be_stopped(
    write_file: WriteFile, content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press(_seconds: float) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    ledger.begin(["x"], Options())
    monkeypatch.setattr("curation.importing.history.ledger.sleep", press)
    with pytest.raises(CommandError, match="Stopped") as error:
        call_command("import_markdown", content)
    assert error.value.returncode == 130
    assert "0 created" in capsys.readouterr().out
