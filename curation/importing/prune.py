"""Files that are gone: their items are archived, never deleted."""

from collections.abc import Iterable, Set
from pathlib import Path, PurePosixPath

from django.db.models import QuerySet

from curation import publishing
from curation.frontmatter.records import Problem
from curation.importing.archives import archive_of
from curation.importing.discover import printable
from curation.importing.report import FileReport
from curation.models import CuratedItem, ImportRecord, ImportRun, SourceDocument
from curation.snapshot import snapshot, state, with_relations


def prune(folders: Iterable[Path], seen: Set[str], run: ImportRun | None) -> list[FileReport]:
    """Archive the items whose primary file was imported from one of the folders and is there no more.

    The document forgets the file, so that one that comes back is read again and publishes its item as it says.
    """
    gone = gone_documents(folders, seen)
    shown = [document for document in gone if document.item.status != CuratedItem.Status.ARCHIVED]
    items = CuratedItem.objects.filter(pk__in=[document.item_id for document in shown])
    if run:
        loaded = {item.pk: item for item in with_relations(items)}
        ImportRecord.objects.bulk_create(_record(run, document, loaded[document.item_id]) for document in shown)
    publishing.archive(items)
    reports = [_report(document) for document in shown]
    for document in gone:
        document.sha256 = ""
        document.record["status"] = CuratedItem.Status.ARCHIVED
    SourceDocument.objects.bulk_update(gone, ["sha256", "record"])
    return reports


def gone_documents(folders: Iterable[Path], seen: Set[str]) -> QuerySet[SourceDocument]:
    """Return the primary documents whose files are no longer there, of those imported from some folders."""
    # Compared here, for to SQLite `startswith` is the same in either case, and folders are not.
    below = tuple(printable(f"{folder}/") for folder in folders)
    paths = SourceDocument.objects.filter(is_primary=True).exclude(sha256="").values_list("pk", "path").iterator()
    gone = [pk for pk, path in paths if path.startswith(below) and not archive_of(path) and not _is_there(path, seen)]
    return SourceDocument.objects.filter(pk__in=gone).select_related("item")


def _is_there(path: str, seen: Set[str]) -> bool:
    """Whether a file was seen, or a folder that it is in could not be read: then nobody knows."""
    return path in seen or any(str(folder) in seen for folder in PurePosixPath(path).parents)


def _record(run: ImportRun, document: SourceDocument, item: CuratedItem) -> ImportRecord:
    """Return what the ledger says of an item that is archived: as of one that a file changed, for undoing."""
    before = state(item, snapshot(item))
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
