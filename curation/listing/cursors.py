"""Cursors: positions in a list that stay valid while items are added and removed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast

from django.db.models import F, Q

from curation.models import CuratedItem
from curation.models.items import ItemQuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Databases refuse larger keys.
LARGEST_ID = 2**63 - 1


class BadCursor(ValueError):
    """A text is not a valid cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position after an item in a list, newest first.

    As text, the microseconds from 1970 to its time, and its key: `1709121600000000.42`.
    """

    PATTERN: ClassVar = r"(-?[0-9]{1,18})\.([0-9]{1,19})"

    time: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.time - EPOCH) // timedelta(microseconds=1)}.{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Return the cursor of a text; raise `BadCursor` where it is not one."""
        match = re.fullmatch(cls.PATTERN, text)
        if not match or int(match[2]) > LARGEST_ID:
            raise BadCursor(text)
        try:
            cursor = cls(EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        except OverflowError as error:
            raise BadCursor(text) from error
        if str(cursor) != text:  # leading zeros: a page has one address
            raise BadCursor(text)
        return cursor


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive items of a list, and the cursor of the next ones; `None` at its end."""

    items: list[CuratedItem]
    next: Cursor | None


def read_batch(items: ItemQuerySet, after: Cursor | None, length: int) -> Batch:
    """Return at most `length` items of a list (newest first, by time and key) after a cursor; in one query.

    Items published in the meantime come before the cursor, so that none is missing or repeated.
    """
    found = list(_following(items, after)[: length + 1])
    if len(found) <= length:
        return Batch(found, None)
    last = found[length - 1]
    return Batch(found[:length], Cursor(cast(datetime, last.published_at), last.pk))


def _following(items: ItemQuerySet, after: Cursor | None) -> ItemQuerySet:
    """Return the items after a cursor, by the columns that the list is sorted by: one range of their index."""
    if after is None:
        return items
    time, pk = (F(str(column).removeprefix("-")) for column in items.query.order_by)
    beyond = Q(_time__lt=after.time) | Q(_time=after.time, _pk__lt=after.pk)
    return items.alias(_time=time, _pk=pk).filter(beyond, _time__lte=after.time)
