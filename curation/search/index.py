"""Writing the index: `index()` after items were written, `rebuild()` and `check()` for all items."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef

from curation.db.bulk_rows import Row
from curation.db.timed_batches import TimedBatches
from curation.models import ContentVersion, CuratedItem, SearchEntry, SearchWord

from .entries import read_entries
from .facets import ALL_FACETS
from .names import NAME_COLUMNS, index_names
from .words import words_of

Element = TypeVar("Element")
BATCH = 500
SHORTEST_WORD = 3


def index(ids: Collection[int]) -> None:
    """Write the entries of items, by id, in the transaction that wrote the items.

    Call it after every bulk write of items or their relations; `save()` and `delete()` of single rows do so by signals.
    Items that are gone or in the bin lose their entries. The number of queries grows by batches.
    """
    sorted_ids = sorted(ids)
    with transaction.atomic():
        for start in range(0, len(sorted_ids), BATCH):
            _index_batch(sorted_ids[start : start + BATCH])


def index_in_batches(ids: Collection[int]) -> None:
    """Write the entries of any number of items in short transactions, and renew the content version."""
    if ids:
        TimedBatches(BATCH).write(sorted(ids), _counted(index))
        ContentVersion.renew()


def _index_batch(ids: Collection[int]) -> None:
    entries = read_entries(ids)
    SearchEntry.objects.filter(item__in=ids).delete()
    # In the order of their keys, and many per statement: FTS5 writes its memory out whenever a row comes before the
    # last one, and at the end of each statement.
    SearchEntry.objects.bulk_create([SearchEntry(**entry) for entry in entries])
    _index_title_words(entry["title"] for entry in entries)


def _index_title_words(titles: Iterable[str]) -> None:
    """Store the words of titles, which spelling hints are chosen from."""
    words = {word for title in titles for word in words_of(title) if len(word) >= SHORTEST_WORD}
    known = SearchWord.objects.filter(word__in=words, facet="").values_list("word", flat=True)
    missing = sorted(words.difference(known))  # sorted: two that add the same words do not wait for each other
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in missing], ignore_conflicts=True)


def rebuild() -> Iterator[int]:
    """Index every item again in short transactions, and yield the number of items of every `BATCH`.

    Memoised searches come from the old index, so the content version is renewed.
    """
    batches = TimedBatches(BATCH)
    SearchWord.objects.all().delete()
    for model in NAME_COLUMNS:
        for rows in batched(model._default_manager.order_by("pk").iterator(BATCH)):
            batches.write(rows, _counted(index_names))
    for ids in _batches():
        batches.write(ids, _counted(index))
        yield len(ids)
    ContentVersion.renew()


def index_missing() -> int:
    """Index the items without an entry; return their number.

    There are some where filling the index was interrupted, or a process of an older version wrote meanwhile.
    """
    entries = SearchEntry.objects.filter(item=OuterRef("pk"))
    missing = CuratedItem.objects.not_binned().filter(~Exists(entries)).order_by("pk").values_list("pk", flat=True)
    ids = list(missing)
    index_in_batches(ids)
    return len(ids)


def index_new_facets() -> int:
    """Index the items whose entries lack the tokens of a facet, in short transactions; return their number.

    They do after a facet was added, and those of the year after another `TIME_ZONE` was set.

    One query for each facet where nothing is missing.
    """
    missing: set[int] = set()
    for facet in ALL_FACETS:
        lacking = SearchEntry.objects.filter(facet.source.lacks_tokens(facet.letter))
        concerned = lacking.filter(item__in=facet.source.items_with_any()).order_by()
        missing.update(concerned.values_list("item", flat=True))
    index_in_batches(missing)
    return len(missing)


def _counted(work: Callable[[Sequence[Any]], object]) -> Callable[[Sequence[Any]], int]:
    """Return a function that works on some rows or ids, and returns their number."""

    def work_and_count(some: Sequence[Any]) -> int:
        work(some)
        return len(some)

    return work_and_count


def check() -> Iterator[tuple[int, list[int]]]:
    """Yield, batch by batch, the number of items compared, and the ids of those whose entries differ."""
    for ids in _batches():
        with transaction.atomic():
            expected = {entry["item_id"]: _comparable(entry) for entry in read_entries(ids)}
            stored = SearchEntry.objects.filter(item__in=ids).values()
            actual = {entry["item_id"]: _comparable(entry) for entry in stored}
        yield len(ids), [pk for pk in ids if expected.get(pk) != actual.get(pk)]


def _comparable(entry: Row) -> Row:
    """Return an entry without the order of its tokens, which means nothing."""
    return {**entry, "facets": set(entry["facets"].split())}


def batched(rows: Iterable[Element]) -> Iterator[list[Element]]:
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
