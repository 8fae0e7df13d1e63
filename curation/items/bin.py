"""The bin: items are moved there, restored from there, and deleted for ever after `BIN_DAYS`.

An item in the bin keeps its relations, aliases, documents and slug. An item that is deleted for ever leaves a
`DeletedItem`, so that its address answers 410 and no import brings it back unasked.

The undo of an import moves the items to the bin that the import made. That is not an editor's decision against their
files: the next import of these takes the same items up again, in the bin or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from curation.db.timed_batches import TimedBatches
from curation.frontmatter.reading.paths import page_path
from curation.models import Alias, CuratedItem, DeletedItem, DeletedKey, ImportRun, Revision, SourceDocument
from curation.models.aliases import alias_candidates
from curation.models.items import ItemQuerySet
from curation.models.pdfs import discard_pdf

from .actors import Actor
from .bulk import BulkResult
from .unused_rows import delete_unused
from .workflow import perform

Verb = Revision.Verb

#: Days for which an item stays in the bin.
BIN_DAYS = 90
#: States in which readers see an item or have seen it. A draft may have a publication time that was never reached.
_SEEN_FROM = (CuratedItem.Status.PUBLISHED, CuratedItem.Status.ARCHIVED)
#: The ID of the run whose undo moved an item to the bin; `None` if an editor did.
UNDONE_RUN = Subquery(Revision.objects.filter(item=OuterRef("pk"), verb=Verb.BINNED).order_by("-pk").values("run")[:1])
#: Items that are deleted in one transaction.
BATCH = 100
#: Maximum number of items that one transaction restores.
MAX_RESTORED = 300


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Everything that identifies a file to an import (docs/front-matter.md). `path` is "" for an upload."""

    source_system: str
    external_id: str
    md_name: str
    given_slug: str
    path: str
    content_path: str
    sha256: str
    title: str

    def digests(self) -> list[str]:
        """Return the digests of its identities, the strongest first. An ID or `mdName` makes those after it void."""
        path = [DeletedKey.digest_of("path", self.path)] if self.path else []
        if self.external_id:
            return [DeletedKey.digest_of("id", self.source_system, self.external_id), *path]
        if self.md_name:
            return [DeletedKey.digest_of("name", self.md_name), *path]
        slug = [DeletedKey.digest_of("slug", self.given_slug)] if self.given_slug else []
        same_file = DeletedKey.digest_of("content path", self.content_path, self.title)
        return [*slug, *path, same_file, DeletedKey.digest_of("sha256", self.sha256)]


def move_to_bin(items: ItemQuerySet, actor: Actor) -> BulkResult:
    """Move items to the bin: nobody sees them there, and their addresses answer 410."""
    return perform(Verb.BINNED, items, actor)


def move_to_bin_by_undo(items: ItemQuerySet, actor: Actor, run: ImportRun) -> BulkResult:
    """Move items to the bin as the undo of a run does, which `UNDONE_RUN` tells from an editor's deletion."""
    return perform(Verb.BINNED, items, actor, reason=f"By the undo of import {run.pk}.", run=run)


def items_of_undone(run: ImportRun) -> ItemQuerySet:
    """Return the items that are in the bin because a run was undone."""
    return CuratedItem.objects.in_bin().annotate(undone_run=UNDONE_RUN).filter(undone_run=run.pk)


def taken_back(ids: Iterable[int]) -> set[int]:
    """Return the IDs of those of some items that are in the bin because an import was undone."""
    items = CuratedItem.objects.in_bin().filter(pk__in=ids).annotate(undone_run=UNDONE_RUN)
    return set(items.filter(undone_run__isnull=False).values_list("pk", flat=True))


def restore_in_batches(items: ItemQuerySet, actor: Actor) -> BulkResult:
    """Restore any number of items in short transactions, so that others can write meanwhile."""
    restored: list[int] = []
    skipped: dict[int, str] = {}

    def restore_batch(ids: Sequence[int]) -> int:
        result = restore(CuratedItem.objects.filter(pk__in=ids), actor)
        restored.extend(result.changed)
        skipped.update(result.skipped)
        return len(ids)

    ids = list(items.in_bin().order_by("pk").values_list("pk", flat=True))
    TimedBatches(MAX_RESTORED).write(ids, restore_batch)
    return BulkResult(restored, skipped)


def restore(items: ItemQuerySet, actor: Actor, run: ImportRun | None = None) -> BulkResult:
    """Give items in the bin back the status that they had, with everything that belongs to them."""
    return perform(Verb.RESTORED, items, actor, run=run)


def restorable_until(binned_at: datetime) -> datetime:
    return binned_at + timedelta(days=BIN_DAYS)


def day_text(moment: datetime) -> str:
    """Return a day in the active time zone: “3 November” of this year, “3 November 2025” of others."""
    local = timezone.localtime(moment)
    return f"{local:%-d %B}" if local.year == timezone.localtime().year else f"{local:%-d %B %Y}"


