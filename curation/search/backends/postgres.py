"""Searching with `tsvector`, in one of two ways: by a scan of the newest entries, or by the GIN index.

The index has all matches without their order, and each costs a read of its row: slow for frequent matches. A scan of
the newest entries is slow for rare ones. Statistics do not show how frequent matches are (there are none for phrases),
so a sample of the newest entries is read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from curation.search.facet_tokens import EVERY, last_key, read_token, token
from curation.search.index_query import NOT_EXPIRED, Hit, IndexQuery, Scope
from curation.search.names import ResolvedTerm
from curation.search.query import Term

#: SQL, and the values of its parameters.
Condition = tuple[str, list[str]]
VECTORS = {Scope.TITLE: "title_vector", Scope.HEAD: "head_vector", Scope.ANYWHERE: "text_vector"}

#: Number of the newest entries in the sample. Matches are frequent where at least one in `FREQUENT` of these match:
#: titles are stored with the row and quickly compared, longer texts are not.
SAMPLE_ENTRIES = 200
FREQUENT = {Scope.TITLE: 20, Scope.HEAD: 4, Scope.ANYWHERE: 4}
#: Enough frequent matches are expected within this many times the number of entries that the sample predicts.
SCAN_FACTOR = 3
#: Rare matches come from the index: of the newest year, of this many years, and then of all.
YEARS = 4

SAMPLE_SQL = f"""
SELECT item_id, facets, key, {{condition}} FROM curation_searchentry
WHERE key BETWEEN %s AND %s AND {NOT_EXPIRED} ORDER BY key DESC LIMIT %s
"""  # noqa: S608  # a constant condition
SCAN_SQL = f"""
SELECT item_id, facets, key
FROM (SELECT * FROM curation_searchentry WHERE key BETWEEN %s AND %s ORDER BY key DESC LIMIT %s) AS newest
WHERE {{condition}} AND {NOT_EXPIRED} ORDER BY key DESC LIMIT %s
"""  # noqa: S608  # a constant condition
# Sorted by an expression that no index has: otherwise the planner may scan all entries.
INDEX_SQL = f"""
SELECT item_id, facets, key FROM curation_searchentry
WHERE {{condition}} AND key BETWEEN %s AND %s AND {NOT_EXPIRED} ORDER BY key + 0 DESC LIMIT %s
"""  # noqa: S608  # a constant condition
MATCHING_SQL = f"""
SELECT item_id FROM curation_searchentry WHERE {{condition}} AND key BETWEEN %s AND %s AND {NOT_EXPIRED}
"""  # noqa: S608  # a constant condition
SIMILAR_SQL = """
SELECT word FROM curation_searchword WHERE word %% %s GROUP BY word ORDER BY word <-> %s LIMIT %s
"""
#: The least share of trigrams that two similar words have in common.
LEAST_SIMILARITY = 0.2


def newest(query: IndexQuery, scope: Scope, limit: int) -> list[Hit]:
    """Return the newest entries that match a query with its required terms in a scope; in one to five queries."""
    condition, values = _condition(query, scope)
    sample = _rows(SAMPLE_SQL.format(condition=condition), *values, query.first, query.last, query.now, SAMPLE_ENTRIES)
    hits = [Hit(item, tokens, key) for item, tokens, key, is_hit in sample if is_hit]
    if len(sample) < SAMPLE_ENTRIES or len(hits) >= limit:
        return hits[:limit]
    if len(hits) * FREQUENT[scope] >= SAMPLE_ENTRIES:
        window = SCAN_FACTOR * limit * SAMPLE_ENTRIES // len(hits)
        sql = SCAN_SQL.format(condition=condition)
        scanned = _hits(sql, query.first, query.last, window, *values, query.now, limit)
        if len(scanned) >= limit:
            return scanned
    return _newest_years(query, scope, limit, _year_of(sample[0][1]))


def matching(query: IndexQuery) -> tuple[str, list[Any]]:
    condition, values = _condition(query, Scope.ANYWHERE)
    return MATCHING_SQL.format(condition=condition), [*values, query.first, query.last, query.now]


def count(queries: Sequence[IndexQuery], limit: int) -> list[int]:
    parts = list(map(matching, queries))
    counted = ", ".join(f"(SELECT count(*) FROM ({sql} LIMIT %s) AS part)" for sql, _values in parts)  # noqa: S608
    (numbers,) = _rows(f"SELECT {counted}", *(value for _sql, values in parts for value in (*values, limit)))
    return list(numbers)


def search_titles(words: Sequence[str], now: datetime, limit: int) -> list[int]:
    terms = [Term((word,)) for word in words]
    terms[-1] = replace(terms[-1], is_prefix=True)
    query = IndexQuery(required=tuple(map(ResolvedTerm, terms)), last=last_key(now), now=now)
    return [hit.item for hit in newest(query, Scope.TITLE, limit)]


def _newest_years(query: IndexQuery, scope: Scope, limit: int, newest: int) -> list[Hit]:
    """Ask the index for as few of the years until `newest` as have enough matches."""
    for count in (1, YEARS):
        years = tuple(token("year", newest - past) for past in range(count))
        found = _indexed(replace(query, token_groups=(*query.token_groups, years)), scope, limit)
        if len(found) >= limit:
            return found
        if len(found) * YEARS < limit:
            break
    return _indexed(query, scope, limit)


def _indexed(query: IndexQuery, scope: Scope, limit: int) -> list[Hit]:
    condition, values = _condition(query, scope)
    return _hits(INDEX_SQL.format(condition=condition), *values, query.first, query.last, query.now, limit)


def _year_of(tokens: str) -> int:
    facet_values = filter(None, map(read_token, tokens.split()))
    return next(int(value) for facet, value in facet_values if facet == "year")


def similar_words(word: str, limit: int) -> list[str]:
    _rows("SELECT set_limit(%s)", LEAST_SIMILARITY)
    return [found for (found,) in _rows(SIMILAR_SQL, word, word, limit)]


def check_index() -> None:
    """Do nothing: generated columns always agree with the entries."""


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _hits(sql: str, *values: Any) -> list[Hit]:
    return [Hit(*row) for row in _rows(sql, *values)]


def _condition(query: IndexQuery, scope: Scope) -> Condition:
    """Return the condition on an entry."""
    return _joined(" AND ", list(_conditions(query, scope)))


def _conditions(query: IndexQuery, scope: Scope) -> Iterator[Condition]:
    """Yield the conditions on an entry. Tokens are in the vector of the head and in that of the whole text.

    Excluded terms share a comparison with required ones, so that the index alone answers and no text is fetched.
    """
    required = [_resolved(term, scope) for term in query.required]
    groups = [_any_token(group) for group in query.token_groups]
    if scope is Scope.ANYWHERE:
        excluded = [_none_of(query.excluded)] if query.excluded else []
        yield _compared(scope, [*(required + groups or [_any_token([EVERY])]), *excluded])
        return
    yield _compared(scope, required)
    if groups:
        yield _compared(Scope.HEAD, groups)
    if query.excluded:
        yield from _conditions(query, Scope.ANYWHERE)


def _none_of(terms: Iterable[ResolvedTerm]) -> Condition:
    text, values = _joined(" || ", [_resolved(term, Scope.ANYWHERE) for term in terms])
    return f"!!({text})", values


def _compared(scope: Scope, queries: Sequence[Condition]) -> Condition:
    text, values = _joined(" && ", queries)
    return f"{VECTORS[scope]} @@ ({text})", values


def _joined(operator: str, queries: Sequence[Condition]) -> Condition:
    texts, values = zip(*queries, strict=True)
    return operator.join(texts), [value for some in values for value in some]


def _resolved(resolved: ResolvedTerm, scope: Scope) -> Condition:
    text, values = "to_tsquery('curation_search', %s)", [_term(resolved.term)]
    if scope is Scope.TITLE or not resolved.tokens:
        return text, values
    tokens, more = _any_token(resolved.tokens)
    return f"({text} || {tokens})", [*values, *more]


def _any_token(tokens: Iterable[str]) -> Condition:
    return "%s::tsquery", [" | ".join(map(_quoted, tokens))]


def _term(term: Term) -> str:
    return " <-> ".join(map(_quoted, term.words)) + (":*" if term.is_prefix else "")


def _quoted(word: str) -> str:
    """Return a folded word or a token as a `tsquery` has it; neither has a quote or a backslash."""
    return f"'{word}'"
