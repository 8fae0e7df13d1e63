"""The index kept right: `index()` after items were written, `rebuild()` and `check()` for all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db import transaction

from curation.models import ContentVersion, CuratedItem, SearchEntry, SearchWord

from .entries import entries_of
from .names import NAMES, learn_names
from .words import words_of

Row = TypeVar("Row")
BATCH = 500
SHORTEST_WORD = 3


def index(ids: Collection[int]) -> None:
    """Make searches find items, by id, as they are now, in the transaction that wrote them.

    To be called after whatever writes items or their relations in bulk; `save()` and `delete()` of single rows see to
    it themselves. Items that are gone or not published lose their entries. The number of queries grows by batches.
    """
    wanted = sorted(ids)
    with transaction.atomic():
        for start in range(0, len(wanted), BATCH):
            _index_batch(wanted[start : start + BATCH])


def _index_batch(ids: Collection[int]) -> None:
    entries = entries_of(ids)
    SearchEntry.objects.filter(item__in=ids).delete()
    # In the order of their keys, and many a statement: FTS5 writes its memory out whenever a row comes before the last
    # one, and at the end of each statement.
    SearchEntry.objects.bulk_create([SearchEntry(**entry) for entry in entries])
    _learn(entry["title"] for entry in entries)


def _learn(titles: Iterable[str]) -> None:
    """Note the words of titles, for hints at what a misspelt word may mean."""
    words = {word for title in titles for word in words_of(title) if len(word) >= SHORTEST_WORD}
    known = SearchWord.objects.filter(word__in=words, facet="").values_list("word", flat=True)
    missing = sorted(words.difference(known))  # sorted: two that add the same words do not wait for each other
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in missing], ignore_conflicts=True)


def rebuild() -> Iterator[int]:
    """Index every item anew, a batch a transaction, and yield how many were done with each.

    Searches that readers are given again are those of another index then, so the content's version is renewed.
    """
    SearchWord.objects.all().delete()
    for model in NAMES:
        for rows in batched(model._default_manager.order_by("pk").iterator(BATCH)):
            learn_names(rows)
    for ids in _batches():
        index(ids)
        yield len(ids)
    ContentVersion.renew()


def check() -> Iterator[tuple[int, list[int]]]:
    """Yield, batch by batch, how many items were looked at, and those whose entry is not what it shall be."""
    for ids in _batches():
        with transaction.atomic():
            wanted = {entry["item_id"]: entry for entry in entries_of(ids)}
            found = {entry["item_id"]: entry for entry in SearchEntry.objects.filter(item__in=ids).values()}
        yield len(ids), [pk for pk in ids if wanted.get(pk) != found.get(pk)]


def batched(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows in lists of `BATCH`."""
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _batches() -> Iterator[list[int]]:
    """Yield the ids of all items, the oldest first."""
    last = 0
    by_age = CuratedItem.objects.order_by("pk").values_list("pk", flat=True)
    while ids := list(by_age.filter(pk__gt=last)[:BATCH]):
        yield ids
        last = ids[-1]
