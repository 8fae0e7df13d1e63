"""Undo the records of a run, a batch at a time: decide about each file, then write.

An undo is a three-way merge: from the state that the import left (`after`) an item goes back to the state that it had
(`before`). A field that somebody has changed since stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from curation import frontmatter
from curation.frontmatter.problems import Rejected
from curation.frontmatter.reading.paths import page_path
from curation.frontmatter.record import ItemRecord
from curation.items.actors import Actor
from curation.items.bin import deleted_when, move_to_bin_by_undo
from curation.items.item_columns import columns_of
from curation.items.merge import merge
from curation.items.named_rows import NamedRows
from curation.items.record import record_of, with_record_relations
from curation.items.related_rows import RelatedRows
from curation.items.revisions import record_since
from curation.items.saving import FilledItem, save_aliases, save_items
from curation.items.state import State, labels_of, state_of
from curation.lib.stored_files import pdf_name
from curation.markdown import Rendered
from curation.models import CuratedItem, Image, ImportRecord, ImportRun, Revision, SourceDocument
from curation.site_links.resolve import refresh_references

Outcome = ImportRecord.Outcome
#: The outcomes that can be undone.
WRITTEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.CONFLICTED, Outcome.PRUNED)
#: Maximum number of files of each kind that a plan or a result names.
MAX_NAMED_FILES = 100

#: The columns of a document that an undo restores, by their names in `before`.
_DOCUMENT_STATE = {"document": "record", "document_media": "media", "document_rules_version": "rules_version"}


@dataclass(frozen=True, slots=True)
class SkippedRecord:
    """A file whose import was not undone, or not completely (`is_partial`), and the reason."""

    path: str
    slug: str
    reason: str
    record: int
    is_partial: bool = False


@dataclass(slots=True)
class UndoResult:
    """The result of an undo, or of its plan: the items moved to the bin and restored, and the files that it skipped.

    `restored` counts those too that were restored except for some fields, which `skipped` names. `undone_before` is
    the number of files that an interrupted undo has done already. `made` has the IDs of rows that were created again
    for restored items, by model. `named` has the first records of each kind.
    """

    dry_run: bool = False
    undone_before: int = 0
    binned: int = 0
    restored: int = 0
    skipped: list[SkippedRecord] = field(default_factory=list)
    made: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    named: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def skip(self, record: ImportRecord, reason: str, *, is_partial: bool = False) -> None:
        self.skipped.append(SkippedRecord(record.path, record.slug, reason, record.pk, is_partial))

    def name(self, kind: str, record: ImportRecord) -> None:
        if len(self.named[kind]) < MAX_NAMED_FILES:
            self.named[kind].append(record.pk)

    def as_json(self, earlier: Mapping[str, Any] | None = None, *, with_skipped: bool = True) -> dict[str, Any]:
        """Return the numbers of items that are binned, restored, restored in part and kept, and their first records.

        `earlier` is the JSON of an interrupted undo, to which this one is added. That one is saved without the files
        that it has skipped, because the undo that continues it decides about them again.
        """
        earlier = earlier or {}
        partial = len({skipped.record for skipped in self.skipped if skipped.is_partial})
        kept = len({skipped.record for skipped in self.skipped if not skipped.is_partial})
        skipped = [[entry.record, entry.reason] for entry in self.skipped[:MAX_NAMED_FILES]]
        return {
            "undone_before": self.undone_before,
            "binned": earlier.get("binned", 0) + self.binned,
            "restored": earlier.get("restored", 0) + self.restored - partial,
            "partial": partial if with_skipped else 0,
            "kept": kept if with_skipped else 0,
            "skipped_records": skipped if with_skipped else [],
            **{
                f"{kind}_records": [*earlier.get(f"{kind}_records", []), *self.named[kind]][:MAX_NAMED_FILES]
                for kind in ("binned", "restored")
            },
        }


def undo_records(ids: Sequence[int], result: UndoResult, actor: Actor, run: ImportRun) -> int:
    """Undo records, given in the order of the undo; return how many of them are done. `actor` undoes `run`.

    Stops before a second change of one item: that is decided from the item as the first has left it.
    """
    found = ImportRecord.objects.select_related("run").in_bulk(ids)
    candidates = [found[pk] for pk in ids if pk in found]
    further = _further_files(candidates)
    records = _until_repeated_item(candidates, further)
    items = _load_items(records, lock=not result.dry_run)
    later = _later_changes(records)
    _use_present_names([*records, *(change for changes in later.values() for change in changes)])
    batch = _Batch(result, actor, further, _present_files(records, items), _later_editors(records))
    for record in records:
        number_skipped = len(result.skipped)
        batch.undo(record, items.get(record.item_id or 0), later[record.item_id])
        record.is_undone = len(result.skipped) == number_skipped
    if not result.dry_run:
        batch.write(run)
        done = [record.pk for record in records if record.is_undone]
        ImportRecord.objects.filter(pk__in=done).update(is_undone=True)
    return len(ids) if len(records) == len(found) else len(records)


def _further_files(records: Sequence[ImportRecord]) -> set[str]:
    """Return the paths of the files that repeat an item which the same run created. They stay with the item."""
    runs, items = {record.run_id for record in records}, {record.item_id for record in records}
    of_items = ImportRecord.objects.filter(run__in=runs, item__in=items, before__isnull=True)
    created = of_items.filter(outcome=Outcome.CREATED)
    return set(of_items.filter(outcome=Outcome.UPDATED, item__in=created.values("item")).values_list("path", flat=True))


def _until_repeated_item(records: Sequence[ImportRecord], further: Set[str]) -> Sequence[ImportRecord]:
    seen: set[int | None] = set()
    for number, record in enumerate(records):
        if record.item_id in seen:
            return records[:number]
        if record.item_id and record.path not in further:
            seen.add(record.item_id)
    return records


def _load_items(records: Sequence[ImportRecord], *, lock: bool) -> dict[int, CuratedItem]:
    items = CuratedItem.objects.filter(pk__in=[record.item_id for record in records])
    if lock:
        items = items.select_for_update(of=("self",))
    return {item.pk: item for item in with_record_relations(items).prefetch_related("documents")}


def _later_changes(records: Sequence[ImportRecord]) -> dict[int | None, list[ImportRecord]]:
    """Return the changes that later runs, not undone, made to the same items, in their order, by item."""
    items = {record.item_id for record in records if record.before or record.outcome == Outcome.CREATED}
    changes = ImportRecord.objects.select_related("run").filter(
        item__in=items, run__gt=records[0].run_id, before__has_key="record"
    )
    found: defaultdict[int | None, list[ImportRecord]] = defaultdict(list)
    for later in changes.exclude(run__outcome=ImportRun.Outcome.UNDONE).exclude(is_undone=True).order_by("pk"):
        found[later.item_id].append(later)
    return found


def _use_present_names(records: Iterable[ImportRecord]) -> None:
    """Give the states of records the present names of the rows that they name."""
    states = [
        (state, record.run.started_at)
        for record in records
        for state in (record.before, record.after)
        if state and "record" in state
    ]
    rows = NamedRows((state["record"], at) for state, at in states)
    for state, at in states:
        state["record"] = rows.present(state["record"], at)


def _present_files(records: Sequence[ImportRecord], items: Mapping[int, CuratedItem]) -> dict[int, Any]:
    """Return the records of the files of new items with the present names of rows, by the ID of their document."""
    found = []
    for record in records:
        item = items.get(record.item_id or 0)
        if item and record.outcome == Outcome.CREATED and (document := _document_of(item, record)):
            # One that an undo restored has the names of the time of its first import.
            found.append((document, document.imported_at if document.sha256 else record.run.started_at))
    rows = NamedRows((document.record, at) for document, at in found)
    return {document.pk: rows.present(document.record, at) for document, at in found}


def _later_editors(records: Sequence[ImportRecord]) -> dict[tuple[int, str], str]:
    """Return who last changed the fields of items after a run, by the item's ID and the field, in one query."""
    run, items = records[0].run, [record.item_id for record in records if record.item_id]
    later = Revision.objects.filter(item__in=items, is_applied=True, created_at__gte=run.started_at).exclude(run=run)
    return {
        (revision.item_id, name): revision.user_name
        for revision in later.order_by("pk").only("item_id", "user_name", "changes")
        for name in revision.changes
    }


