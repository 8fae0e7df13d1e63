"""Taking an import back: what it made goes, what it changed returns, what anybody has touched since stays.

Undoing is a merge too: from what the import left (`after`) an item goes back to what it was (`before`), and a field
that was changed since is kept against both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from taggit.models import Tag

from curation import frontmatter, publishing
from curation.frontmatter.records import ItemRecord
from curation.importing.columns import columns_of
from curation.importing.merge import merge
from curation.importing.references import References
from curation.importing.upsert import Filled, save_aliases, save_items
from curation.models import Conflict, CuratedItem, Image, ImportRecord, ImportRun, SourceDocument
from curation.snapshot import snapshot, with_relations

BATCH_SIZE = 200
Outcome = ImportRecord.Outcome


class CannotUndo(Exception):
    """A run that has nothing to take back; the message says why."""


@dataclass(frozen=True, slots=True)
class Left:
    """What an undo did not touch, and why."""

    path: str
    slug: str
    why: str


@dataclass(slots=True)
class Undone:
    """What an undo did: items deleted and put back, and what it left."""

    deleted: int = 0
    restored: int = 0
    left: list[Left] = field(default_factory=list)


def undo(run: ImportRun, *, dry_run: bool = False) -> Undone:
    """Take a run back, in one transaction; a dry run rolls it back again, for a preview. Raises `CannotUndo`."""
    if run.outcome == ImportRun.Outcome.UNDONE:
        raise CannotUndo(f"Import {run.pk} has been undone already.")
    if run.outcome in (ImportRun.Outcome.RUNNING, ImportRun.Outcome.QUEUED):
        raise CannotUndo(f"Import {run.pk} is still under way; wait for its end, or stop it.")
    with transaction.atomic():
        if not ImportRun.objects.filter(pk=run.pk, outcome=run.outcome).update(outcome=ImportRun.Outcome.UNDONE):
            raise CannotUndo(f"Import {run.pk} has just been undone or started again; look at it once more.")
        undone = Undone()
        for records in _batches(run):
            _undo_batch(records, undone)
        Conflict.objects.filter(run=run).delete()
        _delete_unused(run.made)
        transaction.set_rollback(dry_run)
    return undone


def _batches(run: ImportRun) -> Iterator[list[ImportRecord]]:
    """Yield what a run did, the last first."""
    written = (Outcome.CREATED, Outcome.UPDATED, Outcome.CONFLICTED, Outcome.PRUNED)
    ids = list(run.records.filter(outcome__in=written).order_by("-pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH_SIZE):
        yield list(ImportRecord.objects.filter(pk__in=ids[start : start + BATCH_SIZE]).order_by("-pk"))


def _undo_batch(records: Iterable[ImportRecord], undone: Undone) -> None:
    chosen = CuratedItem.objects.filter(pk__in=[record.item_id for record in records]).select_for_update(of=("self",))
    items = {item.pk: item for item in with_relations(chosen)}
    doomed: list[int] = []
    for record in records:
        item = items.get(record.item_id or 0)
        if item is None:
            undone.left.append(Left(record.path, record.slug, "its item has been deleted since"))
        elif record.outcome == Outcome.PRUNED:
            _unprune(record, item, undone)
        elif record.outcome == Outcome.CREATED:
            if _is_as_left(item, record):
                doomed.append(item.pk)
            else:
                undone.left.append(Left(record.path, item.slug, "its item was changed since, and was kept"))
        elif record.before is not None and record.after:
            _put_back(record, item, undone)
        else:
            SourceDocument.objects.filter(path=record.path, is_primary=False).delete()
    CuratedItem.objects.filter(pk__in=doomed).delete()
    undone.deleted += len(doomed)


def _is_as_left(item: CuratedItem, record: ImportRecord) -> bool:
    """Whether an item is as the import left it: as the record says, or its document where the record says nothing."""
    now = snapshot(item)
    if record.after:
        left, media = frontmatter.from_json(record.after["record"]), (record.after["image"], record.after["pdf"])
    else:
        document = item.documents.filter(is_primary=True, sha256=record.sha256).first()
        if document is None:
            return False
        left, media = frontmatter.from_json(document.record), _media(item, document)
    return not merge(now, left, now).changes and (item.image_id, item.pdf.name or "") == media


def _media(item: CuratedItem, document: SourceDocument) -> tuple[int | None, str]:
    """Return the image and PDF that an item made from a document had."""
    taken = {use: found.get("sha256", "") for use, found in document.media.items()}
    image = item.image_id if item.image and item.image.sha256 == taken.get("image") else None
    return image, f"documents/{taken['pdf']}.pdf" if taken.get("pdf") else ""


def _put_back(record: ImportRecord, item: CuratedItem, undone: Undone) -> None:
    before, after = record.before or {}, record.after or {}
    left, was = frontmatter.from_json(after["record"]), frontmatter.from_json(before["record"])
    merged = merge(left, was, snapshot(item))
    for conflict in merged.conflicts:
        undone.left.append(Left(record.path, item.slug, f"its {conflict.field} was changed since, and was kept"))
    if item.image_id == after["image"] and Image.objects.filter(pk=before["image"] or 0).exists():
        item.image_id, item.image_alt = before["image"], before["image_alt"]
    elif item.image_id == after["image"]:
        item.image = None
    if (item.pdf.name or "") == after["pdf"]:
        item.pdf = before["pdf"]
    item.media_provenance = before["media_provenance"]
    _write(item, merged.record)
    if "document" in before:
        SourceDocument.objects.filter(path=record.path).update(record=before["document"], sha256="")
    undone.restored += 1


def _write(item: CuratedItem, record: ItemRecord) -> None:
    for column, value in columns_of(record).items():
        setattr(item, column, value)
    save_items([Filled(item, record)], References([record]))
    save_aliases({item.pk: record.aliases})


def _unprune(record: ImportRecord, item: CuratedItem, undone: Undone) -> None:
    if item.status != CuratedItem.Status.ARCHIVED:
        undone.left.append(Left(record.path, item.slug, "its item is no longer archived"))
        return
    chosen = CuratedItem.objects.filter(pk=item.pk)
    was_published = (record.before or {}).get("status") == CuratedItem.Status.PUBLISHED
    publishing.publish(chosen) if was_published else publishing.withdraw(chosen)
    undone.restored += 1


def _delete_unused(made: dict[str, list[int]]) -> None:
    """Delete what a run made for its items to refer to, where nothing else does and no editor wrote anything on it."""
    unused: dict[str, dict[str, Any]] = {
        "Offering": {"itemoffering": None, "description": "", "url": ""},
        "Topic": {"itemtopic": None, "offerings": None, "description": ""},
        "Vocabulary": {"topics": None, "description": "", "url": ""},
        "Author": {"itemauthor": None, "bio": "", "url": ""},
        "Publisher": {"items": None},
        "Image": {"items": None, "publishers": None},
    }
    for name, conditions in unused.items():
        rows: models.QuerySet[Any] = apps.get_model("curation", name)._default_manager.filter(pk__in=made.get(name, []))
        for row in rows.filter(**conditions):
            row.delete()
    Tag.objects.filter(pk__in=made.get("Tag", []), curation_itemtag_items=None).delete()
