"""The parts of the page of a run: its files by outcome, each with its item or with the reason that it has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from curation.admin.links import edit_url
from curation.importing.history.diff import changes
from curation.items.actors import Actor
from curation.models import Conflict, CuratedItem, ImportRecord, ImportRun
from curation.templating.pictures import picture

from .conflicts import ConflictVersions, load_versions
from .differences import field_label

Outcome = ImportRecord.Outcome

#: Maximum number of files of an outcome, and of conflicts, that the page shows.
MAX_FILES, MAX_CONFLICTS = 12, 5
#: Maximum number of topics that a card names.
MAX_TOPICS = 4
_LONG_COLUMNS = ("before", "after", "unmapped")
_PROGRAM_ERROR = re.compile(r"[\w.]*(Error|Exception)\b")


@dataclass(frozen=True, slots=True)
class FileReason:
    """A problem of a file: its place, what is wrong, and the remedy, "" if the message has none."""

    field: str
    line: int | None
    wrong: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of a run with the ID of its record. `item` is `None` if it has none or that was deleted for ever."""

    record: int
    path: str
    item: CuratedItem | None
    reasons: tuple[FileReason, ...] = ()
    changed: str = ""

    @property
    def url(self) -> str:
        return edit_url(self.item) if self.item else ""

    @property
    def picture(self) -> SafeString | str:
        return picture(self.item.image, sizes="112px") if self.item and self.item.image else ""

    @property
    def topics(self) -> str:
        relations = self.item.itemtopic_set.all()[:MAX_TOPICS] if self.item else ()
        return " · ".join(relation.topic.label for relation in relations)


def files_context(run: ImportRun) -> dict[str, list[RunFile]]:
    """Return the first files of a run by outcome, in a fixed number of queries."""
    records = run.records.select_related("item").order_by("pk").defer("item__body", "item__body_html", "item__meta")
    without_states = records.defer(*_LONG_COLUMNS, "item__body", "item__body_html", "item__meta")
    created = without_states.select_related("item__image").prefetch_related("item__itemtopic_set__topic")
    return {
        "rejected": list(_files(without_states.filter(outcome=Outcome.REJECTED))),
        "skipped": list(_files(without_states.filter(outcome=Outcome.SKIPPED))),
        "created": list(_files(created.filter(outcome=Outcome.CREATED, item__isnull=False))),
        "updated": [
            RunFile(record.pk, record.path, record.item, changed=_changed_fields(record))
            for record in records.filter(outcome=Outcome.UPDATED)[:MAX_FILES]
        ],
    }


def _files(records: QuerySet[ImportRecord]) -> Iterator[RunFile]:
    for record in records[:MAX_FILES]:
        yield RunFile(record.pk, record.path, record.item, tuple(map(_reason, record.problems)))


def _reason(problem: dict[str, Any]) -> FileReason:
    """Return a problem with its message in two: what is wrong, and what to do."""
    wrong, _semicolon, remedy = problem["message"].partition("; ")
    return FileReason(problem["field"], problem["line"], wrong, remedy)


def _changed_fields(record: ImportRecord) -> str:
    return ", ".join(field_label(change.field) for change in changes(record))


def conflicts_context(run: ImportRun, actor: Actor) -> dict[str, Any]:
    """Return the open conflicts that a run found: the first of them with both versions, and their number."""
    found = run.conflicts.exclude(item__status=CuratedItem.Status.BIN).select_related("item")
    rows: list[Conflict] = list(found.order_by("item", "field")[:MAX_CONFLICTS])
    versions: list[ConflictVersions] = list(load_versions(rows, actor)) if rows else []
    return {"conflicts": versions, "number_of_conflicts": found.count()}


def is_of_program(run: ImportRun) -> bool:
    """Whether the message of a run is the text of an error that the program did not expect."""
    return run.outcome == ImportRun.Outcome.FAILED and bool(_PROGRAM_ERROR.match(run.message))
