"""Searches of editors: in all items outside the bin, by the words that readers search by, and by state and gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import islice

from django.db.models.expressions import RawSQL
from django.utils import timezone

from curation.models import CuratedItem

from .backends import backend
from .facet_tokens import DESK_OFFSET, FIRST_DESK_KEY, FIRST_KEY, LAST_KEY, first_key, last_key, status_token
from .index_query import BEGINNING, Hit, IndexQuery, Scope
from .names import ResolvedTerm, resolve_terms
from .query import TextQuery

Status = CuratedItem.Status


class State(StrEnum):
    """A state of items that the index tells. Published items are live or scheduled until they expire."""

    LIVE = "live"
    SCHEDULED = "scheduled"
    DRAFT = Status.DRAFT.value
    REVIEW = Status.REVIEW.value
    ARCHIVED = Status.ARCHIVED.value


PUBLISHED = frozenset([State.LIVE, State.SCHEDULED])


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """What an editor looks for: words, any of some states (all if none is given), a token of each group, and times.

    An undated item has the time when it was made. Ends of the range are part of it.
    """

    text: TextQuery = field(default_factory=lambda: TextQuery(""))
    states: frozenset[State] = frozenset()
    token_groups: tuple[tuple[str, ...], ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def find_newest(request: DeskRequest, limit: int) -> list[int]:
    """Return the IDs of the items that match, the newest first."""
    hits = (backend().newest(query, Scope.ANYWHERE, limit) for query in _queries(request))
    parts = [[(_time_of(hit), hit.item) for hit in some] for some in hits]
    return [item for _time, item in islice(merge(*parts, reverse=True), limit)]


def count(requests: Sequence[DeskRequest], limit: int) -> list[int]:
    """Return the number of items that match each request, at most `limit`; in one query, and one for each text."""
    queries = [list(_queries(request)) for request in requests]
    if not queries:
        return []
    numbers = iter(backend().count([query for some in queries for query in some], limit))
    return [min(sum(islice(numbers, len(some))), limit) for some in queries]


def matching(text: TextQuery) -> RawSQL:
    """Return a subquery for the IDs of all items that a text finds; in one query, for the names with its words."""
    query = _Words.of(text).query(FIRST_DESK_KEY, LAST_KEY)
    return RawSQL(*backend().matching(query))  # noqa: S611  # the backend's own SQL


def _time_of(hit: Hit) -> int:
    """Return the key of an entry as if its item were published."""
    return hit.key + DESK_OFFSET if hit.key < FIRST_KEY else hit.key


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a search, with the tokens of the names that have them."""

    terms: tuple[ResolvedTerm, ...]

    @classmethod
    def of(cls, text: TextQuery) -> _Words:
        return cls(tuple(resolve_terms(text.terms)))

    def query(
        self, first: int, last: int, groups: tuple[tuple[str, ...], ...] = (), expired_at: datetime = BEGINNING
    ) -> IndexQuery:
        return IndexQuery(
            required=tuple(resolved for resolved in self.terms if not resolved.term.is_excluded),
            excluded=tuple(resolved for resolved in self.terms if resolved.term.is_excluded),
            token_groups=groups,
            first=first,
            last=last,
            now=expired_at,
        )


def _queries(request: DeskRequest) -> Iterator[IndexQuery]:
    """Yield the queries of the published and of the other items, as far as the states of a request ask for them."""
    words, groups, states = _Words.of(request.text), request.token_groups, request.states
    now = timezone.now()
    first = first_key(request.since) if request.since else FIRST_KEY
    last = last_key(request.until) if request.until else LAST_KEY
    if not states:
        yield words.query(first, last, groups)
    elif published := states & PUBLISHED:
        due = last_key(now)
        begin = first if State.LIVE in published else max(first, due + 1)
        yield words.query(begin, last if State.SCHEDULED in published else min(last, due), groups, now)
    if others := states - PUBLISHED:
        groups = (*groups, tuple(status_token(state) for state in sorted(others)))
    if others or not states:
        yield words.query(first - DESK_OFFSET, last - DESK_OFFSET, groups)
