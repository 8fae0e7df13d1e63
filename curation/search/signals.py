"""Indexing of rows that are saved or deleted one by one. Bulk writes call `index()` themselves.

The items of a topic that moves, of a row that is deleted, or of a picture that gets or loses its text, are indexed with
it; many of them by a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models import Model, Q
from django.db.models.signals import post_delete, post_migrate, post_save, pre_delete, pre_save

from curation.models import CuratedItem, Image, SearchEntry, Topic

from .facets import ROW_SOURCES
from .index import index, index_missing, index_new_facets, rebuild
from .names import FACET_NAMES, NAME_COLUMNS, index_names, remove_name_of

#: The attribute of a row about to be changed or deleted that holds the keys of its items.
ITEMS_TO_INDEX = "_items_to_index"
#: Maximum number of items that are indexed in the transaction that changed their row.
MAX_AT_ONCE = 100


def connect(app: AppConfig, index_later: Callable[[Sequence[int]], object]) -> None:
    """Index what is saved from now on. `index_later(ids)` lets a worker index items."""

    def index_noted_items(instance: Model, **_kwargs: Any) -> None:
        ids = instance.__dict__.pop(ITEMS_TO_INDEX, ())
        (index_later if len(ids) > MAX_AT_ONCE else index)(ids)

    post_save.connect(_index_item, sender=CuratedItem)
    for model in NAME_COLUMNS:
        post_save.connect(_index_name, sender=model)
        pre_delete.connect(_note_items, sender=model)
        post_delete.connect(_remove_name, sender=model)
        for saved_or_deleted in (post_save, post_delete):
            saved_or_deleted.connect(index_noted_items, sender=model, weak=False)
    pre_save.connect(_note_items_of_moving_topic, sender=Topic)
    pre_save.connect(_note_items_of_described_picture, sender=Image)
    pre_delete.connect(_note_items_of_picture, sender=Image)
    for saved_or_deleted in (post_save, post_delete):
        saved_or_deleted.connect(index_noted_items, sender=Image, weak=False)
    post_migrate.connect(_complete_index, sender=app)


def _index_item(instance: CuratedItem, **_kwargs: Any) -> None:
    index([instance.pk])


def _index_name(instance: Model, **_kwargs: Any) -> None:
    index_names([instance])


def _remove_name(instance: Model, **_kwargs: Any) -> None:
    remove_name_of(instance)


def _note_items(instance: Any, **_kwargs: Any) -> None:
    instance.__dict__[ITEMS_TO_INDEX] = _indexed_items_of(instance)


def _note_items_of_moving_topic(instance: Topic, **_kwargs: Any) -> None:
    """Note the items of a topic whose vocabulary changes: their entries have the tokens of vocabularies."""
    if Topic.objects.filter(pk=instance.pk).exclude(vocabulary=instance.vocabulary_id).exists():
        _note_items(instance)


def _note_items_of_picture(instance: Image, **_kwargs: Any) -> None:
    """Note the items that lose their picture: their entries name their gaps."""
    instance.__dict__[ITEMS_TO_INDEX] = list(instance.items.values_list("pk", flat=True))


def _note_items_of_described_picture(instance: Image, **_kwargs: Any) -> None:
    """Note the items that get or lose an alternative text with that of their picture: entries tell of nothing else."""
    if instance.pk and Image.objects.filter(Q(alt="") if instance.alt else ~Q(alt=""), pk=instance.pk).exists():
        without = instance.items.filter(image_alt="")
        instance.__dict__[ITEMS_TO_INDEX] = list(without.values_list("pk", flat=True))


def _indexed_items_of(row: Model) -> list[int]:
    items = ROW_SOURCES[FACET_NAMES[type(row)]].items_of(row.pk)
    return list(SearchEntry.objects.filter(item__in=items).order_by().values_list("item", flat=True))


def _complete_index(**_kwargs: Any) -> None:
    """Fill an index that is empty, and index the items that lack an entry, or the tokens of a new facet."""
    if SearchEntry.objects.exists():
        index_missing()
        index_new_facets()
        return
    for _ in rebuild():
        pass
