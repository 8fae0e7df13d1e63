"""Preview an import: a dry run, with the ledger's rows of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from curation.frontmatter import to_json_value
from curation.importing.history.diff import FieldChange, as_text, changes
from curation.importing.sources.discover import SourceFile, UsageError
from curation.importing.sources.uploads import Upload
from curation.items.merge import FieldConflict
from curation.models import ImportRecord

from .history import ledger
from .options import Options
from .pipeline import ImportJob
from .plan import FileOutcome, Plan
from .report import FileReport, Report

#: Maximum number of files shown per outcome, and of characters shown of a text.
MAX_FILES, MAX_TEXT = 100, 20_000


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The preview of one file.

    `item` is the ID of an existing item. `before` and `after` of a conflict are the value here and the file's value.
    """

    path: str
    outcome: str
    title: str
    item: int | None
    problems: list[dict[str, Any]]
    changes: list[FieldChange]
    conflicts: list[FieldChange]


@dataclass(slots=True)
class Preview:
    """The counts of all files by outcome, and at most `MAX_FILES` files of each outcome."""

    counts: dict[str, int]
    files: list[FilePreview] = field(default_factory=list)


def preview(sources: Sequence[SourceFile], options: Options, on_batch: Callable[[int], object] = int) -> Preview:
    """Return what importing files would do. Nothing is kept. `on_batch(number)` is called after each batch of files."""
    report, files, shown = Report(), list[FilePreview](), Counter[str]()

    def add_previews(outcomes: Sequence[FileOutcome]) -> None:
        for outcome in filter(ledger.needs_record, outcomes):
            shown[outcome.outcome] += 1
            if shown[outcome.outcome] <= MAX_FILES:
                files.append(_file_preview(outcome))

    job = ImportJob(sources, replace(options, dry_run=True), on_outcomes=add_previews)
    with closing(job.reports()) as batches:
        for batch in batches:
            report.add(batch)
            _add_late_problems(files, batch)
            on_batch(sum(file.outcome != "noted" for file in batch))
    return Preview(dict(report.counts), files)


def _add_late_problems(files: Sequence[FilePreview], reports: Sequence[FileReport]) -> None:
    """Add to files the problems that only the last report has, when all files are imported."""
    late = {report.path: report.problems for report in reports if report.outcome == "noted"}
    for file in files if late else ():
        file.problems.extend(asdict(problem) for problem in late.get(file.path, ()))


def _file_preview(outcome: FileOutcome) -> FilePreview:
    plan = outcome if isinstance(outcome, Plan) else None
    record = ImportRecord(**ledger.row_of(outcome))
    return FilePreview(
        path=record.path,
        outcome=record.outcome,
        title=plan.known.item.title if plan else "",
        item=record.item_id if record.before else None,
        problems=record.problems,
        changes=[_shortened(change) for change in changes(record)],
        conflicts=[_shortened(_conflict_values(conflict)) for conflict in plan.conflicts] if plan else [],
    )


def _conflict_values(conflict: FieldConflict) -> FieldChange:
    """Return a conflict as a change from the value here to the one in the file."""
    field = conflict.field
    return FieldChange(
        field, as_text(field, to_json_value(conflict.ours)), as_text(field, to_json_value(conflict.theirs))
    )


def _shortened(change: FieldChange) -> FieldChange:
    texts = (f"{text[:MAX_TEXT]}…" if len(text) > MAX_TEXT else text for text in (change.before, change.after))
    return FieldChange(change.field, *texts)


def preview_upload(upload: Upload) -> None:
    """Save a preview of uploaded files with the upload, or the error that prevents it, and its progress meanwhile."""
    options = Options.from_json((upload.read_note("upload") or {}).get("options", {}))
    done = 0

    def save_progress(number: int) -> None:
        nonlocal done
        done += number
        upload.save_note("progress", {"done": done, "files": len(sources)})

    try:
        sources = upload.sources()
        save_progress(0)
        upload.save_note("preview", asdict(preview(sources, options, save_progress)))
    except Exception as error:
        message = (
            str(error) if isinstance(error, UsageError) else "The preview failed; the server's log has the reason."
        )
        upload.save_note("preview", {"error": message})
        if not isinstance(error, UsageError):
            raise