class _Batch:
    """The decisions about a batch of records, each of another item, and what remains to write for them.

    `further` are the paths of `_further_files()`, `present` the records of `_present_files()`, `editors` the names of
    `_later_editors()`.
    """

    def __init__(
        self,
        result: UndoResult,
        actor: Actor,
        further: Set[str],
        present: Mapping[int, Any],
        editors: Mapping[tuple[int, str], str],
    ) -> None:
        self.result, self.actor, self.further, self.present, self.editors = result, actor, further, present, editors
        self.to_bin: list[int] = []
        #: The states that restored items had, by ID.
        self.former: dict[int, State] = {}
        self.restored: list[FilledItem] = []
        #: The IDs of documents that repeat an item, and the aliases that remain to items without these, by ID.
        self.repeats: list[int] = []
        self.aliases: dict[int, list[str]] = {}
        self.later: list[ImportRecord] = []

    def undo(self, record: ImportRecord, item: CuratedItem | None, later: list[ImportRecord]) -> None:
        """Decide about a record: restore its item, move it to the bin, or skip it with the reason."""
        if item is None:
            self.result.skip(record, "its item has been deleted for ever since")
        elif record.outcome == Outcome.CREATED:
            self._undo_created(record, item, later)
        elif record.before is not None and "record" not in record.before:
            reason = "its item was archived by an earlier version, which stored too little to restore it"
            self.result.skip(record, f"{reason}; set its status in the admin")
        elif record.before is not None and record.after:
            self._restore(record, item, later)
        elif record.path not in self.further:
            self._undo_repeat(record, item)

    def _undo_created(self, record: ImportRecord, item: CuratedItem, later: list[ImportRecord]) -> None:
        if item.status == CuratedItem.Status.BIN:
            self.result.skip(record, f"its item is in the bin already: deleted {deleted_when(item)}")
            return
        was_read_again = any(change.sha256 == record.sha256 for change in later)  # by other rules or options
        changed = self._changed_fields(item, record)
        if was_read_again or changed is None or changed:
            names = changed or [name for pk, name in self.editors if pk == item.pk]
            self.result.skip(record, f"its item was changed since{self._describe(item, names)}, and was kept")
            return
        self.to_bin.append(item.pk)
        self.result.binned += 1
        self.result.name("binned", record)

    def _changed_fields(self, item: CuratedItem, record: ImportRecord) -> list[str] | None:
        """Return the fields in which an item is not as the import left it, by `after` of its record or else by its
        document; `None` if a later import has read its file.
        """
        if record.after:
            states = [record.after["record"]]
            image, pdf = record.after["image"], record.after["pdf"]
        elif document := _document_of(item, record):
            # The names of the file too: it may give a topic a slug that another topic has.
            states = [document.record, self.present[document.pk]]
            image, pdf = _media(item, document)
        else:
            return None
        media = [*["image"] * (item.image_id != image), *["pdf"] * ((item.pdf.name or "") != pdf)]
        return [*min((self._differing(item, frontmatter.from_json(state)) for state in states), key=len), *media]

    def _differing(self, item: CuratedItem, imported: ItemRecord) -> tuple[str, ...]:
        """Return the fields in which an item differs from imported values. Aliases that further files gave it in the
        same run are left out.
        """
        ours = record_of(item)
        further = [row for row in item.documents.all() if row.path in self.further]
        of_further = {path for row in further for path in _aliases_of_file(row)}.difference(imported.aliases)
        ours = replace(ours, aliases=tuple(path for path in ours.aliases if path not in of_further))
        return merge(ours, imported, ours).changes

    def _describe(self, item: CuratedItem, fields: Iterable[str]) -> str:
        """Return fields with who changed them, in parentheses: “ (Title, Summary by Ben; Kind by Ann)”."""
        by_editor: defaultdict[str, list[str]] = defaultdict(list)
        for name in fields:
            by_editor[self.editors.get((item.pk, name), "an import or a command")].append(name)
        parts = [f"{', '.join(labels_of(names))} by {editor}" for editor, names in by_editor.items()]
        return f" ({'; '.join(parts)})" if parts else ""

    def _undo_repeat(self, record: ImportRecord, item: CuratedItem) -> None:
        """Take a file that repeats an item away from it, with the aliases that the file gave it."""
        documents = list(item.documents.all())
        primary = [alias for document in documents if document.is_primary for alias in document.record["aliases"]]
        for document in documents:
            if document.path == record.path and not document.is_primary:
                self.repeats.append(document.pk)
                aliases = [alias.path for alias in item.aliases.all()]
                remaining = [path for path in aliases if path in primary or path not in _aliases_of_file(document)]
                if remaining != aliases:
                    self.former[item.pk] = state_of(item)
                    self.aliases[item.pk] = remaining

    def _restore(self, record: ImportRecord, item: CuratedItem, later: list[ImportRecord]) -> None:
        """Merge the state before an import into an item, and into the states that later runs would restore."""
        before, after = record.before or {}, record.after or {}
        merged = merge(frontmatter.from_json(after["record"]), frontmatter.from_json(before["record"]), record_of(item))
        try:
            # The text of a body is never refused, so a dry run does not render it.
            columns = columns_of(merged.record, Rendered("", "") if self.result.dry_run else None)
        except Rejected as refusal:
            self.result.skip(record, f"its former values would not be valid now ({refusal}); it was kept")
            return
        for conflict in merged.conflicts:
            reason = f"changed since{self._describe(item, [conflict.field])}, and was kept"
            self.result.skip(record, reason, is_partial=True)
        self.result.restored += 1
        if not merged.conflicts:
            self.result.name("restored", record)
        if self.result.dry_run:
            return
        self.former[item.pk] = state_of(item)
        _restore_media(item, before, after)
        # Before the item is written, because the files of its body are found by its document.
        _restore_document(record, before, later)
        for column, value in columns.items():
            setattr(item, column, value)
        self.restored.append(FilledItem(item, merged.record))
        for change in later:
            change.before = _without_change(change.before or {}, before, after)
        self.later += later

    def write(self, run: ImportRun) -> None:
        if self.to_bin:
            move_to_bin_by_undo(CuratedItem.objects.filter(pk__in=self.to_bin), self.actor, run)
        SourceDocument.objects.filter(pk__in=self.repeats).delete()
        save_aliases(self.aliases)
        if self.restored:
            self._write_restored()
        record_since(self.former, Revision.Verb.UNDONE, self.actor, run=run)
        ImportRecord.objects.bulk_update(self.later, ["before"])

    def _write_restored(self) -> None:
        related_rows = RelatedRows([entry.record for entry in self.restored])
        save_items(self.restored, related_rows)
        save_aliases({entry.item.pk: entry.record.aliases for entry in self.restored})
        refresh_references([entry.item for entry in self.restored])
        for name, ids in related_rows.made.items():
            self.result.made[name] += ids


