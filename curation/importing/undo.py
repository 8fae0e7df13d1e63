"""Taking an import back: what it made goes, what it changed returns, what anybody has touched since stays.

Undoing is a merge too: from what the import left (`after`) an item goes back to what it was (`before`), and a field
that was changed since is kept against both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import QuerySet

from curation import frontmatter
from curation.frontmatter.records import ItemRecord
from curation.importing import ledger
from curation.importing.columns import columns_of
from curation.importing.merge import merge
from curation.importing.references import References
from curation.importing.upsert import Filled, save_aliases, save_items
from curation.models import Conflict, CuratedItem, Image, ImportRecord, ImportRun, SourceDocument
from curation.models.documents import discard_pdf
from curation.resolving import refresh
from curation.snapshot import snapshot, with_relations

BATCH_SIZE = 200
Outcome = ImportRecord.Outcome
#: What a run did with a file that can be undone.
WRITTEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.CONFLICTED, Outcome.PRUNED)


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
    """What an undo did: items deleted and put back, and what it left. A dry run writes nothing.

    `earlier` files were undone by one that broke off. `made` is what items that were put back refer to again, by model.
    """

    dry_run: bool = False
    earlier: int = 0
    deleted: int = 0
    restored: int = 0
    left: list[Left] = field(default_factory=list)
    made: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def leave(self, record: ImportRecord, why: str) -> None:
        self.left.append(Left(record.path, record.slug, why))


def undo(
    run: ImportRun,
    *,
    dry_run: bool = False,
    user: AbstractBaseUser | None = None,
    on_wait: Callable[[str], None] | None = None,
) -> Undone:
    """Take a run back, a batch a transaction, while no import runs; a dry run reads alone, so that nobody waits for it.

    Broken off, it is done in part, and can be done again. Raises `CannotUndo`; `ledger.Busy` as `ledger.begin()` does.
    """
    undone = Undone(dry_run, run.records.filter(is_undone=True).count())
    _check(run)
    if dry_run:
        for records in _batches(run):
            _undo_batch(records, undone)
        return undone
    with ledger.alone(f"undo of import {run.pk}", user=user, on_wait=on_wait) as entry:
        run.refresh_from_db()
        _check(run)
        for records in _batches(run):
            with transaction.atomic():
                _undo_batch(records, undone)
                _note_made(run, undone)
                ledger.mark_alive(entry)
        with transaction.atomic():
            Conflict.objects.filter(run=run).delete()
            ImportRun.objects.filter(pk=run.pk).update(outcome=ImportRun.Outcome.UNDONE)
            undone.deleted += _undo_kept(run)
            _delete_unused()
    return undone


def _check(run: ImportRun) -> None:
    if run.outcome == ImportRun.Outcome.UNDONE:
        raise CannotUndo(f"Import {run.pk} has been undone already.")
    if run.outcome in (ImportRun.Outcome.RUNNING, ImportRun.Outcome.QUEUED):
        raise CannotUndo(f"Import {run.pk} is still under way; wait for its end, or stop it.")


def _batches(run: ImportRun) -> Iterator[list[ImportRecord]]:
    """Yield what a run did and has not been undone, the last first."""
    return _in_batches(run.records.filter(outcome__in=WRITTEN, is_undone=False))


def _in_batches(records: QuerySet[ImportRecord]) -> Iterator[list[ImportRecord]]:
    ids = list(records.order_by("-pk").values_list("pk", flat=True).distinct())
    for start in range(0, len(ids), BATCH_SIZE):
        yield list(ImportRecord.objects.filter(pk__in=ids[start : start + BATCH_SIZE]).order_by("-pk"))


def _note_made(run: ImportRun, undone: Undone) -> None:
    """Note that a run made, in the end, what was missing where items were put back."""
    if undone.made:
        run.made = {name: [*run.made.get(name, []), *undone.made[name]] for name in {*run.made, *undone.made}}
        run.save(update_fields=["made"])
        undone.made.clear()


def _undo_kept(run: ImportRun) -> int:
    """Delete the items that undone runs made, and that were kept only because this run had changed them since.

    Return how many. An item that a run changed which is not undone stays.
    """
    made = ImportRecord.objects.filter(outcome=Outcome.CREATED, is_undone=False, run__outcome=ImportRun.Outcome.UNDONE)
    others = ImportRecord.objects.filter(outcome__in=WRITTEN, is_undone=False, item__isnull=False)
    used = others.exclude(run__outcome=ImportRun.Outcome.UNDONE).values("item")
    kept = Undone()
    for records in _in_batches(made.filter(item__imports__run=run).exclude(item__in=used)):
        _undo_batch(records, kept)
    return kept.deleted


def _undo_batch(records: Sequence[ImportRecord], undone: Undone) -> None:
    chosen = CuratedItem.objects.filter(pk__in=[record.item_id for record in records])
    if not undone.dry_run:
        chosen = chosen.select_for_update(of=("self",))
    items = {item.pk: item for item in with_relations(chosen).prefetch_related("documents")}
    later = _changed_later(records)
    doomed: list[int] = []
    for record in records:
        left = len(undone.left)
        _undo_one(record, items.get(record.item_id or 0), later[record.item_id], doomed, undone)
        record.is_undone = len(undone.left) == left
    if not undone.dry_run:
        CuratedItem.objects.filter(pk__in=doomed).delete()
        done = [record.pk for record in records if record.is_undone]
        ImportRecord.objects.filter(pk__in=done).update(is_undone=True)
    undone.deleted += len(doomed)


def _changed_later(records: Sequence[ImportRecord]) -> dict[int | None, list[ImportRecord]]:
    """Return what later runs, not undone, did to the same items, in their order, by item."""
    items = {record.item_id for record in records if record.before}
    changes = ImportRecord.objects.filter(item__in=items, run__gt=records[0].run_id, before__has_key="record")
    found: defaultdict[int | None, list[ImportRecord]] = defaultdict(list)
    for later in changes.exclude(run__outcome=ImportRun.Outcome.UNDONE).exclude(is_undone=True).order_by("pk"):
        found[later.item_id].append(later)
    return found


def _undo_one(
    record: ImportRecord, item: CuratedItem | None, later: list[ImportRecord], doomed: list[int], undone: Undone
) -> None:
    """Put an item back, or add it to the `doomed`, which go together; note why where neither may be."""
    if item is None:
        undone.leave(record, "its item has been deleted since")
    elif record.outcome == Outcome.CREATED:
        if _is_as_left(item, record):
            doomed.append(item.pk)
        else:
            undone.leave(record, "its item was changed since, and was kept")
    elif record.before is not None and "record" not in record.before:
        undone.leave(record, "its item was archived by an earlier version, which did not note all of what it was")
    elif record.before is not None and record.after:
        _put_back(record, item, later, undone)
    elif not undone.dry_run:
        SourceDocument.objects.filter(path=record.path, is_primary=False).delete()


def _is_as_left(item: CuratedItem, record: ImportRecord) -> bool:
    """Whether an item is as the import left it: as the record says, or its document where the record says nothing."""
    now = snapshot(item)
    if record.after:
        left, media = frontmatter.from_json(record.after["record"]), (record.after["image"], record.after["pdf"])
    else:
        # Without a digest: a document that the undo of a later run put back.
        documents = (row for row in item.documents.all() if row.is_primary and row.sha256 in (record.sha256, ""))
        document = next(documents, None)
        if document is None:
            return False
        left, media = frontmatter.from_json(document.record), _media(item, document)
    return not merge(now, left, now).changes and (item.image_id, item.pdf.name or "") == media


def _media(item: CuratedItem, document: SourceDocument) -> tuple[int | None, str]:
    """Return the image and PDF that an item made from a document had."""
    taken = {use: found.get("sha256", "") for use, found in document.media.items()}
    image = item.image_id if item.image and item.image.sha256 == taken.get("image") else None
    return image, f"documents/{taken['pdf']}.pdf" if taken.get("pdf") else ""


def _put_back(record: ImportRecord, item: CuratedItem, later: list[ImportRecord], undone: Undone) -> None:
    before, after = record.before or {}, record.after or {}
    left, was = frontmatter.from_json(after["record"]), frontmatter.from_json(before["record"])
    merged = merge(left, was, snapshot(item))
    for conflict in merged.conflicts:
        undone.leave(record, f"its {conflict.field} was changed since, and was kept")
    undone.restored += 1
    if undone.dry_run:
        return
    if item.image_id == after["image"] and Image.objects.filter(pk=before["image"] or 0).exists():
        item.image_id, item.image_alt = before["image"], before["image_alt"]
    elif item.image_id == after["image"]:
        item.image = None
    if (item.pdf.name or "") == after["pdf"] != before["pdf"]:
        item.pdf = before["pdf"]
        discard_pdf(after["pdf"])
    if item.media_provenance == after["media_provenance"]:
        item.media_provenance = before["media_provenance"]
    _put_back_document(record, before, later)  # before the item is written: its body's files are found by it
    for name, ids in _write(item, merged.record).items():
        undone.made[name] += ids
    for change in later:
        change.before = _without(change.before or {}, before, after)
    ImportRecord.objects.bulk_update(later, ["before"])


def _put_back_document(record: ImportRecord, before: dict[str, Any], later: list[ImportRecord]) -> None:
    """Let an item's document say what it said; where a later run read its file, the undo of that run does so."""
    next_of_file = next((change.before for change in later if change.path == record.path), None)
    if "document" not in before:
        return
    if next_of_file:
        next_of_file |= {name: before[name] for name in ("document", "document_media") if name in before}
        return
    media = {"media": before["document_media"]} if "document_media" in before else {}
    SourceDocument.objects.filter(path=record.path).update(record=before["document"], sha256="", **media)


