"""What is saved or deleted row by row is indexed at once; whatever writes in bulk calls `index()` itself."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models import Model
from django.db.models.signals import post_delete, post_migrate, post_save, pre_delete, pre_save

from curation.models import CuratedItem, SearchEntry, Topic

from .index import index, rebuild
from .names import NAMES, forget_row, learn_names

#: Where a row that is about to be changed or deleted keeps the items that are concerned.
CONCERNED = "_search_items"


def connect(app: AppConfig) -> None:
    post_save.connect(_item_saved, sender=CuratedItem)
    for model in NAMES:
        post_save.connect(_name_saved, sender=model)
        pre_delete.connect(_note_items, sender=model)
        post_delete.connect(_name_deleted, sender=model)
    pre_save.connect(_note_items_of_a_moving_topic, sender=Topic)
    post_migrate.connect(_fill_new_index, sender=app)


def _item_saved(instance: CuratedItem, **_kwargs: Any) -> None:
    index([instance.pk])


def _name_saved(instance: Model, **_kwargs: Any) -> None:
    learn_names([instance])
    index(instance.__dict__.pop(CONCERNED, ()))


def _name_deleted(instance: Model, **_kwargs: Any) -> None:
    forget_row(instance)
    index(instance.__dict__.pop(CONCERNED, ()))


def _note_items(instance: Any, **_kwargs: Any) -> None:
    instance.__dict__[CONCERNED] = _items_of(instance)


def _note_items_of_a_moving_topic(instance: Topic, **_kwargs: Any) -> None:
    """An item is marked with its topics' vocabularies, which an editor may change."""
    if Topic.objects.filter(pk=instance.pk).exclude(vocabulary=instance.vocabulary_id).exists():
        _note_items(instance)


def _items_of(row: Any) -> list[int]:
    """Return the items that are marked with a row."""
    path = {"topic": "topics", "offering": "offerings", "author": "authors", "tag": "tags", "publisher": "publisher"}
    relation = path.get(row._meta.model_name)
    if relation is None:  # a vocabulary cannot be deleted before its topics
        return []
    return list(SearchEntry.objects.filter(**{f"item__{relation}": row.pk}).values_list("item", flat=True).distinct())


def _fill_new_index(**_kwargs: Any) -> None:
    """Index what was there before there was an index."""
    if not SearchEntry.objects.exists():
        for _ in rebuild():
            pass