def _aliases_of_file(document: SourceDocument) -> set[str]:
    """Return the aliases that a file gives an item which it repeats: its page, and its own aliases."""
    return {page_path(document.record["slug"]), *document.record["aliases"]}


def _document_of(item: CuratedItem, record: ImportRecord) -> SourceDocument | None:
    """Return the document of an item that is still as the import of a record read it."""
    # Without a digest: a document that the undo of a later run restored.
    documents = (row for row in item.documents.all() if row.is_primary and row.sha256 in (record.sha256, ""))
    return next(documents, None)


def _media(item: CuratedItem, document: SourceDocument) -> tuple[int | None, str]:
    """Return the ID of the image, and the name of the PDF, that an item got from its document."""
    taken = {use: found.get("sha256", "") for use, found in document.media.items()}
    image = item.image_id if item.image and item.image.sha256 == taken.get("image") else None
    return image, pdf_name(taken["pdf"]) if taken.get("pdf") else ""


def _restore_media(item: CuratedItem, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Give an item the image and PDF that it had, where they are still those that the import gave it."""
    if item.image_id == after["image"] and before["image"] and Image.objects.filter(pk=before["image"]).exists():
        item.image_id, item.image_alt = before["image"], before["image_alt"]
    elif item.image_id == after["image"]:
        item.image = None
    if (item.pdf.name or "") == after["pdf"] != before["pdf"]:
        item.pdf = before["pdf"]
    if item.media_provenance == after["media_provenance"]:
        item.media_provenance = before["media_provenance"]


def _restore_document(record: ImportRecord, before: dict[str, Any], later: Iterable[ImportRecord]) -> None:
    """Restore the record and media of an item's document.

    If a later run has read its file, they are restored by the undo of that run.
    """
    next_of_file = next((change.before for change in later if change.path == record.path), None)
    if "document" not in before:
        return
    if next_of_file:
        next_of_file |= {name: before[name] for name in _DOCUMENT_STATE if name in before}
        return
    columns = {column: before[name] for name, column in _DOCUMENT_STATE.items() if name in before}
    SourceDocument.objects.filter(path=record.path).update(sha256="", **columns)


def _without_change(state: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the state that a later run found, without the change from `before` to `after`."""
    imported, former, found = (frontmatter.from_json(values["record"]) for values in (after, before, state))
    others = {name for name in before if name in after and name != "record" and state.get(name) == after[name]}
    return {
        **state,
        **{name: before[name] for name in others},
        "record": frontmatter.to_json(merge(imported, former, found).record),
    }
