"""The items that readers see, newest first, by what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BigIntegerField, DateTimeField
from django.utils import timezone

from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet
from curation.prepared import Given, Prepared


class Selection:
    """A way to choose items: `choose` returns those at a time, of a row by its number."""

    def __init__(self, choose: Callable[[Any, Any], ItemQuerySet]) -> None:
        now, row = Given("now", DateTimeField()), Given("row", BigIntegerField())
        self.choose = choose
        self.keys = Prepared(lambda: choose(now, row).values_list("pk"))

    def of(self, row: int) -> Selected:
        return Selected(self, row)


@dataclass(frozen=True, slots=True)
class Selected:
    """The items of a row. Their keys can be sliced, counted and gone through; Django writes no query for that."""

    selection: Selection
    row: int
    part: slice = field(default_factory=lambda: slice(None))

    @property
    def items(self) -> ItemQuerySet:
        """All of them, for queries of other kinds."""
        return self.selection.choose(timezone.now(), self.row)

    def __getitem__(self, part: slice) -> Selected:
        return replace(self, part=part)

    def __iter__(self) -> Iterator[int]:
        return (key for (key,) in self.selection.keys(self.part, row=self.row, now=timezone.now()))

    def count(self) -> int:
        return self.items[self.part].count()


EVERYTHING = Selection(lambda now, _row: CuratedItem.objects.published(now).newest_first()).of(0)
OF_TOPIC = Selection(lambda now, topic: CuratedItem.objects.published(now).listed_by(ItemTopic, now, topic=topic))
OF_OFFERING = Selection(
    lambda now, offering: CuratedItem.objects.published(now).listed_by(ItemOffering, now, offering=offering)
)
OF_AUTHOR = Selection(lambda now, author: CuratedItem.objects.published(now).listed_by(ItemAuthor, now, author=author))
OF_PUBLISHER = Selection(
    lambda now, publisher: CuratedItem.objects.published(now).newest_first().filter(publisher=publisher)
)
OF_VOCABULARY = Selection(
    lambda now, vocabulary: CuratedItem.objects.published(now).newest_first().of_vocabulary(vocabulary)
)
OF_TAG = Selection(lambda now, tag: CuratedItem.objects.published(now).newest_first().filter(itemtag__tag=tag))
