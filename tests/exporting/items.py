"""What the database says of all items, to compare."""

from dataclasses import replace
from typing import Any

from curation.frontmatter.compare import essence
from curation.frontmatter.records import ItemRecord
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
from curation.snapshot import snapshot, with_relations


def all_items() -> dict[str, ItemRecord]:
    """Return the record of each item by slug. What is remembered of a picture beside its name and words is left out."""
    items = with_relations(CuratedItem.objects.all())
    return {item.slug: comparable(snapshot(item)) for item in items}


def comparable(record: ItemRecord) -> ItemRecord:
    image = replace(record.image, provenance={}) if record.image else None
    return replace(record, image=image, tags=tuple(sorted(record.tags)), aliases=tuple(sorted(record.aliases)))


def essences(record: ItemRecord) -> dict[str, Any]:
    return {name: essence(name, getattr(record, name)) for name in ItemRecord.__slots__}


def delete_everything() -> None:
    """Leave an empty site."""
    models: list[Any] = [SourceDocument, ImportRun, CuratedItem, Offering, Topic, Vocabulary, Author, Publisher]
    for model in (*models, Tag, Image):
        model.objects.all().delete()
