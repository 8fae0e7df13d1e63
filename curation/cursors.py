"""Where a reader of a long list stands: places that stay right while items come and go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast

from django.db.models import F, Q

from curation.models import CuratedItem
from curation.models.items import ItemQuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Databases refuse larger numbers.
LARGEST_ID = 2**63 - 1


class BadCursor(ValueError):
    """A text is no cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after an item in a list that is newest first; written as microseconds of its time, and its id."""

    PATTERN: ClassVar = r"(-?[0-9]{1,18})\.([0-9]{1,19})"

    time: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.time - EPOCH) // timedelta(microseconds=1)}.{self.pk}"

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Return the cursor of a text; raise `BadCursor` where there is none."""
        match = re.fullmatch(cls.PATTERN, text)
        if not match or int(match[2]) > LARGEST_ID:
            raise BadCursor(text)
        try:
            found = cls(EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        except OverflowError as error:
            raise BadCursor(text) from error
        if str(found) != text:  # zeros before a number: no page has a second address
            raise BadCursor(text)
        return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some items of a list in a row, and the place where to go on; `None` at its end."""

    items: list[CuratedItem]
    next: Cursor | None


def stretch(items: ItemQuerySet, after: Cursor | None, length: int) -> Stretch:
    """Return the items of a list (newest first, by time and id) that come after a place, at most `length`: one query.

    What is published meanwhile comes before the place, so that nothing is left out or there twice.
    """
    found = list(_following(items, after)[: length + 1])
    if len(found) <= length:
        return Stretch(found, None)
    last = found[length - 1]
    return Stretch(found[:length], Cursor(cast(datetime, last.published_at), last.pk))


def _following(items: ItemQuerySet, after: Cursor | None) -> ItemQuerySet:
    """Narrow a list to what comes after a place, by the columns that it is sorted by: one range of their index."""
    if after is None:
        return items
    time, pk = (F(str(column).removeprefix("-")) for column in items.query.order_by)
    beyond = Q(_time__lt=after.time) | Q(_time=after.time, _pk__lt=after.pk)
    return items.alias(_time=time, _pk=pk).filter(beyond, _time__lte=after.time)