def deleted_when(item: CuratedItem | DeletedItem) -> str:
    """Return when and by whom an item was moved to the bin or deleted for ever: “on 3 November by Ann”."""
    moment, name = (
        (item.deleted_at, item.deleted_by) if isinstance(item, DeletedItem) else (item.binned_at, item.binned_by)
    )
    assert moment is not None  # noqa: S101  # the constraint `item_binned_has_time`
    return f"on {day_text(moment)} by {name}"


def delete_for_ever(items: ItemQuerySet, actor: Actor) -> int:
    """Delete those of some items that are in the bin, in short transactions; return their number.

    With them go the rows that only they used, if an undone import made these. Raises `PermissionError` without the
    permission to do so.
    """
    if not actor.may("purge"):
        raise PermissionError(f"{actor.name} may not delete items for ever.")
    ids = list(items.in_bin().order_by("pk").values_list("pk", flat=True))
    numbers: list[int] = []

    def delete_batch(some: Sequence[int]) -> int:
        numbers.append(_delete(some))
        return len(some)

    batches = TimedBatches(BATCH)
    batches.write(ids, delete_batch)
    if any(numbers):
        delete_unused(batches)
    return sum(numbers)


def binned_for(days: int) -> ItemQuerySet:
    """Return the items that have been in the bin for more than a number of days."""
    return CuratedItem.objects.in_bin().filter(binned_at__lt=timezone.now() - timedelta(days=days))


@transaction.atomic
def _delete(ids: Iterable[int]) -> int:
    items = list(CuratedItem.objects.in_bin().filter(pk__in=ids).select_for_update())
    DeletedItem.objects.filter(former_id__in=ids).delete()
    rows = DeletedItem.objects.bulk_create(
        DeletedItem(
            former_id=item.pk,
            title=item.title,
            slug=item.slug,
            published_at=item.published_at if item.binned_from in _SEEN_FROM else None,
            deleted_at=item.binned_at or timezone.now(),
            deleted_by=item.binned_by,
        )
        for item in items
    )
    by_item = {row.former_id: row for row in rows}
    digests = {(by_item[pk].pk, digest) for pk, digest in _digests(items)}
    DeletedKey.objects.bulk_create(DeletedKey(item_id=pk, digest=digest) for pk, digest in sorted(digests))
    revisions = Revision.objects.filter(item__in=by_item).exclude(pdf="").order_by()
    former_pdfs = set(revisions.values_list("pdf", flat=True))
    CuratedItem.objects.filter(pk__in=by_item).delete()
    for name in former_pdfs:
        discard_pdf(name)
    return len(items)


def _digests(items: Iterable[CuratedItem]) -> Iterator[tuple[int, str]]:
    """Yield the identities of items: their pages, aliases and files, each with the ID of the item.

    Without the files of items that the undo of an import moved to the bin: no import leaves these out.
    """
    titles = {item.pk: item.title for item in items}
    for item in items:
        yield item.pk, _page_digest(page_path(item.slug))
    for path, item_id in Alias.objects.filter(item__in=titles).values_list("path", "item"):
        yield item_id, _page_digest(path)
    documents = SourceDocument.objects.filter(item__in=titles.keys() - taken_back(titles))
    for document in documents.defer("front_matter", "raw_body", "media"):
        for title in {titles[document.item_id], document.record.get("title", "")}:
            for digest in identity_of(document, title).digests():
                yield document.item_id, digest


def identity_of(document: SourceDocument, title: str) -> FileIdentity:
    """Return the identity of a document's file. `title` is that of its item or its file."""
    return FileIdentity(
        document.source_system,
        document.external_id,
        document.md_name,
        document.given_slug,
        document.path,
        document.content_path,
        document.sha256,
        title,
    )


def _page_digest(path: str) -> str:
    return DeletedKey.digest_of("page", path)


def deleted_items_of(digests: Iterable[str]) -> dict[str, DeletedItem]:
    """Return the items deleted for ever that have some identities, by digest; the last deleted one of each."""
    keys = DeletedKey.objects.filter(digest__in=set(digests)).select_related("item").order_by("item")
    return {key.digest: key.item for key in keys}


def was_removed_at(path: str) -> bool:
    """Whether a path was the page or an alias of an item that readers saw and that was deleted since."""
    paths = alias_candidates(path)
    slugs = [known.removeprefix(page_path("")) for known in paths if known.startswith(page_path(""))]
    seen = Q(published_at__lte=timezone.now())
    in_bin = (
        CuratedItem.objects.in_bin()
        .filter(seen, binned_from__in=_SEEN_FROM)
        .filter(Q(slug__in=slugs) | Q(aliases__path__in=paths))
    )
    digests = [_page_digest(known) for known in paths]
    return in_bin.exists() or DeletedItem.objects.filter(seen, keys__digest__in=digests).exists()
