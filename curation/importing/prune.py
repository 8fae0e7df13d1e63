"""Files that are gone: their items are archived, never deleted."""

from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from django.db.models import Q

from curation import publishing
from curation.frontmatter.records import Problem
from curation.importing.archives import archive_of
from curation.importing.discover import printable
from curation.importing.report import FileReport
from curation.models import CuratedItem, ImportRecord, ImportRun, SourceDocument


def prune(folders: Iterable[Path], seen: Set[str], run: ImportRun | None) -> list[FileReport]:
    """Archive the items whose primary file was imported from one of the folders and is there no more.

    The document forgets the file, so that one that comes back is read again and publishes its item as it says.
    """
    gone = list(_gone(folders, seen))
    shown = [document for document in gone if document.item.status != CuratedItem.Status.ARCHIVED]
    publishing.archive(CuratedItem.objects.filter(pk__in=[document.item_id for document in shown]))
    if run:
        ImportRecord.objects.bulk_create(
            ImportRecord(
                run=run,
                item=document.item,
                path=document.path,
                outcome=ImportRecord.Outcome.PRUNED,
                slug=document.item.slug,
                before={"status": document.item.status},
                after={"status": CuratedItem.Status.ARCHIVED},
            )
            for document in shown
        )
    reports = [_report(document) for document in shown]
    for document in gone:
        document.sha256 = ""
        document.record["status"] = CuratedItem.Status.ARCHIVED
    SourceDocument.objects.bulk_update(gone, ["sha256", "record"])
    return reports


def _gone(folders: Iterable[Path], seen: Set[str]) -> Iterator[SourceDocument]:
    below = Q(pk__in=())
    for folder in folders:
        below |= Q(path__startswith=printable(f"{folder}/"))
    documents = SourceDocument.objects.filter(below, is_primary=True).exclude(sha256="").select_related("item")
    on_disk = (document for document in documents.iterator() if not archive_of(document.path))
    return (document for document in on_disk if document.path not in seen)


def _report(document: SourceDocument) -> FileReport:
    problem = Problem("warning", "gone", "the file is gone; its item was archived, put the file back to undo that")
    return FileReport(document.path, "archived", document.item.slug, (problem,))
