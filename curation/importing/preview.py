"""What an import would do: the import itself, rolled back, with what it noted about each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import transaction

from curation.importing.changes import Change, as_text, changes
from curation.importing.discover import SourceFile, UsageError
from curation.importing.options import Options
from curation.importing.report import Report
from curation.importing.run import Import
from curation.importing.uploads import Upload
from curation.models import Conflict, ImportRecord, ImportRun

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
    """Return what importing files would do. Everything is rolled back; `on_batch` hears how many files were done."""
    report, files, shown = Report(), list[Foreseen](), Counter[str]()
    with transaction.atomic():
        run = ImportRun.objects.create(outcome=ImportRun.Outcome.FINISHED)
        with closing(Import(sources, replace(options, dry_run=True), run).reports()) as batches:
            for batch in batches:
                report.add(batch)
                on_batch(len(batch))
                for foreseen in _foresee(run):
                    shown[foreseen.outcome] += 1
                    files += [foreseen] if shown[foreseen.outcome] <= MAX_FILES else []
        transaction.set_rollback(True)
    return Preview(dict(report.counts), files)


def _foresee(run: ImportRun) -> Iterator[Foreseen]:
    """Yield what the run noted since it was asked last."""
    conflicts = Conflict.objects.filter(run=run)
    records = list(run.records.select_related("item").order_by("pk"))
    for record in records:
        yield Foreseen(
            path=record.path,
            outcome=record.outcome,
            title=record.item.title if record.item else "",
            item=record.item_id if record.before else None,
            problems=record.problems,
            changes=[_shortened(change) for change in changes(record)],
            conflicts=[
                _shortened(Change(row.field, as_text(row.field, row.ours), as_text(row.field, row.theirs)))
                for row in conflicts
                if row.item_id == record.item_id and record.outcome == ImportRecord.Outcome.CONFLICTED
            ],
        )
    run.records.all().delete()


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
