"""An import from its files to its report: the one way in, for the command and whatever else imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, transaction

from curation.frontmatter.records import Problem, Rejected
from curation.importing.catalogue import Catalogue
from curation.importing.discover import SourceFile
from curation.importing.parse import Parsed, Refused, Unchanged, parse
from curation.importing.plan import Plan, Planner
from curation.importing.report import FileReport
from curation.importing.upsert import Batch, write
from curation.models import SourceDocument

BATCH_SIZE = 200


@dataclass(frozen=True, slots=True)
class Options:
    """How to import. `static_roots` are where site paths such as `/img/x.jpg` are found; none: beside the files."""

    static_roots: tuple[Path, ...] = ()
    dry_run: bool = False


def import_files(sources: Sequence[SourceFile], options: Options) -> Iterator[list[FileReport]]:
    """Import files in the order given, a batch a transaction, and yield what became of each batch.

    A file that cannot be imported is reported and leaves nothing behind; the others go on. A dry run does the same work
    in one transaction, and rolls it back when the iterator ends or is closed.
    """
    seen = {source.name for source in sources}
    stored: list[Batch] = []
    with transaction.atomic() if options.dry_run else nullcontext():
        try:
            for start in range(0, len(sources), BATCH_SIZE):
                yield _import_batch(sources[start : start + BATCH_SIZE], seen, options, stored)
        finally:
            if options.dry_run:
                transaction.set_rollback(True)
                for batch in stored:
                    batch.discard()


def _import_batch(
    sources: Sequence[SourceFile], seen: set[str], options: Options, stored: list[Batch]
) -> list[FileReport]:
    """Import some files together; should the database refuse that, one by one, so that one file stops no other."""
    batch = Batch()
    try:
        with transaction.atomic():
            reports = _import_together(sources, seen, options, batch)
    except DatabaseError as error:
        batch.discard()
        if len(sources) == 1:
            return [_refused_by_database(sources[0], error)]
        return [report for source in sources for report in _import_batch([source], seen, options, stored)]
    except BaseException:
        batch.discard()
        raise
    if options.dry_run:
        stored.append(batch)
    return reports


def _import_together(sources: Sequence[SourceFile], seen: set[str], options: Options, batch: Batch) -> list[FileReport]:
    known = dict(
        SourceDocument.objects.filter(path__in=[source.name for source in sources]).values_list("path", "sha256")
    )
    parsed = [parse(source, known.get(source.name, "")) for source in sources]
    accepted = [file for file in parsed if isinstance(file, Parsed)]
    planner = Planner(Catalogue(accepted), seen, options.static_roots) if accepted else None
    outcomes = [_settle(file, planner) for file in parsed]
    write([outcome for outcome in outcomes if isinstance(outcome, Plan)], batch)
    return [_report(outcome) if isinstance(outcome, Plan) else outcome for outcome in outcomes]


def _settle(file: Parsed | Unchanged | Refused, planner: Planner | None) -> Plan | FileReport:
    """Return what to do with a file, or what became of it where there is nothing to do."""
    if isinstance(file, Unchanged):
        return FileReport(file.source, "unchanged")
    if isinstance(file, Refused):
        return FileReport(file.source, file.outcome, problems=file.problems)
    assert planner is not None  # noqa: S101  # there is one wherever a file was parsed
    try:
        return planner.plan(file)
    except Rejected as rejected:
        problems = (*rejected.problems, *file.document.problems)
        return FileReport(file.source, "rejected", problems=problems)


def _report(plan: Plan) -> FileReport:
    problems = (*plan.parsed.document.problems, *plan.problems)
    return FileReport(plan.parsed.source, plan.outcome, plan.entry.item.slug, problems)


def _refused_by_database(source: SourceFile, error: DatabaseError) -> FileReport:
    """Say that a row was refused, by the kind of error alone: its text holds SQL and values."""
    message = f"the database refused it ({type(error).__name__}); import it again, and report this if it stays so"
    return FileReport(source, "rejected", problems=(Problem("error", "database", message),))
