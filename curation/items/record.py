"""An item as an `ItemRecord`: the database's side of a merge, and the source of an export."""

from dataclasses import fields, replace
from typing import Any

from django.db.models import FileField
from django.utils import timezone

from curation.frontmatter import to_json, to_json_value
from curation.frontmatter.record import Crumb, ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef
from curation.models import CuratedItem, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet

#: Fields of a record whose column has another name.
RENAMED = {"modified_at": "source_modified_at"}
_PLAIN_COLUMNS = {
    field.name for field in CuratedItem._meta.concrete_fields if not (field.is_relation or isinstance(field, FileField))
}
#: The column of each field of a record that is a plain column of the item: one of its name, unless it was renamed.
COLUMNS = {
    field.name: column
    for field in fields(ItemRecord)
    if (column := RENAMED.get(field.name, field.name)) in _PLAIN_COLUMNS
}


def column_value(record: ItemRecord, name: str) -> Any:
    """Return a field of a record in the form that the column stores."""
    value = getattr(record, name)
    return to_json_value(value) if name in ("breadcrumbs", "meta") else value


def with_record_relations(items: ItemQuerySet) -> ItemQuerySet:
    """Load everything that `record_of()` reads, in a fixed number of queries."""
    loaded = items.select_related("publisher", "image").with_relations(
        "itemtopic_set", "itemoffering_set", "itemauthor_set"
    )
    return loaded.prefetch_related("tags", "aliases")  # type: ignore[misc]  # taggit has no types


def record_of(item: CuratedItem) -> ItemRecord:
    """Return an item, loaded through `with_record_relations()`, as a record; archived once it has expired."""
    return with_current_status(stored_record_of(item))


def stored_record_of(item: CuratedItem) -> ItemRecord:
    """Return an item, loaded through `with_record_relations()`, as a record with the status that is stored."""
    columns = {name: getattr(item, column) for name, column in COLUMNS.items()}
    return ItemRecord(
        **{**columns, "breadcrumbs": tuple(Crumb(**crumb) for crumb in item.breadcrumbs)},
        publisher=PublisherRef(item.publisher.domain, item.publisher.name) if item.publisher else None,
        authors=tuple(row.author.name for row in item.itemauthor_set.all()),
        topics=tuple(topic_ref(row) for row in item.itemtopic_set.all()),
        offerings=tuple(offering_ref(row) for row in item.itemoffering_set.all()),
        tags=tuple(tag.name for tag in item.tags.all()),
        aliases=tuple(alias.path for alias in item.aliases.all()),
        image=_image(item),
    )


def with_current_status(record: ItemRecord) -> ItemRecord:
    """Return a record as archived if it is published and its expiry time has passed, as its file is read."""
    is_over = record.expires_at is not None and record.expires_at <= timezone.now()
    return replace(record, status="archived") if is_over and record.status == "published" else record


def topic_ref(row: ItemTopic) -> TopicRef:
    topic = row.topic
    return TopicRef(topic.vocabulary.name, topic.label, topic.slug)


def offering_ref(row: ItemOffering) -> OfferingRef:
    offering = row.offering
    return OfferingRef(offering.name, offering.slug, offering.external_id, is_primary=row.is_primary)


def _image(item: CuratedItem) -> MediaRef | None:
    if item.image is None:
        return None
    return MediaRef(item.image.original_name, item.image_alt, item.media_provenance.get("image", {}))


def undo_state(item: CuratedItem, record: ItemRecord) -> dict[str, Any]:
    """Return an item with its media as JSON, for `ImportRecord`: an undo compares it with the item, and restores it."""
    return {
        "record": to_json(record),
        "image": item.image_id,
        "image_alt": item.image_alt,
        "pdf": item.pdf.name or "",
        "media_provenance": item.media_provenance,
    }
