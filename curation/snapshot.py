"""An item as an `ItemRecord`: the database's side of a merge, and what an export writes."""

from dataclasses import replace
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from curation.frontmatter import plain, to_json
from curation.frontmatter.records import Crumb, ItemRecord, MediaRef, OfferingRef, PublisherRef, TopicRef
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet

#: Record fields that are columns of the item, and the column where its name differs.
COLUMNS = {
    **{name: name for name in ("title", "slug", "summary", "body", "flavour", "status", "published_at", "expires_at")},
    **{name: name for name in ("source_url", "source_url_original", "via_name", "via_url")},
    **{name: name for name in ("language", "kind", "format", "section", "institution", "meta", "breadcrumbs")},
    "modified_at": "source_modified_at",
}


def column_value(record: ItemRecord, name: str) -> Any:
    """Return a record's value as the column keeps it."""
    value = getattr(record, name)
    return plain(value) if name in ("breadcrumbs", "meta") else value


def with_relations(items: ItemQuerySet) -> ItemQuerySet:
    """Load what `snapshot()` reads, in a fixed number of queries."""
    return items.select_related("publisher", "image").prefetch_related(
        Prefetch("itemtopic_set", ItemTopic.objects.select_related("topic__vocabulary")),
        Prefetch("itemoffering_set", ItemOffering.objects.select_related("offering")),
        Prefetch("itemauthor_set", ItemAuthor.objects.select_related("author")),
        "tags",  # type: ignore[misc]  # taggit has no types
        "aliases",
    )


def snapshot(item: CuratedItem) -> ItemRecord:
    """Return what the database says of an item loaded through `with_relations()`."""
    columns = {name: getattr(item, column) for name, column in COLUMNS.items()}
    record = ItemRecord(
        **{**columns, "breadcrumbs": tuple(Crumb(**crumb) for crumb in item.breadcrumbs)},
        publisher=PublisherRef(item.publisher.domain, item.publisher.name) if item.publisher else None,
        authors=tuple(row.author.name for row in item.itemauthor_set.all()),
        topics=tuple(
            TopicRef(row.topic.vocabulary.name, row.topic.label, row.topic.slug) for row in item.itemtopic_set.all()
        ),
        offerings=tuple(_offering(row) for row in item.itemoffering_set.all()),
        tags=tuple(tag.name for tag in item.tags.all()),
        aliases=tuple(alias.path for alias in item.aliases.all()),
        image=_image(item),
    )
    return as_of_now(record)


def as_of_now(record: ItemRecord) -> ItemRecord:
    """Return a record with the status that it has by now: one that has expired is archived, as its file is read."""
    is_over = record.expires_at is not None and record.expires_at <= timezone.now()
    return replace(record, status="archived") if is_over and record.status == "published" else record


def _offering(row: ItemOffering) -> OfferingRef:
    offering = row.offering
    return OfferingRef(offering.name, offering.slug, offering.external_id, is_primary=row.is_primary)


def _image(item: CuratedItem) -> MediaRef | None:
    if item.image is None:
        return None
    return MediaRef(item.image.original_name, item.image_alt, item.media_provenance.get("image", {}))


def state(item: CuratedItem, record: ItemRecord) -> dict[str, Any]:
    """Return an item as JSON, its media included: what an undo compares with and puts back."""
    return {
        "record": to_json(record),
        "image": item.image_id,
        "image_alt": item.image_alt,
        "pdf": item.pdf.name or "",
        "media_provenance": item.media_provenance,
    }
