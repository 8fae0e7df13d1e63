"""The only writer of item relations: the topics, offerings, authors and tags of items.

Every row of a topic, an offering or an author repeats the item's `listed_at`, which the lists for readers filter and
sort by. Every function here leaves rows, `listed_at` and the search index consistent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, OuterRef, Subquery
from django.db.models.signals import post_save

from curation.db.bulk_rows import Row, insert, update
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic
from curation.models.relations import ItemRelation
from curation.search.index import index

from .synonyms import wait_for_names

#: The relations whose rows have a position and a `listed_at`.
ORDERED: tuple[type[ItemRelation], ...] = (ItemTopic, ItemAuthor, ItemOffering)


@dataclass(frozen=True, slots=True)
class RelatedIds:
    """The ids of all rows that a saved item is related to, each once and in order.

    `offerings` maps an id to whether the item is about that offering (`is_primary`). `is_new` marks an item that was
    just inserted, and so has no rows to delete.
    """

    item: CuratedItem
    topics: Sequence[int] = ()
    authors: Sequence[int] = ()
    offerings: Mapping[int, bool] = field(default_factory=dict)
    tags: Sequence[int] = ()
    is_new: bool = False


def replace_relations(entries: Sequence[RelatedIds]) -> None:
    """Give items exactly these relations and index them, in a fixed number of statements.

    Runs in the caller's transaction. The caller has just written the items themselves, `updated_at` included.
    """
    wait_for_names()  # or a merge would miss these rows
    known = [entry.item.pk for entry in entries if not entry.is_new]
    for model in ORDERED:
        model.objects.filter(item__in=known).delete()
    ItemTag.objects.filter(content_object__in=known).delete()
    insert(ItemTopic, (row for entry in entries for row in _rows(entry.item, "topic_id", entry.topics)))
    insert(ItemAuthor, (row for entry in entries for row in _rows(entry.item, "author_id", entry.authors)))
    insert(
        ItemOffering,
        (
            {**row, "is_primary": entry.offerings[row["offering_id"]]}
            for entry in entries
            for row in _rows(entry.item, "offering_id", entry.offerings)
        ),
    )
    insert(ItemTag, ({"content_object_id": entry.item.pk, "tag_id": tag} for entry in entries for tag in entry.tags))
    index([entry.item.pk for entry in entries])


def _rows(item: CuratedItem, column: str, ids: Iterable[int]) -> Iterable[Row]:
    for position, pk in enumerate(ids):
        yield {"item_id": item.pk, "position": position, "listed_at": item.listed_at, column: pk}


@transaction.atomic
def set_relations(
    item: CuratedItem,
    *,
    topics: Sequence[int] | None = None,
    authors: Sequence[int] | None = None,
    offerings: Mapping[int, bool] | None = None,
    tags: Iterable[str] | None = None,
) -> None:
    """Give a saved item exactly these relations, as `RelatedIds` has them, but tags by name; `None` keeps the present.

    Indexes the item if anything was given.
    """
    given = {
        "topics": topics if topics is None else dict.fromkeys(topics, False),
        "authors": authors if authors is None else dict.fromkeys(authors, False),
        "offerings": offerings,
    }
    for name, targets in given.items():
        if targets is not None:
            write_related(name, {item.pk: item}, {item.pk: targets})
    if tags is not None:
        item.tags.set(tags)
    if tags is not None or any(targets is not None for targets in given.values()):
        index([item.pk])


@dataclass(frozen=True, slots=True)
class Related:
    """A relation of items: the model of its rows, and their columns for the item and for the row that it leads to."""

    model: type[Model]
    target: str
    item: str = "item_id"


#: Relations by the field of `items.state`.
RELATED = {
    "topics": Related(ItemTopic, "topic_id"),
    "offerings": Related(ItemOffering, "offering_id"),
    "authors": Related(ItemAuthor, "author_id"),
    "tags": Related(ItemTag, "tag_id", item="content_object_id"),
}


def write_related(name: str, items: Mapping[int, CuratedItem], wanted: Mapping[int, Mapping[int, bool]]) -> None:
    """Give items exactly these rows of one relation, in this order, in a fixed number of statements.

    `wanted` maps the ID of an item to the IDs of targets, each with whether it is the primary one (of offerings). Rows
    that stay keep their IDs. Runs in the caller's transaction; the caller has locked the items and indexes them.
    """
    wait_for_names()  # or a merge would miss these rows
    related = RELATED[name]
    rows = defaultdict[int, dict[int, Any]](dict)
    for row in related.model._default_manager.filter(**{f"{related.item}__in": wanted}):
        rows[getattr(row, related.item)][getattr(row, related.target)] = row
    gone = [row.pk for pk, known in rows.items() for target, row in known.items() if target not in wanted[pk]]
    related.model._default_manager.filter(pk__in=gone).delete()
    if related.model is ItemTag:
        missing = [(pk, target) for pk, targets in wanted.items() for target in targets if target not in rows[pk]]
        insert(ItemTag, ({related.item: pk, related.target: target} for pk, target in missing))
        return
    new: list[Row] = []
    moved: list[Row] = []
    for pk, targets in wanted.items():
        for position, (target, is_primary) in enumerate(targets.items()):
            columns = {"position": position} | ({"is_primary": is_primary} if name == "offerings" else {})
            known = rows[pk].get(target)
            if known is None:
                new.append({"item_id": pk, "listed_at": items[pk].listed_at, related.target: target, **columns})
            elif any(getattr(known, column) != value for column, value in columns.items()):
                moved.append({**columns, "id": known.pk})
    # The database allows one primary offering at any moment.
    update(related.model, sorted(moved, key=lambda row: row.get("is_primary", False)))
    insert(related.model, new)


def update_listed_at(ids: Sequence[int]) -> None:
    """Copy `listed_at` from items, by id, to their relations, after the items were updated in bulk."""
    listed = CuratedItem.objects.filter(pk=OuterRef("item"), status=CuratedItem.Status.PUBLISHED)
    for model in ORDERED:
        model.objects.filter(item__in=ids).update(listed_at=Subquery(listed.values("published_at")))


def connect() -> None:
    """Keep `listed_at` of the relations equal to the item's whenever `save()` writes an item."""
    post_save.connect(_item_saved, sender=CuratedItem)


def _item_saved(instance: CuratedItem, created: bool, update_fields: Any = None, **_kwargs: Any) -> None:
    if created or (update_fields is not None and not {"status", "published_at"}.intersection(update_fields)):
        return
    for model in ORDERED:
        rows = model.objects.filter(item=instance).exclude(listed_at=instance.listed_at)
        rows.update(listed_at=instance.listed_at)
