"""The cost of imports: the number of statements of a batch, and of a run over unchanged files."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.importing.report import Report
from curation.importing.workers import Parsers
from curation.models import CuratedItem, ImportRun

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db

WRITES = ("INSERT", "UPDATE", "DELETE")


def statements_of(run: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        run()
    return [query["sql"].partition(" times: ")[2] or query["sql"] for query in captured.captured_queries]


def writes_of(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement.startswith(WRITES)]


def write_files(write_file: WriteFile, folder: str, count: int) -> None:
    for number in range(count):
        write_file(
            f"{folder}/{number}.md",
            slug=f"{folder}-{number}",
            categories=["Medigy: AI", "KLAS: Care"],
            author=["Ann", "Ben"],
            tags=["News"],
            aliases=[f"/old/{folder}/{number}"],
            relatedOfferings=[{"label": "Chart", "permalink": "/offering/chart"}],
        )


def test_a_batch_takes_as_many_statements_for_twice_as_many_files(write_file: WriteFile, import_: RunImport) -> None:
    write_files(write_file, "first", 1)  # topics and the like are there then
    import_()
    counts = []
    for folder, count in (("few", 2), ("many", 4)):
        write_files(write_file, folder, count)
        counts.append(len(statements_of(import_)))
    assert counts[0] == counts[1]


def test_changed_files_are_written_in_one_batch_whatever_number_of_unchanged_ones_is_between(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_files(write_file, "a", 5)
    import_()
    write_file("a/0.md", slug="a-0", body="Changed.")
    write_file("a/4.md", slug="a-4", body="Changed.")
    writes = writes_of(statements_of(lambda: import_(batch_size=2)))
    assert len([write for write in writes if write.startswith('INSERT INTO "curation_importrecord"')]) == 1


def test_a_second_run_writes_only_its_row_in_the_ledger_and_starts_no_process(
    write_file: WriteFile, import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(write_file, "a", 3)
    import_()
    monkeypatch.setattr(Parsers, "prepare", lambda _parsers: pytest.fail("a parser process was asked for"))
    writes = writes_of(statements_of(import_))
    assert {write.split('"')[1] for write in writes} == {"curation_importrun"}


@pytest.mark.parametrize("force", [False, True])
def test_each_run_warns_of_a_missing_image_and_writes_only_the_ledger(
    force: bool, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", featuredImage="x.png")
    (first_warning,) = import_().lines("warning")
    reports: list[Report] = []
    writes = writes_of(statements_of(lambda: reports.append(import_(force=force))))
    (report,) = reports
    assert list(report.lines("warning")) == [first_warning]
    assert (report.counts["unchanged"], report.counts["warnings"]) == (1, 1)
    assert {write.split('"')[1] for write in writes} == {"curation_importrun", "curation_importrecord"}
    run = ImportRun.objects.latest("pk")
    record = run.records.get()
    assert (run.counts["warnings"], record.outcome, record.item) == (1, "unchanged", CuratedItem.objects.get())
    assert [problem["field"] for problem in record.problems] == ["featuredImage.href"]
    assert record.before is None
