"""Write the plans of a batch: all rows in bulk, in the order that foreign keys need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from django.db import DatabaseError

from curation.db.bulk_rows import insert, rows_of, update
from curation.frontmatter.reading.paths import page_path
from curation.importing.media_files.store import MediaStore
from curation.items.addresses import remove_aliases
from curation.items.related_rows import RelatedRows
from curation.items.saving import FilledItem, save_aliases, save_items
from curation.markdown.references import BODY, page_name, path_of
from curation.models import (
    BodyReference,
    CuratedItem,
    DeletedItem,
    Image,
    SourceDocument,
)
from curation.site_links.resolve import (
    needs_reference,
    refresh_references,
    resolve_again_by_name,
    resolve_by_page_name,
    unresolve_references_to,
)

from .media_files.files import is_pdf
from .plan import Plan

#: All columns except the ID, which the database assigns.
DOCUMENT_COLUMNS = [field.attname for field in SourceDocument._meta.concrete_fields if not field.primary_key]


@dataclass(slots=True)
class BatchLog:
    """The files and rows that a batch created besides items.

    `files` are names in the storage, deleted again if the transaction is rolled back. `images` are IDs of new rows.
    `made` has the IDs of all new rows that items refer to, by model, for an undo.
    """

    files: list[str] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    made: dict[str, list[int]] = field(default_factory=dict)

    def delete_files(self) -> None:
        """Delete the files, except those that a row names: a commit may have succeeded though it seemed to fail.

        A file that cannot be deleted now stays, and the next import overwrites it.
        """
        with suppress(DatabaseError, OSError):
            for name in set(self.files) - _names_in_use(self.files):
                default_storage.delete(name)


def _names_in_use(names: Sequence[str]) -> set[str]:
    images = Image.objects.filter(file__in=names).values_list("file", flat=True)
    linked = BodyReference.objects.filter(document__in=names).exclude(document="").values_list("document", flat=True)
    return {*images, *linked, *CuratedItem.objects.filter(pdf__in=names).values_list("pdf", flat=True)}


def filled_items(plans: Iterable[Plan]) -> list[FilledItem]:
    """Return the items that plans change, each with the record that it gets."""
    return [FilledItem(plan.known.item, plan.record) for plan in plans if plan.record and plan.outcome != "unchanged"]


def write(plans: Sequence[Plan], related_rows: RelatedRows, media_store: MediaStore, log: BatchLog) -> None:
    """Carry out the plans of a batch, which have been applied, inside the caller's transaction.

    `related_rows` has the rows that their records name. `log` lists what this creates besides items.
    """
    changed = [plan for plan in plans if plan.record and plan.outcome != "unchanged"]
    for plan in changed:
        _set_media(plan, related_rows, media_store, log)
    log.made = {**related_rows.made, "Image": log.images}
    _free_slugs(changed)
    save_items(filled_items(changed), related_rows)
    if revived := [plan.revives.pk for plan in plans if plan.revives]:
        DeletedItem.objects.filter(pk__in=revived).delete()
    _save_aliases(plans)
    _save_documents(plans)
    _resolve_references(changed, plans)


def _free_slugs(plans: Sequence[Plan]) -> None:
    """Give the items that give way their new slugs, before others get the old ones. Links follow the address."""
    update(CuratedItem, rows_of((plan.takes_slug_of.item for plan in plans if plan.takes_slug_of), ("slug", "id")))
    if freed := [page_path(plan.known.item.slug) for plan in plans if plan.takes_slug_of]:
        unresolve_references_to(freed)


def _resolve_references(changed: Sequence[Plan], plans: Sequence[Plan]) -> None:
    """Resolve the references of the written bodies, and the unresolved references elsewhere to the new pages."""
    refresh_references(plan.known.item for plan in changed if not _is_without_references(plan))
    paths = (path for plan in plans for path in (plan.known.item.slug, plan.parsed.source.name, *plan.known.aliases))
    if new := [plan.parsed.source.name for plan in changed if plan.outcome == "created"]:
        resolve_again_by_name(new, (plan.known.item.pk for plan in changed))
    resolve_by_page_name(map(page_name, paths), (plan.known.item.pk for plan in changed))


def _is_without_references(plan: Plan) -> bool:
    """Whether a plan creates an item that refers to nothing that may or may not exist."""
    return (
        plan.has_new_item
        and not plan.parsed.references
        and not any(needs_reference(crumb.path) for crumb in plan.parsed.record.breadcrumbs)
    )


def _set_media(plan: Plan, related_rows: RelatedRows, media_store: MediaStore, log: BatchLog) -> None:
    """Store the media files of a plan, and give its item those that it takes."""
    item = plan.known.item
    if "image" in plan.media_to_replace:
        item.image = _image(plan, "image", media_store, log)
    if "pdf" in plan.media_to_replace:
        item.pdf = _pdf(plan, "pdf", media_store, log)
    for use, found in plan.media.items():
        if use.startswith(BODY) and media_store.has(found["sha256"]):
            _pdf(plan, use, media_store, log) if is_pdf(use) else _image(plan, use, media_store, log)
    publisher = related_rows.publisher(plan.record.publisher if plan.record else None)
    if publisher and publisher.icon is None and (icon := _image(plan, "icon", media_store, log)):
        publisher.icon = icon
        publisher.save(update_fields=["icon"])


def _image(plan: Plan, use: str, media_store: MediaStore, log: BatchLog) -> Image | None:
    found = plan.media.get(use, {})
    if not media_store.has(found.get("sha256", "")):
        return None
    row, created = media_store.image(found["sha256"], path_of(found["href"]).rpartition("/")[2])
    if created:
        log.files.append(row.file.name)
        log.images.append(row.pk)
    return row


def _pdf(plan: Plan, use: str, media_store: MediaStore, log: BatchLog) -> str:
    digest = plan.media.get(use, {}).get("sha256", "")
    if not digest:
        return ""
    name, created = media_store.pdf(digest)
    if created:
        log.files.append(name)
    return name


def _save_aliases(plans: Sequence[Plan]) -> None:
    remove_aliases([path for plan in plans for path in plan.takes_aliases])
    save_aliases({plan.known.item.pk: plan.known.aliases for plan in plans})


def _save_documents(plans: Sequence[Plan]) -> None:
    # First those that give up a path or their primacy: the unique indexes are checked row by row.
    displaced = [change.row for plan in plans for change in plan.displaced]
    update(SourceDocument, rows_of(displaced, ("path", "content_path", "is_primary", "media", "id")))
    written = [(plan.document.row, plan.known.item) for plan in plans if plan.document and plan.document.columns]
    for row, item in written:
        row.item = item
    update(SourceDocument, rows_of((row for row, _ in written if row.pk), (*DOCUMENT_COLUMNS, "id")))
    insert(SourceDocument, rows_of((row for row, _ in written if not row.pk), DOCUMENT_COLUMNS))
