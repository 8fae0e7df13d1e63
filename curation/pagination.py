"""Pages of lists that may be too long to count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.http import Http404

PAGE_SIZE = 20
#: Counting stops here, so that a page costs the same however long its list is.
COUNT_LIMIT = 1000
#: The last page that anyone may ask for: databases refuse offsets beyond 64 bits.
LAST_PAGE = 1_000_000

Row = TypeVar("Row", covariant=True)
#: What a query string says, in its order; a name may be there again.
Query = tuple[tuple[str, str], ...]


class Rows(Protocol[Row]):
    """What a page is cut from: a queryset, or what is sliced, counted and gone through like one."""

    def __getitem__(self, part: slice, /) -> Rows[Row]: ...
    def __iter__(self) -> Iterator[Row]: ...
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PageLink:
    number: int
    url: str
    is_current: bool


class Page(Generic[Row]):
    """One page of `rows`, `size` of them, which must be in a total order. `query` is what its links keep beside the
    page number.

    Costs the rows with one more, which tells whether there is a next page, and a count that stops at `COUNT_LIMIT`,
    unless that is given. Pages beyond the limit exist all the same. Raises `Http404` for a page that does not.
    """

    def __init__(
        self, rows: Rows[Row], number: str, query: Query = (), size: int = PAGE_SIZE, count: int | None = None
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
        """The number of rows, for people."""
        return f"{self.count:,}" if self.is_counted else f"more than {COUNT_LIMIT:,}"

    @property
    def last(self) -> int | None:
        """The number of the last page, where the list is short enough to know."""
        return max(1, -(-self.count // self.size)) if self.is_counted else None

    @property
    def previous_url(self) -> str:
        return self.url(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(self.number + 1) if self.has_next else ""

    @cached_property
    def links(self) -> list[PageLink | None]:
        """The first page, this one and its neighbours, and the last if known; `None` where pages are left out."""
        nearby = {1, self.number - 1, self.number, self.number + self.has_next, self.last or 1} - {0}
        links: list[PageLink | None] = []
        for previous, number in pairwise([0, *sorted(nearby)]):
            if number == previous + 2:  # one page takes no more room than the sign for it
                links.append(self._link(number - 1))
            elif number > previous + 1:
                links.append(None)
            links.append(self._link(number))
        return links

    def _link(self, number: int) -> PageLink:
        return PageLink(number, self.url(number), number == self.number)

    def url(self, number: int) -> str:
        """Return the address of a page, relative to this one's; the first page goes without a number."""
        query = (*self.query, ("page", str(number))) if number > 1 else self.query
        return f"?{urlencode(query)}" if query else "."


def counted(rows: Rows[Any]) -> int:
    """Return how many rows there are, as far as anyone counts: at most `COUNT_LIMIT` and one more."""
    return rows[: COUNT_LIMIT + 1].count()


def page_number(text: str) -> int:
    """Return the page that a query asks for; raise `Http404` for what is no number from 1 to `LAST_PAGE`.

    So is a number that is written otherwise than in links of pages (`02`, `+2`): a page has one address.
    """
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE)) else 0
    if not 1 <= number <= LAST_PAGE or text != str(number):
        raise Http404("This list has no such page.")
    return number