def _without(state: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the state of an item that a later run found, as it would be had the run at hand not changed the item."""
    left, was, found = (frontmatter.from_json(values["record"]) for values in (after, before, state))
    others = {name for name in before if name in after and name != "record" and state.get(name) == after[name]}
    return (
        state
        | {name: before[name] for name in others}
        | {"record": frontmatter.to_json(merge(left, was, found).record)}
    )


def _write(item: CuratedItem, record: ItemRecord) -> dict[str, list[int]]:
    """Write an item as a record has it; return what had to be made for it, by model."""
    references = References([record])
    for column, value in columns_of(record).items():
        setattr(item, column, value)
    save_items([Filled(item, record)], references)
    save_aliases({item.pk: record.aliases})
    refresh([item])
    return references.made


def _delete_unused() -> None:
    """Delete what undone runs made for items to refer to, where nothing does and no editor wrote anything on it.

    A run that was undone before may have made what only the run at hand still used.
    """
    made: defaultdict[str, set[int]] = defaultdict(set)
    for of_run in ImportRun.objects.filter(outcome=ImportRun.Outcome.UNDONE).values_list("made", flat=True):
        for name, ids in of_run.items():
            made[name].update(ids)
    unused: dict[str, dict[str, Any]] = {
        "curation.Offering": {"itemoffering": None, "description": "", "url": ""},
        "curation.Topic": {"itemtopic": None, "offerings": None, "description": ""},
        "curation.Vocabulary": {"topics": None, "description": "", "url": ""},
        "curation.Author": {"itemauthor": None, "bio": "", "url": ""},
        "curation.Publisher": {"items": None},
        "curation.Image": {"items": None, "publishers": None, "references": None},
        "curation.Tag": {"itemtags": None},
    }
    for name, conditions in unused.items():
        model = apps.get_model(name)
        edited = _edited(model)
        ids = [pk for pk in made[model.__name__] if str(pk) not in edited]
        for row in model._default_manager.filter(pk__in=ids, **conditions):
            row.delete()


def _edited(model: type[models.Model]) -> set[str | None]:
    """Return the ids, in words, of a model's rows that were changed in the admin: renamed, say, or given an icon."""
    log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), action_flag=CHANGE)
    return set(log.values_list("object_id", flat=True))
