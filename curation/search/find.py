"""Searches: the best items first, or the newest, and how many there are of each facet's values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from curation.facets import Option

from .backends import backend
from .marks import FIRST_KEY, first_key, last_key, mark, read
from .match import Hit, Match, Scope
from .names import named
from .query import Query

#: So many items are found at most, and counted by facet: what is common costs no more than what is not.
LIMIT = 1000
#: Facets of which an item has one value; of several that are chosen, any will do. Of the others, all must be there.
SINGLE = ("publisher", "kind", "format", "year")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: the words, the facets' values that were chosen beside them, and a range of time."""

    query: Query
    chosen: tuple[Option, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not self.query.terms and not self.chosen


@dataclass(frozen=True, slots=True)
class Found:
    """Items by id, the best first, and for each facet how many of them have a value, a row's number or a word."""

    items: tuple[int, ...]
    counts: dict[str, Counter[int | str]]
    is_more: bool = False


def find(wanted: Wanted) -> Found:
    """Return the items that match best: all words in a row in the title, all in the title, all in title, summary and
    names, all anywhere; the newest first among equals.
    """
    hits: dict[int, Hit] = {}
    for match, scope in _tiers(match_of(wanted)):
        for hit in backend().newest(match, scope, LIMIT + 1):
            hits.setdefault(hit.item, hit)
        if len(hits) > LIMIT:
            break
    kept = list(hits.values())[:LIMIT]
    return Found(tuple(hit.item for hit in kept), _counts(kept), is_more=len(hits) > LIMIT)


def newest(wanted: Wanted, limit: int = LIMIT + 1) -> list[int]:
    """Return the items that match, by id, the newest first."""
    return [hit.item for hit in backend().newest(match_of(wanted), Scope.ANYWHERE, limit)]


def _tiers(match: Match) -> Iterator[tuple[Match, Scope]]:
    """Yield what to look for, the best first."""
    if len(match.wanted) > 1:
        yield match.in_a_row(), Scope.TITLE
    if match.wanted:
        yield match, Scope.TITLE
        yield match, Scope.HEAD
    yield match, Scope.ANYWHERE


def match_of(wanted: Wanted) -> Match:
    """Return what a search means to the index; one query, for the names that its words are part of."""
    units = named(wanted.query.terms)
    now = timezone.now()
    return Match(
        wanted=tuple(unit for unit in units if not unit.term.is_excluded),
        unwanted=tuple(unit for unit in units if unit.term.is_excluded),
        groups=tuple(_groups(wanted.chosen)),
        first=first_key(wanted.since) if wanted.since else FIRST_KEY,
        last=last_key(min(now, wanted.until or now)),
        now=now,
    )


def _groups(chosen: Sequence[Option]) -> Iterator[tuple[str, ...]]:
    single: defaultdict[str, list[str]] = defaultdict(list)
    for option in chosen:
        written = mark(option.facet, option.pk or option.value)
        if option.facet in SINGLE:
            single[option.facet].append(written)
        else:
            yield (written,)
    yield from map(tuple, single.values())


def _counts(hits: Iterable[Hit]) -> dict[str, Counter[int | str]]:
    counts: defaultdict[str, Counter[int | str]] = defaultdict(Counter)
    for written, number in Counter(written for hit in hits for written in hit.marks.split()).items():
        if value := read(written):
            counts[value[0]][value[1]] = number
    return dict(counts)
