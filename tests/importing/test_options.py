"""The options of imports."""

import csv
import json
import os
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image as PillowImage

from curation.importing.history.undo import undo
from curation.models import Conflict, CuratedItem, ImportRun

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def command(*arguments: object) -> str:
    output = StringIO()
    call_command("import_markdown", "--jobs", "1", *map(str, arguments), stdout=output, stderr=output)
    return output.getvalue()


def test_prune_archives_items_whose_files_are_gone_and_publishes_them_when_these_come_back(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    write_file("a.md")
    gone = write_file("b.md", external_id=2)
    import_()
    text = gone.read_text()
    gone.unlink()
    assert import_(prune=True).counts["archived"] == 1
    assert CuratedItem.objects.get(slug="b").status == "archived"
    assert import_(prune=True).counts["archived"] == 0
    gone.write_text(text)
    assert import_(prune=True).counts["updated"] == 1
    assert CuratedItem.objects.get(slug="b").status == "published"


def test_prune_ignores_other_folders_and_items_created_in_the_admin(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    from tests.factories import make_item

    make_item()
    write_file("one/a.md")
    write_file("two/b.md").unlink()
    write_file("two/c.md")
    import_()
    (content / "one/a.md").unlink()
    assert import_(content / "two", prune=True).counts["archived"] == 0


def test_prune_distinguishes_folders_that_differ_in_case(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    write_file("News/a.md")
    write_file("news/b.md")
    import_()
    assert import_(content / "news", prune=True).counts["archived"] == 0


def test_prune_of_an_empty_folder_is_refused(content: Path) -> None:
    with pytest.raises(CommandError, match="archiving everything"):
        command(content, "--prune")


def test_atomic_keeps_all_or_nothing(write_file: WriteFile, content: Path) -> None:
    write_file("a.md", author="Ann")
    bad = write_file("b.md", date="yesterday")
    with pytest.raises(CommandError, match="1 of 2 files rejected"):
        command(content, "--atomic", "--batch-size", "1")
    assert not CuratedItem.objects.exists()
    assert ImportRun.objects.get().outcome == "failed"
    assert ImportRun.objects.get().records.count() == 1
    assert ImportRun.objects.get().made == {}  # else an undo would delete rows that got the same IDs later
    bad.unlink()
    command(content, "--atomic")
    assert CuratedItem.objects.count() == 1


def test_force_reads_unchanged_files_again_and_writes_nothing(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["One"], relatedOfferings=[{"label": "O", "permalink": "/offering/o"}])
    import_()
    assert import_(force=True).counts["unchanged"] == 1


def test_status_is_for_new_items_only(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_(status="draft")
    assert CuratedItem.objects.get().status == "draft"
    CuratedItem.objects.update(status="published")
    write_file("a.md", body="New.")
    import_(status="draft")
    assert CuratedItem.objects.get().status == "published"


def test_since_skips_older_files(write_file: WriteFile, import_: RunImport) -> None:
    os.utime(write_file("old.md"), (0, 0))
    write_file("new.md")
    report = import_(since=datetime(2020, 1, 1, tzinfo=UTC))
    assert (report.counts["created"], report.counts["skipped"]) == (1, 1)


@pytest.mark.parametrize(
    ("choice", "title", "outcome"),
    [("keep", "Ours", "conflicted"), ("overwrite", "Theirs", "updated"), ("fail", "Ours", "rejected")],
)
def test_on_conflict_decides_whose_value_stays(
    choice: str, title: str, outcome: str, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", title="Old")
    import_()
    CuratedItem.objects.update(title="Ours")
    write_file("a.md", title="Theirs", body="New.")
    assert import_(on_conflict=choice).counts[outcome] == 1
    item = CuratedItem.objects.get()
    assert item.title == title
    assert item.body == ("A *body*." if choice == "fail" else "New.")


def test_a_file_that_overwrites_closes_the_conflict_of_an_earlier_run(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", title="Old")
    import_()
    CuratedItem.objects.update(title="Ours", summary="Ours")
    write_file("a.md", title="Theirs", description="Theirs")
    import_()
    assert Conflict.objects.count() == 2
    write_file("a.md", title="Theirs, again", description="Theirs")
    assert import_(on_conflict="overwrite").counts["updated"] == 1
    item = CuratedItem.objects.get()
    assert (item.title, item.summary) == ("Theirs, again", "Theirs")
    assert not Conflict.objects.exists()


@pytest.fixture
def conflict(write_file: WriteFile, import_: RunImport) -> Conflict:
    """An open conflict over a title, which an import has left behind."""
    write_file("a.md", title="Old")
    import_()
    CuratedItem.objects.update(title="Ours")
    write_file("a.md", title="Theirs")
    import_()
    return Conflict.objects.get()


@pytest.mark.usefixtures("conflict")
def test_overwrite_and_force_resolve_a_conflict_though_the_file_is_unchanged(content: Path) -> None:
    printed = command(content, "--on-conflict", "overwrite", "--force").splitlines()
    assert "title: changed both here and in the file; the file's was taken" in printed[0]
    assert printed[-1].startswith("0 created, 1 updated")
    assert CuratedItem.objects.get().title == "Theirs"
    assert not Conflict.objects.exists()
    undo(ImportRun.objects.latest("pk"))
    assert CuratedItem.objects.get().title == "Ours"


@pytest.mark.usefixtures("conflict")
def test_overwrite_and_force_close_a_conflict_whose_two_sides_agree_by_now(import_: RunImport) -> None:
    CuratedItem.objects.update(title="Theirs")
    assert import_(on_conflict="overwrite", force=True).counts["unchanged"] == 1
    assert not Conflict.objects.exists()


@pytest.mark.parametrize("choice", ["keep", "fail"])
@pytest.mark.usefixtures("conflict")
def test_force_alone_leaves_a_conflict_to_the_editor(choice: str, import_: RunImport) -> None:
    assert import_(on_conflict=choice, force=True).counts["unchanged"] == 1
    assert CuratedItem.objects.get().title == "Ours"
    assert Conflict.objects.exists()


def test_a_missing_image_is_tried_again_and_a_replaced_one_noticed(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    write_file("a.md", featuredImage="x.png")
    assert import_().counts["warnings"] == 1
    widths = []
    for width in (60, 80):
        PillowImage.new("RGB", (width, 40)).save(content / "x.png")
        assert import_().counts["updated"] == 1
        assert import_().counts["unchanged"] == 1
        image = CuratedItem.objects.get().image
        assert image is not None
        widths.append(image.width)
    assert widths == [60, 80]


def test_a_body_that_is_slow_to_render_is_rejected(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.importing.workers.RENDER_SECONDS", 1)
    write_file("a.md", body="[" * 30_000, flavour="markdown")
    write_file("b.md")
    report = import_()
    assert (report.counts["created"], report.counts["rejected"]) == (1, 1)
    assert "takes longer than" in next(report.lines("error"))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_paths_come_from_standard_input(end: bytes, write_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    undecodable = write_file("b.md").rename(write_file("a.md").with_name(os.fsdecode(b"\xff.md")))
    lines = end.join(os.fsencode(path) for path in [write_file("a.md"), "", undecodable])
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(lines + end)))
    assert command("-").splitlines()[-1].startswith("2 created")
    assert [path.rpartition("/")[2] for path in ImportRun.objects.get().paths] == ["a.md", "\\xff.md"]


def test_a_path_from_standard_input_may_contain_a_carriage_return(
    write_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [write_file("one\rfolder/a.md").parent, write_file("another\r/b.md").parent]
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO("\n".join(map(str, folders)).encode())))
    assert command("-").splitlines()[-1].startswith("2 created")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nowhere/at/all"], "no such file or folder"),
        (["--static-root", "/nowhere/at/all", "."], "no such folder"),
        (["--report", "x.pdf", "."], "ends in .json or .csv"),
        (["--since", "yesterday", "."], "is not a date"),
        (["--jobs", "0", "."], "at least 1"),
    ],
)
def test_wrong_usage_exits_with_2_and_a_hint(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        command(*arguments)
    assert caught.value.returncode in (1, 2)


def test_a_report_is_written_to_a_file(write_file: WriteFile, content: Path, tmp_path: Path) -> None:
    write_file("a.md")
    write_file("b.md", title="=cmd()", link="javascript:x")
    command(content, "--report", tmp_path / "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["counts"] == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "conflicted": 0,
        "rejected": 0,
        "warnings": 1,
        "seen": 2,
    }
    (problem,) = report["records"][1]["problems"]
    assert (problem["level"], problem["field"], set(problem)) == (
        "warning",
        "link",
        {"level", "code", "field", "message", "line"},
    )
    command(content, "--report", tmp_path / "r.csv")
    rows = list(csv.reader((tmp_path / "r.csv").open()))
    assert [row[1:3] for row in rows] == [["outcome", "slug"], ["unchanged", "a"], ["unchanged", "b"]]
    assert {len(row) for row in rows} == {8}


def test_no_cell_of_a_report_can_start_a_formula() -> None:
    from curation.importing.report import FileReport, Report, _rows

    report = Report(keep_all=True)
    report.add([FileReport("=cmd()", "created", "-1")])
    assert list(_rows(report))[1][:3] == ["'=cmd()", "created", "'-1"]
