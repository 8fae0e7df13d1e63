"""Plans to rows: everything a batch writes, in bulk, in the order that the foreign keys ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.db.models import Model
from django.utils import timezone

from curation.bulk import Row, insert, update
from curation.frontmatter.records import ItemRecord, OfferingRef
from curation.importing import media
from curation.importing.library import Library
from curation.importing.plan import Plan
from curation.importing.references import References
from curation.models import (
    Alias,
    BodyReference,
    CuratedItem,
    Image,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Publisher,
    SourceDocument,
)
from curation.publishing import claim_addresses
from curation.references import BODY, page_name, path_of
from curation.resolving import appeared, arrived_names, needs_row, refresh
from curation.search.index import index
from curation.snapshot import COLUMNS

#: What an import may change of an item it knows.
ITEM_COLUMNS = (
    *COLUMNS.values(),
    *(
        "body_html",
        "body_text",
        "shown_summary",
        "source_url_key",
        "publisher_id",
        "image_id",
        "image_alt",
        "pdf",
        "media_provenance",
    ),
    "updated_at",
)
#: All columns but the id, which comes with the row.
NEW_ITEM_COLUMNS, DOCUMENT_COLUMNS = (
    [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    for model in (CuratedItem, SourceDocument)
)


@dataclass(slots=True)
class Batch:
    """What a batch made besides items: `files` in the storage, to be deleted again should its transaction not hold, and
    the ids of rows that items refer to, by model, for an undo.
    """

    files: list[str] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    made: dict[str, list[int]] = field(default_factory=dict)

    def discard(self) -> None:
        """Delete the files again; not one that a row names after all, for a commit may hold though it seemed to fail.

        What cannot be deleted now stays, for the next import to write over.
        """
        with suppress(DatabaseError, OSError):
            for name in set(self.files) - _names_in_use(self.files):
                default_storage.delete(name)


def _names_in_use(names: Sequence[str]) -> set[str]:
    images = Image.objects.filter(file__in=names).values_list("file", flat=True)
    linked = BodyReference.objects.filter(document__in=names).exclude(document="").values_list("document", flat=True)
    return {*images, *linked, *CuratedItem.objects.filter(pdf__in=names).values_list("pdf", flat=True)}


@dataclass(frozen=True, slots=True)
class Filled:
    """An item whose columns are set, and the record that says what it shall be tied to."""

    item: CuratedItem
    record: ItemRecord


def write(plans: Sequence[Plan], library: Library, batch: Batch) -> None:
    """Carry out the plans of a batch, inside the caller's transaction. What it makes is noted in `batch`."""
    filling = [plan for plan in plans if plan.record is not None and plan.outcome != "unchanged"]
    references = References(_record(plan) for plan in filling)
    for plan in filling:
        _warn_of_offerings(plan, references)
        _set_media(plan, references.publisher(_record(plan).publisher), library, batch)
    batch.made = {**references.made, "Image": batch.images}
    save_items([Filled(plan.entry.item, _record(plan)) for plan in filling], references)
    _save_aliases(plans)
    _save_documents(plans)
    _resolve_references(filling, plans)


def _resolve_references(filling: Sequence[Plan], plans: Sequence[Plan]) -> None:
    """Look up what the bodies lead to that were written, and what else waited for the pages that are there now."""
    refresh(plan.entry.item for plan in filling if not _is_without_references(plan))
    paths = (path for plan in plans for path in (plan.entry.item.slug, plan.parsed.source.name, *plan.entry.aliases))
    if new := [plan.parsed.source.name for plan in filling if plan.outcome == "created"]:
        appeared(new, (plan.entry.item.pk for plan in filling))
    arrived_names(map(page_name, paths), (plan.entry.item.pk for plan in filling))


def _is_without_references(plan: Plan) -> bool:
    """Whether a plan makes an item that refers to nothing that may or may not be there."""
    is_new = plan.outcome == "created" and not plan.parsed.references
    return is_new and not any(needs_row(crumb.path) for crumb in plan.parsed.record.breadcrumbs)


def save_items(filled: Sequence[Filled], references: References) -> None:
    """Write items with all that they are tied to, and index them; make those that have no row yet."""
    known = [entry.item for entry in filled if entry.item.pk is not None]
    for entry in filled:
        entry.item.publisher = references.publisher(entry.record.publisher)
        entry.item.updated_at = timezone.now()
    _insert_items([entry.item for entry in filled if entry.item.pk is None])
    update(CuratedItem, _rows(known, (*ITEM_COLUMNS, "id")))
    for model in (ItemTopic, ItemAuthor, ItemOffering):
        model._default_manager.filter(item__in=known).delete()
    ItemTag.objects.filter(content_object__in=known).delete()
    _tie(filled, references)
    index([entry.item.pk for entry in filled])


