"""Searching: the best items or the newest ones, and the number of items of each facet's options."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from .backends import backend
from .equivalents import with_equivalents
from .facet_sources import Option
from .facet_tokens import FIRST_KEY, first_key, last_key, read_token, token, token_of
from .facets import FACETS
from .index_query import Hit, IndexQuery, Scope
from .names import resolve_terms
from .query import TextQuery

#: Maximum number of items found, and counted by facet: a frequent word costs no more than a rare one.
MAX_RESULTS = 1000


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search: its text, options of facets, and a range of time. Ends of the range are part of it."""

    text: TextQuery
    options: tuple[Option, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The keys of the items found, the best first, and the number of them that have each value of each facet.

    Values are keys of rows, years, or the `text_key()` of texts. `is_more` is set if more than `MAX_RESULTS` match.
    """

    items: tuple[int, ...] = ()
    counts: dict[str, Counter[int | str]] = field(default_factory=dict)
    is_more: bool = False


def find(request: SearchRequest) -> SearchResult:
    """Return the items that match best.

    Those with all words in a row in the title come first, then all in the title, all in title, summary and names, and
    all anywhere; among equals, the newest.
    """
    hits: dict[int, Hit] = {}
    for query, scope in _tiers(index_query_of(request)):
        for hit in backend().newest(query, scope, MAX_RESULTS + 1):
            hits.setdefault(hit.item, hit)
        if len(hits) > MAX_RESULTS:
            break
    best = list(hits.values())[:MAX_RESULTS]
    return SearchResult(tuple(hit.item for hit in best), _counts(best), is_more=len(hits) > MAX_RESULTS)


def find_newest(request: SearchRequest, limit: int = MAX_RESULTS + 1) -> list[int]:
    """Return the keys of the items that match, the newest first."""
    return [hit.item for hit in backend().newest(index_query_of(request), Scope.ANYWHERE, limit)]


def _tiers(query: IndexQuery) -> Iterator[tuple[IndexQuery, Scope]]:
    """Yield the queries to ask, the best matches first."""
    if len(query.required) > 1:
        yield query.as_phrase(), Scope.TITLE
    if query.required:
        yield query, Scope.TITLE
        yield query, Scope.HEAD
    yield query, Scope.ANYWHERE


def index_query_of(request: SearchRequest) -> IndexQuery:
    """Return the index query of a search; one query, for the names that have its words."""
    terms = resolve_terms(request.text.terms)
    now = timezone.now()
    return IndexQuery(
        required=tuple(resolved for resolved in terms if not resolved.term.is_excluded),
        excluded=tuple(resolved for resolved in terms if resolved.term.is_excluded),
        token_groups=tuple(_token_groups(request.options)),
        first=first_key(request.since) if request.since else FIRST_KEY,
        last=last_key(min(now, request.until or now)),
        now=now,
    )


def _token_groups(options: Sequence[Option]) -> Iterator[tuple[str, ...]]:
    """Yield groups of tokens, of each of which an item must have one."""
    alternatives: defaultdict[str, list[str]] = defaultdict(list)
    for option in options:
        if option.facet == "topic" and not option.is_unknown:
            yield tuple(token(option.facet, topic) for topic in with_equivalents(option.pk))
        elif FACETS[option.facet].many:
            yield (token_of(option),)
        else:
            alternatives[option.facet].append(token_of(option))
    yield from map(tuple, alternatives.values())


def _counts(hits: Iterable[Hit]) -> dict[str, Counter[int | str]]:
    counts: defaultdict[str, Counter[int | str]] = defaultdict(Counter)
    for text, number in Counter(text for hit in hits for text in hit.tokens.split()).items():
        if facet_value := read_token(text):
            facet, value = facet_value
            counts[facet][value] = number
    return dict(counts)
