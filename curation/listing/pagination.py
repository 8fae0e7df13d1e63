"""Pages of lists of any length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.http import Http404

PAGE_SIZE = 20
#: Counting stops at this number of rows, so that the cost of a page does not depend on the length of its list.
COUNT_LIMIT = 1000
#: The greatest page number that is accepted: databases refuse offsets beyond 64 bits.
LAST_PAGE = 1_000_000

Row = TypeVar("Row", covariant=True)
#: The names and values of a query string, in their order; a name may occur several times.
Pairs = tuple[tuple[str, str], ...]


class Sliceable(Protocol[Row]):
    """The rows of a list: a queryset, or an object that is sliced, counted and iterated like one."""

    def __getitem__(self, part: slice, /) -> Sliceable[Row]: ...
    def __iter__(self) -> Iterator[Row]: ...
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PageLink:
    number: int
    url: str
    is_current: bool


class Page(Generic[Row]):
    """One page of `rows`, which must be in a total order. Its links have the pairs of `query` and the page number.

    Reads `size` rows and one more, which shows whether there is a next page. Without `count`, counts the rows, up to
    `COUNT_LIMIT`; pages beyond that limit exist, too. Raises `Http404` for a page that does not exist.
    """

    def __init__(
        self, rows: Sliceable[Row], number: str, query: Pairs = (), size: int = PAGE_SIZE, count: int | None = None
    ) -> None:
        self.number = page_number(number)
        self.query = query
        self.size = size
        start = (self.number - 1) * size
        found = list(rows[start : start + size + 1])
        if not found and self.number > 1:
            raise Http404("This list has no such page.")
        self.rows = found[:size]
        self.has_next = len(found) > size
        self.count = counted(rows) if count is None else count

    @property
    def is_counted(self) -> bool:
        return self.count <= COUNT_LIMIT

    @property
    def total(self) -> str:
        """The number of rows, for readers."""
        return f"{self.count:,}" if self.is_counted else f"more than {COUNT_LIMIT:,}"

    @property
    def last(self) -> int | None:
        """The number of the last page, or `None` for a list that is not counted to its end."""
        return max(1, -(-self.count // self.size)) if self.is_counted else None

    @property
    def previous_url(self) -> str:
        return self.url(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(self.number + 1) if self.has_next else ""

    @cached_property
    def links(self) -> list[PageLink | None]:
        """The first page, this one and its neighbours, and the last if known; `None` in place of omitted pages."""
        nearby = {1, self.number - 1, self.number, self.number + self.has_next, self.last or 1} - {0}
        links: list[PageLink | None] = []
        for previous, number in pairwise([0, *sorted(nearby)]):
            if number == previous + 2:  # a single page is as short as the ellipsis
                links.append(self._link(number - 1))
            elif number > previous + 1:
                links.append(None)
            links.append(self._link(number))
        return links

    def _link(self, number: int) -> PageLink:
        return PageLink(number, self.url(number), number == self.number)

    def url(self, number: int) -> str:
        """Return the address of a page, relative to that of this page; the first page has no number."""
        query = (*self.query, ("page", str(number))) if number > 1 else self.query
        return f"?{urlencode(query)}" if query else "."


def counted(rows: Sliceable[Any]) -> int:
    """Return the number of rows, at most `COUNT_LIMIT + 1`."""
    return rows[: COUNT_LIMIT + 1].count()


def page_number(text: str) -> int:
    """Return the page number of a text; raise `Http404` for anything but a number from 1 to `LAST_PAGE`.

    Other spellings of a number (`02`, `+2`) are refused, too: a page has one address.
    """
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE)) else 0
    if not 1 <= number <= LAST_PAGE or text != str(number):
        raise Http404("This list has no such page.")
    return number