def _insert_items(items: Sequence[CuratedItem]) -> None:
    """Write new items, and give them the ids of their rows."""
    now = timezone.now()
    for item in items:
        item.created_at = now
    insert(CuratedItem, _rows(items, NEW_ITEM_COLUMNS))
    ids = dict(CuratedItem.objects.filter(slug__in=[item.slug for item in items]).values_list("slug", "pk"))
    for item in items:
        item.pk = ids[item.slug]


def _tie(filled: Sequence[Filled], references: References) -> None:
    """Write the relations of items that have none. Two names of a record may be one row's."""
    relations: list[tuple[type[Model], Callable[[ItemRecord], Iterable[dict[str, Any]]]]] = [
        (ItemTopic, lambda record: _once("topic_id", map(references.topic, record.topics))),
        (ItemAuthor, lambda record: _once("author_id", map(references.author, record.authors))),
        (ItemOffering, lambda record: _offerings(record.offerings, references)),
    ]
    for model, rows in relations:
        insert(
            model,
            (
                {"item_id": entry.item.pk, "position": position, "listed_at": entry.item.listed_at, **row}
                for entry in filled
                for position, row in enumerate(rows(entry.record))
            ),
        )
    insert(
        ItemTag,
        (
            {"content_object_id": entry.item.pk, **row}
            for entry in filled
            for row in _once("tag_id", map(references.tag, entry.record.tags))
        ),
    )


def _once(column: str, rows: Iterable[Model]) -> Iterable[dict[str, Any]]:
    return ({column: pk} for pk in dict.fromkeys(row.pk for row in rows))


def _offerings(refs: Sequence[OfferingRef], references: References) -> Iterable[dict[str, Any]]:
    rows: dict[int, bool] = {}
    for ref in refs:
        rows.setdefault(references.offering(ref).pk, ref.is_primary)
    return ({"offering_id": offering, "is_primary": is_primary} for offering, is_primary in rows.items())


def _record(plan: Plan) -> ItemRecord:
    assert plan.record is not None  # noqa: S101  # callers pass plans with a record
    return plan.record


def _warn_of_offerings(plan: Plan, references: References) -> None:
    for offering in _record(plan).offerings:
        if message := references.warnings.get(offering):
            plan.warn("offering", "relatedOfferings", message)


def _set_media(plan: Plan, publisher: Publisher | None, library: Library, batch: Batch) -> None:
    item = plan.entry.item
    if "image" in plan.takes:
        item.image = _image(plan, "image", library, batch)
    if "pdf" in plan.takes:
        item.pdf = _pdf(plan, "pdf", library, batch)
    for use, found in plan.media.items():
        if use.startswith(BODY) and library.has(found["sha256"]):
            _pdf(plan, use, library, batch) if media.is_pdf(use) else _image(plan, use, library, batch)
    if publisher and publisher.icon is None and (icon := _image(plan, "icon", library, batch)):
        publisher.icon = icon
        publisher.save(update_fields=["icon"])


def _image(plan: Plan, use: str, library: Library, batch: Batch) -> Image | None:
    found = plan.media.get(use, {})
    if not library.has(found.get("sha256", "")):
        return None
    row, created = library.image(found["sha256"], path_of(found["href"]).rpartition("/")[2])
    if created:
        batch.files.append(row.file.name)
        batch.images.append(row.pk)
    return row


def _pdf(plan: Plan, use: str, library: Library, batch: Batch) -> str:
    digest = plan.media.get(use, {}).get("sha256", "")
    if not digest:
        return ""
    name, created = library.pdf(digest)
    if created:
        batch.files.append(name)
    return name


def _save_aliases(plans: Sequence[Plan]) -> None:
    claim_addresses(plan.entry.item for plan in plans if plan.robs)
    save_aliases({plan.entry.item.pk: plan.entry.aliases for plan in plans})


def save_aliases(wanted: Mapping[int, Sequence[str]]) -> None:
    """Give items, by id, exactly these aliases."""
    here = {(alias.path, alias.item_id): alias.pk for alias in Alias.objects.filter(item__in=wanted)}
    rows = {(path, item) for item, paths in wanted.items() for path in paths}
    Alias.objects.filter(pk__in=[pk for key, pk in here.items() if key not in rows]).delete()
    now = timezone.now()
    insert(Alias, ({"path": path, "item_id": item, "created_at": now} for path, item in sorted(rows - here.keys())))


def _save_documents(plans: Sequence[Plan]) -> None:
    for plan in plans:
        plan.document.item = plan.entry.item
    # Those that give up a path or their primacy go first: the unique indexes are checked row by row.
    displaced = [document for plan in plans for document in plan.displaced]
    update(SourceDocument, _rows(displaced, ("path", "content_path", "is_primary", "media", "id")))
    documents = [plan.document for plan in plans if plan.writes_document]
    update(SourceDocument, _rows((row for row in documents if row.pk), (*DOCUMENT_COLUMNS, "id")))
    insert(SourceDocument, _rows((row for row in documents if not row.pk), DOCUMENT_COLUMNS))


def _rows(objects: Iterable[Model], columns: Sequence[str]) -> Iterable[Row]:
    return ({name: getattr(row, name) for name in columns} for row in objects)
