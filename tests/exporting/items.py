"""The records of all items in the database, to compare."""

from dataclasses import replace
from typing import Any

from curation.frontmatter.comparison import comparable
from curation.frontmatter.record import ItemRecord
from curation.items.record import record_of, with_record_relations
from curation.models import (
    Author,
    CuratedItem,
    Image,
    ImportRun,
    Offering,
    Publisher,
    SourceDocument,
    Tag,
    Topic,
    Vocabulary,
)


def all_items() -> dict[str, ItemRecord]:
    """Return the record of each item by slug. A picture's provenance is left out."""
    items = with_record_relations(CuratedItem.objects.all())
    return {item.slug: without_provenance(record_of(item)) for item in items}


def without_provenance(record: ItemRecord) -> ItemRecord:
    image = replace(record.image, provenance={}) if record.image else None
    return replace(record, image=image, tags=tuple(sorted(record.tags)), aliases=tuple(sorted(record.aliases)))


def comparable_values(record: ItemRecord) -> dict[str, Any]:
    return {name: comparable(name, getattr(record, name)) for name in ItemRecord.__slots__}


def delete_everything() -> None:
    """Leave an empty site."""
    models: list[Any] = [SourceDocument, ImportRun, CuratedItem, Offering, Topic, Vocabulary, Author, Publisher]
    for model in (*models, Tag, Image):
        model.objects.all().delete()
