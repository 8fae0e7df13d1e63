"""Reports of thousands of files: a limited number of lines per code, and one warning per shared link and file."""

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from curation.frontmatter.limits import MAX_PROBLEMS
from curation.frontmatter.problems import MORE_PROBLEMS, Level, Problem, bounded
from curation.importing import batch_writer, lookup
from curation.importing.media_files.store import MediaStore
from curation.importing.plan import Plan
from curation.importing.report import MAX_LINES, FileReport, Report, write_report
from curation.importing.write import BatchLog, write
from curation.items.related_rows import RelatedRows
from curation.management.commands.import_markdown import Command
from curation.models import CuratedItem, ImportRecord

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db

HOME, STORY = "https://example.com/", "https://example.com/story"


def same_link(report: Report) -> list[Problem]:
    """Return the problems about links that several items have."""
    return [problem for file in report.files for problem in file.problems if problem.code == "same-link"]


def share_link(write_file: WriteFile, names: str, link: str = STORY) -> None:
    for name in names:
        write_file(f"{name}.md", link=link, title=name)


@pytest.mark.parametrize("batch_size", [1, 2, 100])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_shared_link_causes_one_warning_per_file_with_the_first_item_and_the_number_of_others(
    dry_run: bool, batch_size: int, write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    share_link(write_file, "abcd")
    messages = [problem.message for problem in same_link(import_(dry_run=dry_run, batch_size=batch_size))]
    first = f"“a” (/news/a/, from {content / 'a.md'})"
    assert messages == [
        f"the link of {first}{more}, too; keep one of them, or all if they differ"
        for more in ("", " and 1 more item", " and 2 more items")
    ]


def test_a_shared_link_to_a_front_page_causes_only_a_note(write_file: WriteFile, import_: RunImport) -> None:
    share_link(write_file, "ab", HOME)
    (note,) = same_link(import_())
    assert note.level == "note"
    assert "front page" in note.message


@pytest.mark.parametrize("batch_size", [1, 100])
def test_a_link_that_an_earlier_file_gave_up_is_free(
    batch_size: int, write_file: WriteFile, import_: RunImport
) -> None:
    share_link(write_file, "ab")
    import_()
    write_file("a.md", title="a", link="https://example.com/moved")
    write_file("b.md", title="b", link="https://example.com/moved")
    write_file("c.md", title="c", link=STORY)
    expected = import_(dry_run=True, batch_size=batch_size)
    assert [problem.field for problem in same_link(expected)] == ["link"]  # of b, whose link is that of a now
    assert same_link(expected) == same_link(import_(batch_size=batch_size))


def test_a_link_of_a_repeat_counts_for_its_item(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", external_id=1, title="One", link="https://example.com/one")
    write_file("b.md", external_id=1, title="One", link=STORY)
    import_()
    write_file("c.md", link=STORY)
    (warning,) = same_link(import_())
    assert "“One”" in warning.message


def test_items_with_the_link_of_a_file_are_counted_without_loading_them(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_link(write_file, "abcdef")
    import_()
    loaded: list[int] = []
    entry = lookup.KnownItem

    def load(item: CuratedItem, *args: object, **kwargs: object) -> lookup.KnownItem:
        loaded.append(item.pk)
        return entry(item, *args, **kwargs)

    monkeypatch.setattr(lookup, "KnownItem", load)
    share_link(write_file, "g")
    assert len(same_link(import_())) == 1
    assert loaded == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_dry_run_writes_only_the_first_file_of_a_shared_link_again(
    dry_run: bool, write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def count(plans: Sequence[Plan], related_rows: RelatedRows, media_store: MediaStore, log: BatchLog) -> None:
        written.append(len(plans))
        write(plans, related_rows, media_store, log)

    monkeypatch.setattr(batch_writer, "write", count)
    share_link(write_file, "abcdefgh")
    import_(dry_run=dry_run, batch_size=1)
    assert sum(written) == (8 + 7 if dry_run else 8)  # each file, and before each but the first the first again


@pytest.mark.parametrize("level", MAX_LINES)
def test_the_first_problems_of_each_code_are_printed_and_the_others_counted(level: Level) -> None:
    report = Report()
    limit = MAX_LINES[level]
    for number in range(limit + 1_187):
        report.add([FileReport(f"{number}.md", "updated", problems=(Problem(level, "many", "odd; mend it"),))])
    report.add([FileReport("z.md", "updated", problems=(Problem(level, "rare", "odder; mend it"),))])
    lines = list(report.lines(level))
    assert len(lines) == limit + 2
    assert lines[limit] == f"z.md: odder; mend it [{level}]"
    assert lines[-1] == f"… and 1,187 more of {'many'}; --report FILE.csv lists all [{level}]"
    assert report.files == []  # memory stays flat


def test_a_report_as_a_file_has_every_problem(write_file: WriteFile, content: Path, tmp_path: Path) -> None:
    number = MAX_LINES["warning"] + 3
    for name in range(number):
        write_file(f"{name:02}.md", featuredImage="missing.png")
    path, out = tmp_path / "report.json", StringIO()
    call_command("import_markdown", content, report=path, jobs=1, stdout=out)
    records = json.loads(path.read_text())["records"]
    assert len([problem for record in records for problem in record["problems"]]) == number
    assert "… and 3 more of " in out.getvalue()
    assert out.getvalue().count("missing.png") == MAX_LINES["warning"]


def test_notes_of_a_run_are_printed_before_the_summary_and_included_in_the_report(tmp_path: Path) -> None:
    report = Report(keep_all=True, notes=["something of all files"])
    out = StringIO()
    Command(stdout=out).print_report(report, "")
    assert out.getvalue().splitlines()[0] == "something of all files"
    write_report(report, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["notes"] == ["something of all files"]


def test_problems_found_in_planning_count_towards_the_limit_of_a_file(
    write_file: WriteFile, import_: RunImport
) -> None:
    paths = [f"/old/{number}" for number in range(MAX_PROBLEMS + 10)]
    write_file("a.md", aliases=paths)
    write_file("b.md", aliases=paths, status="unheard of")
    file = import_().files[-1]
    assert len(file.problems) == MAX_PROBLEMS + 1
    assert (file.problems[0].code, file.problems[-1]) == ("status-unknown", MORE_PROBLEMS)
    assert len(ImportRecord.objects.get(path__endswith="b.md").problems) == MAX_PROBLEMS + 1


@pytest.mark.parametrize(
    ("warnings", "errors", "kept"), [(3, 1, 4), (MAX_PROBLEMS, 2, MAX_PROBLEMS + 2), (500, 2, MAX_PROBLEMS + 3)]
)
def test_errors_are_never_left_out(warnings: int, errors: int, kept: int) -> None:
    found = [Problem("warning", "odd", str(number)) for number in range(warnings)]
    wrong = [Problem("error", "wrong", str(number)) for number in range(errors)]
    problems = bounded([*found, *wrong])
    assert len(problems) == kept
    assert set(wrong) <= set(problems)
    assert bounded(problems) == problems


def files_with_keys(*unmapped: tuple[str, ...]) -> Report:
    report = Report()
    report.add(FileReport(f"{number}.md", "created", unmapped=keys) for number, keys in enumerate(unmapped))
    return report


@pytest.mark.parametrize(
    ("unmapped", "line"),
    [
        ((), ""),
        (((), ("weight",)), "1 key without a meaning here was kept: `weight` (1 file)"),
        (
            (("toc", "weight"), ("weight",), ("a\nb",)),
            "3 keys without a meaning here were kept: `weight` (2 files), `toc` (1 file), `a\\nb` (1 file)",
        ),
    ],
)
def test_unmapped_keys_are_named_once_per_run(unmapped: tuple[tuple[str, ...], ...], line: str) -> None:
    assert files_with_keys(*unmapped).unmapped_line() == line


def test_the_line_of_unmapped_keys_is_short_for_any_number_of_keys() -> None:
    line = files_with_keys(*((f"k{number}",) for number in range(3_000))).unmapped_line()
    assert line.startswith("1,000 keys")
    assert line.endswith(", and 980 or more others")
    assert len(line) < 1_000


@pytest.mark.django_db(transaction=True)
def test_the_command_names_unmapped_keys(write_file: WriteFile, content: Path) -> None:
    write_file("a.md", weight=1, toc=True)
    write_file("b.md", weight=2)
    output = StringIO()
    call_command("import_markdown", str(content), "--jobs", "1", stdout=output)
    *_others, named, _summary = output.getvalue().splitlines()
    assert named == "2 keys without a meaning here were kept: `weight` (2 files), `toc` (1 file)"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["--dry-run", "--no-dry-run"])
def test_the_command_counts_content_checks_and_names_their_files(
    mode: str, write_file: WriteFile, content: Path, tmp_path: Path
) -> None:
    for number in range(MAX_LINES["warning"] + 1):
        write_file(f"{number:02}.md", summary="Own.", categories=["X: One"] if number else None)
    write_file("source.md", summary="Of them.", openGraphMetaData={"ogdescription": "Words  &amp; more.  Of them."})
    path, quiet, wordy = tmp_path / "report.json", StringIO(), StringIO()
    arguments = ["import_markdown", str(content), "--jobs", "1", mode]
    call_command(*arguments, report=path, verbosity=2, stdout=wordy)
    CuratedItem.objects.all().delete()
    call_command(*arguments, "--force", stdout=quiet)
    numbers = (
        "Items to look at: 1 with a summary that the source wrote (summary-of-source), 2 without a topic (no-topic)"
    )
    assert numbers in quiet.getvalue().splitlines()
    assert "00.md: The item has no topic" not in quiet.getvalue()
    assert numbers in wordy.getvalue().splitlines()
    assert (
        f"{content / '00.md'}: The item has no topic: readers find it by search alone. [no-topic]" in wordy.getvalue()
    )
    document = json.loads(path.read_text())
    assert document["failed_checks"] == {"no-topic": 2, "summary-of-source": 1}
    assert document["records"][-1]["failed_checks"] == ["summary-of-source", "no-topic"]
