"""Plans to rows: everything a batch writes, in bulk, in the order that the foreign keys ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from curation.frontmatter.records import ItemRecord, OfferingRef
from curation.imaging import CleanImage
from curation.importing.catalogue import Entry
from curation.importing.media import Pdf
from curation.importing.plan import Plan
from curation.importing.references import References
from curation.models import (
    Alias,
    CuratedItem,
    Image,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    SourceDocument,
)
from curation.snapshot import COLUMNS

#: What an import may change of an item it knows.
ITEM_COLUMNS = (
    *COLUMNS.values(),
    *("body_html", "body_text", "source_url_key", "publisher", "image", "image_alt", "pdf", "media_provenance"),
    "updated_at",
)
DOCUMENT_COLUMNS = [field.name for field in SourceDocument._meta.concrete_fields if field.name not in ("id", "item")]


@dataclass(slots=True)
class Batch:
    """What a batch wrote outside the database, to be deleted again should its transaction not hold."""

    files: list[str] = field(default_factory=list)

    def discard(self) -> None:
        for name in self.files:
            default_storage.delete(name)


def write(plans: Sequence[Plan], batch: Batch) -> None:
    """Carry out the plans of a batch, inside the caller's transaction. Files written are noted in `batch`."""
    filling = [plan for plan in plans if plan.record is not None]
    references = References(_record(plan) for plan in filling)
    for plan in filling:
        _warn_of_offerings(plan, references)
        _set_publisher_and_media(plan, references, batch)
    _save_items(filling)
    _save_relations(filling, references)
    _save_aliases(plans)
    _save_documents(plans)


def _record(plan: Plan) -> ItemRecord:
    assert plan.record is not None  # noqa: S101  # callers pass plans with a record
    return plan.record


def _warn_of_offerings(plan: Plan, references: References) -> None:
    for offering in _record(plan).offerings:
        if message := references.warnings.get(offering):
            plan.warn("offering", "relatedOfferings", message)


def _set_publisher_and_media(plan: Plan, references: References, batch: Batch) -> None:
    item, media = plan.entry.item, plan.media
    item.publisher = references.publisher(_record(plan).publisher)
    if "image" in plan.takes:
        item.image = _stored(media.image, plan, batch) if media.image else None
    if "pdf" in plan.takes:
        item.pdf = _stored_pdf(media.pdf, batch) if media.pdf else ""
    if media.icon and item.publisher and item.publisher.icon is None:
        item.publisher.icon = _stored(media.icon, plan, batch)
        item.publisher.save(update_fields=["icon"])


def _stored(image: CleanImage, plan: Plan, batch: Batch) -> Image:
    name = plan.parsed.record.image.href.rpartition("/")[2] if plan.parsed.record.image else ""
    row, created = Image.objects.store(image, name)
    if created:
        batch.files.append(row.file.name)
    return row


def _stored_pdf(pdf: Pdf, batch: Batch) -> str:
    name = f"documents/{pdf.sha256}.pdf"
    if not default_storage.exists(name):
        batch.files.append(default_storage.save(name, ContentFile(pdf.data)))
    return name


def _save_items(plans: Sequence[Plan]) -> None:
    items = [plan.entry.item for plan in plans]
    CuratedItem.objects.bulk_create([item for item in items if item.pk is None])
    changed = [plan.entry.item for plan in plans if plan.outcome == "updated"]
    for item in changed:
        item.updated_at = timezone.now()
    CuratedItem.objects.bulk_update(changed, ITEM_COLUMNS)


def _save_relations(plans: Sequence[Plan], references: References) -> None:
    relations: list[tuple[type[Model], Callable[[CuratedItem, ItemRecord], Iterable[dict[str, Any]]]]] = [
        (ItemTopic, lambda _item, record: ({"topic": references.topic(ref)} for ref in record.topics)),
        (ItemAuthor, lambda _item, record: ({"author": references.author(name)} for name in record.authors)),
        (ItemOffering, lambda _item, record: _offerings(record.offerings, references)),
    ]
    known = [plan.entry.item for plan in plans if plan.outcome == "updated"]
    for model, rows in relations:
        model._default_manager.filter(item__in=known).delete()
        model._default_manager.bulk_create(
            model(item=plan.entry.item, position=position, listed_at=plan.entry.item.listed_at, **row)
            for plan in plans
            for position, row in enumerate(rows(plan.entry.item, _record(plan)))
        )
    ItemTag.objects.filter(content_object__in=known).delete()
    ItemTag.objects.bulk_create(
        ItemTag(content_object=plan.entry.item, tag=references.tag(name))
        for plan in plans
        for name in _record(plan).tags
    )


def _offerings(refs: Sequence[OfferingRef], references: References) -> Iterable[dict[str, Any]]:
    rows: dict[Offering, bool] = {}
    for ref in refs:
        rows.setdefault(references.offering(ref), ref.is_primary)
    return ({"offering": offering, "is_primary": is_primary} for offering, is_primary in rows.items())


def _save_aliases(plans: Sequence[Plan]) -> None:
    entries: dict[int, Entry] = {}
    for plan in plans:
        for entry in (plan.entry, *plan.robbed):
            entries[entry.item.pk] = entry
    here = {(alias.path, alias.item_id): alias.pk for alias in Alias.objects.filter(item__in=entries)}
    wanted = {(path, entry.item.pk) for entry in entries.values() for path in entry.aliases}
    Alias.objects.filter(pk__in=[pk for key, pk in here.items() if key not in wanted]).delete()
    Alias.objects.bulk_create(Alias(path=path, item_id=item) for path, item in sorted(wanted - here.keys()))


def _save_documents(plans: Sequence[Plan]) -> None:
    for plan in plans:
        plan.document.item = plan.entry.item
    # Those that give up a path or their primacy go first: the unique indexes are checked row by row.
    displaced = [document for plan in plans for document in plan.displaced]
    SourceDocument.objects.bulk_update(displaced, ["path", "is_primary"])
    SourceDocument.objects.bulk_update([plan.document for plan in plans if plan.document.pk], DOCUMENT_COLUMNS)
    SourceDocument.objects.bulk_create(plan.document for plan in plans if plan.document.pk is None)
