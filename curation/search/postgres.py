"""Searches by `tsvector`, in one of two ways: along the newest entries, or by the GIN index.

The index knows which entries match, not which of them are new, and each costs a visit to its row: dear for what is
frequent. Going along the newest entries is dear for what is rare. Which of the two a search is cannot be told from
statistics (of words in a row there are none), so a few of the newest entries are looked at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from .marks import EVERY, last_key, mark, read
from .match import NOT_EXPIRED, Hit, Match, Scope
from .names import Unit
from .query import Term

#: SQL, and the values in it.
Condition = tuple[str, list[str]]
VECTORS = {Scope.TITLE: "title_vector", Scope.HEAD: "head_vector", Scope.ANYWHERE: "text_vector"}

#: So many of the newest entries are looked at first. What one in so many of them has is frequent: titles are stored
#: with the row and quickly compared, longer texts are not.
SAMPLE = 200
FREQUENT = {Scope.TITLE: 20, Scope.HEAD: 4, Scope.ANYWHERE: 4}
#: What is frequent is expected among so many times the entries that the sample promises.
FURTHER = 3
#: What is not, the index is asked for: in the newest year, in so many years, and then in all.
YEARS = 4

SAMPLED = f"""
SELECT item_id, facets, {{condition}} FROM curation_searchentry
WHERE key BETWEEN %s AND %s AND {NOT_EXPIRED} ORDER BY key DESC LIMIT %s
"""  # noqa: S608  # a condition of ours
ALONG = f"""
SELECT item_id, facets
FROM (SELECT * FROM curation_searchentry WHERE key BETWEEN %s AND %s ORDER BY key DESC LIMIT %s) AS newest
WHERE {{condition}} AND {NOT_EXPIRED} ORDER BY key DESC LIMIT %s
"""  # noqa: S608  # a condition of ours
# By an expression no index is sorted by: otherwise the planner may go along all entries.
INDEXED = f"""
SELECT item_id, facets FROM curation_searchentry
WHERE {{condition}} AND key BETWEEN %s AND %s AND {NOT_EXPIRED} ORDER BY key + 0 DESC LIMIT %s
"""  # noqa: S608  # a condition of ours
SIMILAR = """
SELECT word FROM curation_searchword WHERE word %% %s GROUP BY word ORDER BY word <-> %s LIMIT %s
"""
#: The share of three-letter parts that two words have in common where a slip of the hand lies between them.
LEAST_SIMILAR = 0.2


def newest(match: Match, scope: Scope, limit: int) -> list[Hit]:
    """Return the newest entries that match with their wanted words in a scope; in one to five queries."""
    condition, values = _condition(match, scope)
    sample = _rows(SAMPLED.format(condition=condition), *values, match.first, match.last, match.now, SAMPLE)
    hits = [Hit(item, marks) for item, marks, is_hit in sample if is_hit]
    if len(sample) < SAMPLE or len(hits) >= limit:
        return hits[:limit]
    if len(hits) * FREQUENT[scope] >= SAMPLE:
        window = FURTHER * limit * SAMPLE // len(hits)
        along = _hits(ALONG.format(condition=condition), match.first, match.last, window, *values, match.now, limit)
        if len(along) >= limit:
            return along
    return _newest_years(match, scope, limit, _year_of(sample[0][1]))


def titled(words: Sequence[str], now: datetime, limit: int) -> list[int]:
    terms = [Term((word,)) for word in words]
    terms[-1] = replace(terms[-1], is_prefix=True)
    match = Match(wanted=tuple(map(Unit, terms)), last=last_key(now), now=now)
    return [hit.item for hit in newest(match, Scope.TITLE, limit)]


def _newest_years(match: Match, scope: Scope, limit: int, newest: int) -> list[Hit]:
    """Ask the index for as few years as promise enough."""
    for count in (1, YEARS):
        years = tuple(mark("year", newest - past) for past in range(count))
        found = _indexed(replace(match, groups=(*match.groups, years)), scope, limit)
        if len(found) >= limit:
            return found
        if len(found) * YEARS < limit:
            break
    return _indexed(match, scope, limit)


def _indexed(match: Match, scope: Scope, limit: int) -> list[Hit]:
    condition, values = _condition(match, scope)
    return _hits(INDEXED.format(condition=condition), *values, match.first, match.last, match.now, limit)


def _year_of(facets: str) -> int:
    return next(int(value) for facet, value in filter(None, map(read, facets.split())) if facet == "year")


def similar(word: str, limit: int) -> list[str]:
    _rows("SELECT set_limit(%s)", LEAST_SIMILAR)
    return [found for (found,) in _rows(SIMILAR, word, word, limit)]


def verify() -> None:
    """Generated columns cannot be other than what they are made from."""


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _hits(sql: str, *values: Any) -> list[Hit]:
    return [Hit(*row) for row in _rows(sql, *values)]


def _condition(match: Match, scope: Scope) -> Condition:
    """Return what an entry must be."""
    return _joined(" AND ", list(_conditions(match, scope)))


def _conditions(match: Match, scope: Scope) -> Iterator[Condition]:
    """Yield what an entry must be. Marks are in the head's vector and in the whole text's.

    What is not wanted is said of one vector together with what is: so the index alone tells, and no text is fetched.
    """
    wanted = [_unit(unit, scope) for unit in match.wanted]
    groups = [_any_mark(group) for group in match.groups]
    if scope is Scope.ANYWHERE:
        unwanted = [_none_of(match.unwanted)] if match.unwanted else []
        yield _compared(scope, [*(wanted + groups or [_any_mark([EVERY])]), *unwanted])
        return
    yield _compared(scope, wanted)
    if groups:
        yield _compared(Scope.HEAD, groups)
    if match.unwanted:
        yield from _conditions(match, Scope.ANYWHERE)


def _none_of(units: Iterable[Unit]) -> Condition:
    text, values = _joined(" || ", [_unit(unit, Scope.ANYWHERE) for unit in units])
    return f"!!({text})", values


def _compared(scope: Scope, queries: Sequence[Condition]) -> Condition:
    text, values = _joined(" && ", queries)
    return f"{VECTORS[scope]} @@ ({text})", values


def _joined(operator: str, queries: Sequence[Condition]) -> Condition:
    texts, values = zip(*queries, strict=True)
    return operator.join(texts), [value for some in values for value in some]


def _unit(unit: Unit, scope: Scope) -> Condition:
    text, values = "to_tsquery('curation_search', %s)", [_term(unit.term)]
    if scope is Scope.TITLE or not unit.marks:
        return text, values
    marks, more = _any_mark(unit.marks)
    return f"({text} || {marks})", [*values, *more]


def _any_mark(marks: Iterable[str]) -> Condition:
    return "%s::tsquery", [" | ".join(map(_quoted, marks))]


def _term(term: Term) -> str:
    return " <-> ".join(map(_quoted, term.words)) + (":*" if term.is_prefix else "")


def _quoted(word: str) -> str:
    """Return a folded word or a mark as it stands in a `tsquery`; neither has a quote or a backslash."""
    return f"'{word}'"
