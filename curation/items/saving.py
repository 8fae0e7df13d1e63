"""Write records to items: columns, relations and aliases, any number of items with a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.utils import timezone

from curation.db.bulk_rows import insert, rows_of, update
from curation.frontmatter.record import ItemRecord
from curation.models import Alias, CuratedItem

from .record import COLUMNS
from .related_rows import RelatedRows
from .relations import RelatedIds, replace_relations

#: The columns that an import may change of an existing item.
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
        "binned_at",
        "binned_by",
        "binned_from",
    ),
    "updated_at",
)
#: All columns except the ID, which the database assigns.
NEW_ITEM_COLUMNS = [field.attname for field in CuratedItem._meta.concrete_fields if not field.primary_key]


@dataclass(frozen=True, slots=True)
class FilledItem:
    """An item whose columns are set, and the record that names its relations."""

    item: CuratedItem
    record: ItemRecord


def save_items(filled: Sequence[FilledItem], related_rows: RelatedRows) -> None:
    """Write items with their relations, and index them. Items without a row are created."""
    known = [entry.item for entry in filled if entry.item.pk is not None]
    new_items = [entry.item for entry in filled if entry.item.pk is None]
    for entry in filled:
        entry.item.publisher = related_rows.publisher(entry.record.publisher)
        entry.item.updated_at = timezone.now()
    _insert_items(new_items)
    update(CuratedItem, rows_of(known, (*ITEM_COLUMNS, "id")))
    new = {item.pk for item in new_items}
    replace_relations([_related_ids(entry, related_rows, is_new=entry.item.pk in new) for entry in filled])


def _insert_items(items: Sequence[CuratedItem]) -> None:
    """Insert items, and set their IDs."""
    now = timezone.now()
    for item in items:
        item.created_at = now
    insert(CuratedItem, rows_of(items, NEW_ITEM_COLUMNS))
    ids = dict(CuratedItem.objects.filter(slug__in=[item.slug for item in items]).values_list("slug", "pk"))
    for item in items:
        item.pk = ids[item.slug]


def _related_ids(entry: FilledItem, related_rows: RelatedRows, *, is_new: bool) -> RelatedIds:
    """Return the rows that an item is related to. Two names of a record may be one row's; the first of them counts."""
    record = entry.record
    offerings: dict[int, bool] = {}
    for ref in record.offerings:
        offerings.setdefault(related_rows.offering(ref).pk, ref.is_primary)
    return RelatedIds(
        entry.item,
        topics=_ids(map(related_rows.topic, record.topics)),
        authors=_ids(map(related_rows.author, record.authors)),
        offerings=offerings,
        tags=_ids(map(related_rows.tag, record.tags)),
        is_new=is_new,
    )


def _ids(rows: Iterable[Model]) -> list[int]:
    return list(dict.fromkeys(row.pk for row in rows))


def save_aliases(wanted: Mapping[int, Sequence[str]]) -> None:
    """Give items exactly these aliases, by the ID of the item."""
    existing = {(alias.path, alias.item_id): alias.pk for alias in Alias.objects.filter(item__in=wanted)}
    rows = {(path, item) for item, paths in wanted.items() for path in paths}
    Alias.objects.filter(pk__in=[pk for key, pk in existing.items() if key not in rows]).delete()
    now = timezone.now()
    insert(Alias, ({"path": path, "item_id": item, "created_at": now} for path, item in sorted(rows - existing.keys())))
