"""What an import would do: the import itself, rolled back, and what it would note about each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from curation.frontmatter import plain
from curation.importing import ledger
from curation.importing.changes import Change, as_text, changes
from curation.importing.discover import SourceFile, UsageError
from curation.importing.merge import Conflicting
from curation.importing.options import Options
from curation.importing.plan import Plan
from curation.importing.report import FileReport, Report
from curation.importing.run import Import, Planned
from curation.importing.uploads import Upload
from curation.models import ImportRecord

#: Files that are shown of each outcome; of a long text, so many characters.
MAX_FILES, MAX_TEXT = 100, 20_000


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of one file. `item` is the item that is there already; a conflict's texts are the value here
    and the value in the file.
    """

    path: str
    outcome: str
    title: str
    item: int | None
    problems: list[dict[str, Any]]
    changes: list[Change]
    conflicts: list[Change]


@dataclass(slots=True)
class Preview:
    """Counts of all files, and at most `MAX_FILES` of each outcome."""

    counts: dict[str, int]
    files: list[Foreseen] = field(default_factory=list)


def preview(sources: Sequence[SourceFile], options: Options, on_batch: Callable[[int], object] = int) -> Preview:
    """Return what importing files would do. Nothing is kept; `on_batch` hears how many files were done."""
    report, files, shown = Report(), list[Foreseen](), Counter[str]()

    def foresee(outcomes: Sequence[Planned]) -> None:
        for outcome in filter(ledger.is_noted, outcomes):
            shown[outcome.outcome] += 1
            if shown[outcome.outcome] <= MAX_FILES:
                files.append(_foreseen(outcome))

    job = Import(sources, replace(options, dry_run=True), on_outcomes=foresee)
    with closing(job.reports()) as batches:
        for batch in batches:
            report.add(batch)
            _add_notes(files, batch)
            on_batch(sum(file.outcome != "noted" for file in batch))
    return Preview(dict(report.counts), files)


def _add_notes(files: Sequence[Foreseen], reports: Sequence[FileReport]) -> None:
    """Add to the files that are shown what is said of them when all are in."""
    notes = {report.path: report.problems for report in reports if report.outcome == "noted"}
    for file in files if notes else ():
        file.problems.extend(asdict(problem) for problem in notes.get(file.path, ()))


def _foreseen(outcome: Planned) -> Foreseen:
    plan = outcome if isinstance(outcome, Plan) else None
    record = ImportRecord(**ledger.row_of(outcome))
    return Foreseen(
        path=record.path,
        outcome=record.outcome,
        title=plan.entry.item.title if plan else "",
        item=record.item_id if record.before else None,
        problems=record.problems,
        changes=[_shortened(change) for change in changes(record)],
        conflicts=[_shortened(_sides(conflict)) for conflict in plan.conflicts] if plan else [],
    )


def _sides(conflict: Conflicting) -> Change:
    """Return a conflict as a change from the value here to the one in the file."""
    field = conflict.field
    return Change(field, as_text(field, plain(conflict.ours)), as_text(field, plain(conflict.theirs)))


def _shortened(change: Change) -> Change:
    texts = (f"{text[:MAX_TEXT]}…" if len(text) > MAX_TEXT else text for text in (change.before, change.after))
    return Change(change.field, *texts)


def preview_upload(upload: Upload) -> None:
    """Note beside uploaded files what importing them would do, or why that cannot be said; and how far this is."""
    options = Options.from_json((upload.noted("upload") or {}).get("options", {}))
    done = 0

    def tell(number: int) -> None:
        nonlocal done
        done += number
        upload.note("progress", {"done": done, "files": len(sources)})

    try:
        sources = upload.sources()
        tell(0)
        upload.note("preview", asdict(preview(sources, options, tell)))
    except Exception as error:
        why = str(error) if isinstance(error, UsageError) else "The preview failed; the log of the server says why."
        upload.note("preview", {"error": why})
        if not isinstance(error, UsageError):
            raise
