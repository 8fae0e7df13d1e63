"""Preview an import: a dry run, with the ledger's rows of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import Any

from curation.frontmatter import to_json_value
from curation.importing.history.diff import FieldChange, as_text, changes
from curation.importing.sources.discover import SourceFile, UsageError
from curation.importing.sources.uploads import Upload
from curation.items.merge import FieldConflict
from curation.models import Image, ImportRecord

from .history import ledger
from .options import Options
from .pipeline import ImportJob
from .plan import FileOutcome, Plan
from .report import FileReport, Report

#: Maximum number of files shown per outcome, and of characters shown of a text and of what readers would read.
MAX_FILES, MAX_TEXT, MAX_EXCERPT = 100, 20_000, 300
#: Maximum size, in bytes, of a picture that a preview shows, and of all of them.
MAX_PICTURE, MAX_PICTURES = 4_000_000, 60_000_000


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The preview of one file.

    `item` is the ID of an existing item. `before` and `after` of a conflict are the value here and the file's value.
    `text` is the beginning of what readers would read, `picture` the name under which `keep_picture` kept the image.
    """

    path: str
    outcome: str
    title: str
    item: int | None
    problems: list[dict[str, Any]]
    changes: list[FieldChange]
    conflicts: list[FieldChange]
    text: str = ""
    topics: list[str] = field(default_factory=list)
    picture: str = ""


@dataclass(slots=True)
class Preview:
    """The counts of all files by outcome, and at most `MAX_FILES` files of each outcome."""

    counts: dict[str, int]
    files: list[FilePreview] = field(default_factory=list)


def _keep_none(_image: Image) -> str:
    return ""


def preview(
    sources: Sequence[SourceFile],
    options: Options,
    on_batch: Callable[[int], object] = int,
    keep_picture: Callable[[Image], str] = _keep_none,
) -> Preview:
    """Return what importing files would do. Nothing is kept.

    `on_batch(number)` is called after each batch of files. `keep_picture(image)` may keep the file of an item's image,
    which is deleted after its batch, and returns the name of its copy.
    """
    report, files, shown = Report(), list[FilePreview](), Counter[str]()

    def add_previews(outcomes: Sequence[FileOutcome]) -> None:
        for outcome in filter(ledger.needs_record, outcomes):
            shown[outcome.outcome] += 1
            if shown[outcome.outcome] <= MAX_FILES:
                files.append(_file_preview(outcome, keep_picture))

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


def _file_preview(outcome: FileOutcome, keep_picture: Callable[[Image], str]) -> FilePreview:
    plan = outcome if isinstance(outcome, Plan) else None
    record = ImportRecord(**ledger.row_of(outcome))
    image = plan.known.item.image if plan else None
    return FilePreview(
        path=record.path,
        outcome=record.outcome,
        title=plan.known.item.title if plan else "",
        item=record.item_id if record.before else None,
        problems=record.problems,
        changes=[_shortened(change) for change in changes(record)],
        conflicts=[_shortened(_conflict_values(conflict)) for conflict in plan.conflicts] if plan else [],
        text=plan.known.item.shown_summary[:MAX_EXCERPT] if plan else "",
        topics=[topic.label for topic in plan.record.topics] if plan and plan.record else [],
        picture=keep_picture(image) if image else "",
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


class _PictureKeeper:
    """Copies the images of a preview into the folder of its upload, as far as they are small enough."""

    def __init__(self, upload: Upload) -> None:
        self._folder = upload.pictures
        self._bytes = 0

    def __call__(self, image: Image) -> str:
        path = self._folder / PurePath(image.file.name or "").name
        size = image.size or 0
        if path.exists():
            return path.name
        if size > MAX_PICTURE or self._bytes + size > MAX_PICTURES:
            return ""
        self._bytes += size
        self._folder.mkdir(exist_ok=True)
        with suppress(OSError), image.file.open() as stored:
            path.write_bytes(stored.read())
            return path.name
        return ""


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
        upload.save_note("preview", asdict(preview(sources, options, save_progress, _PictureKeeper(upload))))
    except Exception as error:
        message = (
            str(error) if isinstance(error, UsageError) else "The preview failed; the server's log has the reason."
        )
        upload.save_note("preview", {"error": message})
        if not isinstance(error, UsageError):
            raise
