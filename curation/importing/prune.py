"""Archive the items of files that are gone; no item is deleted."""

from collections.abc import Iterable, Sequence, Set
from pathlib import Path, PurePosixPath

from curation.db.timed_batches import TimedBatches
from curation.frontmatter.problems import Problem
from curation.importing.sources.archives import archive_of
from curation.importing.sources.discover import printable
from curation.items.actors import Actor
from curation.items.record import record_of, undo_state, with_record_relations
from curation.items.workflow import Verb, perform
from curation.models import CuratedItem, ImportRecord, ImportRun, SourceDocument

from .report import FileReport


def prune(
    folders: Iterable[Path], seen: Set[str], run: ImportRun | None, actor: Actor, batches: TimedBatches
) -> list[FileReport]:
    """Archive the items whose primary file was imported from one of the folders and no longer exists.

    Their documents lose the digest of the file, so that a file that comes back is read again and sets its item's
    status. Each of the `batches` is a transaction with its records in the ledger.
    """
    reports: list[FileReport] = []

    def prune_batch(ids: Sequence[int]) -> int:
        reports.extend(_prune_documents(ids, run, actor))
        return len(ids)

    batches.write(gone_documents(folders, seen), prune_batch)
    return reports


def _prune_documents(ids: Sequence[int], run: ImportRun | None, actor: Actor) -> list[FileReport]:
    gone = SourceDocument.objects.filter(pk__in=ids)
    # Locked before they are read: an editor may be saving them.
    list(CuratedItem.objects.filter(pk__in=gone.values("item")).order_by("pk").select_for_update().values_list("pk"))
    documents = list(gone.exclude(sha256="").select_related("item").order_by("pk"))
    kept = (CuratedItem.Status.ARCHIVED, CuratedItem.Status.BIN)
    to_archive = [document for document in documents if document.item.status not in kept]
    items = CuratedItem.objects.filter(pk__in=[document.item_id for document in to_archive])
    if run:
        loaded = {item.pk: item for item in with_record_relations(items)}
        ImportRecord.objects.bulk_create(_record(run, document, loaded[document.item_id]) for document in to_archive)
    perform(Verb.ARCHIVED, items, actor, run=run)
    for document in documents:
        document.sha256 = ""
        document.record["status"] = CuratedItem.Status.ARCHIVED
    SourceDocument.objects.bulk_update(documents, ["sha256", "record"])
    return [_report(document) for document in to_archive]


def gone_documents(folders: Iterable[Path], seen: Set[str]) -> list[int]:
    """Return the IDs of the primary documents of files that were imported from some folders and no longer exist."""
    # Compared in Python, because `startswith` ignores the case on SQLite.
    below = tuple(printable(f"{folder}/") for folder in folders)
    paths = SourceDocument.objects.filter(is_primary=True).exclude(sha256="").values_list("pk", "path").iterator()
    return [pk for pk, path in paths if path.startswith(below) and not archive_of(path) and not _may_exist(path, seen)]


def _may_exist(path: str, seen: Set[str]) -> bool:
    """Whether a file was seen, or is in a folder that could not be read."""
    return path in seen or any(str(folder) in seen for folder in PurePosixPath(path).parents)


def _record(run: ImportRun, document: SourceDocument, item: CuratedItem) -> ImportRecord:
    """Return the ledger's row of an archived item, as if a file had changed it, so that it can be undone."""
    before = undo_state(item, record_of(item))
    return ImportRecord(
        run=run,
        item=item,
        path=document.path,
        outcome=ImportRecord.Outcome.PRUNED,
        slug=item.slug,
        before={**before, "document": {**document.record}, "document_media": document.media},
        after={**before, "record": {**before["record"], "status": CuratedItem.Status.ARCHIVED}},
    )


def _report(document: SourceDocument) -> FileReport:
    problem = Problem("warning", "gone", "the file is gone; its item was archived, put the file back to undo that")
    return FileReport(document.path, "archived", document.item.slug, (problem,))
