"""Searching with FTS5. Its rows are sorted by key, so the newest matches come first and the others are not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from curation.search.facet_tokens import FIRST_KEY, last_key
from curation.search.index_query import NOT_EXPIRED, Hit, IndexQuery, Scope
from curation.search.names import ResolvedTerm
from curation.search.query import Term

COLUMNS = {Scope.TITLE: "{title}", Scope.HEAD: "{title summary}", Scope.ANYWHERE: "{title summary body}"}

NEWEST = f"""
SELECT entry.item_id, entry.facets, entry.key
FROM curation_searchtext AS text JOIN curation_searchentry AS entry ON entry.key = text.rowid
WHERE text.curation_searchtext MATCH %s AND text.rowid BETWEEN %s AND %s AND {NOT_EXPIRED}
ORDER BY text.rowid DESC LIMIT %s
"""  # noqa: S608  # a constant condition
MATCHING = f"""
SELECT entry.item_id
FROM curation_searchtext AS text JOIN curation_searchentry AS entry ON entry.key = text.rowid
WHERE text.curation_searchtext MATCH %s AND text.rowid BETWEEN %s AND %s AND {NOT_EXPIRED}
"""  # noqa: S608  # a constant condition
BY_TITLE = f"""
SELECT entry.item_id
FROM curation_searchtitle AS title JOIN curation_searchentry AS entry ON entry.key = title.rowid
WHERE title.curation_searchtitle MATCH %s AND title.rowid BETWEEN %s AND %s AND {NOT_EXPIRED}
ORDER BY title.rowid DESC LIMIT %s
"""  # noqa: S608  # a constant condition
SIMILAR = """
SELECT word FROM curation_searchtrigram WHERE curation_searchtrigram MATCH %s ORDER BY rank LIMIT %s
"""


def newest(query: IndexQuery, scope: Scope, limit: int) -> list[Hit]:
    return [Hit(*row) for row in _rows(NEWEST, *_values(query, scope), limit)]


def matching(query: IndexQuery) -> tuple[str, list[Any]]:
    return MATCHING, _values(query, Scope.ANYWHERE)


def count(queries: Sequence[IndexQuery], limit: int) -> list[int]:
    parts = [_values(query, Scope.ANYWHERE) for query in queries]
    counted = ", ".join([f"(SELECT count(*) FROM ({MATCHING} LIMIT %s))"] * len(parts))  # noqa: S608  # constant
    (numbers,) = _rows(f"SELECT {counted}", *(value for values in parts for value in (*values, limit)))
    return list(numbers)


def _values(query: IndexQuery, scope: Scope) -> list[Any]:
    return [match_expression(query, scope), query.first, query.last, _time(query.now)]


def search_titles(words: Sequence[str], now: datetime, limit: int) -> list[int]:
    match = " AND ".join([*map(_quoted, words[:-1]), f"{_quoted(words[-1])} *"])
    return [item for (item,) in _rows(BY_TITLE, match, FIRST_KEY, last_key(now), _time(now), limit)]


def similar_words(word: str, limit: int) -> list[str]:
    trigrams = dict.fromkeys(word[start : start + 3] for start in range(len(word) - 2))
    return [found for (found,) in _rows(SIMILAR, _any_of(map(_quoted, trigrams)), limit)] if trigrams else []


def check_index() -> None:
    with connection.cursor() as cursor:
        for table in ("curation_searchtext", "curation_searchtitle", "curation_searchtrigram"):
            cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608


def _time(moment: datetime) -> Any:
    """Return a time in the form that the database stores."""
    return connection.ops.adapt_datetimefield_value(moment)


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def match_expression(query: IndexQuery, scope: Scope) -> str:
    """Return a query in the syntax of FTS5: https://sqlite.org/fts5.html#full_text_query_syntax."""
    required = [_resolved(term, scope) for term in query.required]
    required += [f"facets : ({_any_of(map(_quoted, group))})" for group in query.token_groups]
    excluded = [_resolved(term, Scope.ANYWHERE) for term in query.excluded]
    all_required = " AND ".join(required or ["facets : all"])
    return f"({all_required}) NOT ({_any_of(excluded)})" if excluded else all_required


def _resolved(resolved: ResolvedTerm, scope: Scope) -> str:
    words = f"{COLUMNS[scope]} : {_term(resolved.term)}"
    if scope is Scope.TITLE or not resolved.tokens:
        return f"({words})"
    return f"({words} OR facets : ({_any_of(map(_quoted, resolved.tokens))}))"


def _term(term: Term) -> str:
    return _quoted(" ".join(term.words)) + (" *" if term.is_prefix else "")


def _any_of(parts: Iterable[str]) -> str:
    return " OR ".join(parts)


def _quoted(words: str) -> str:
    """Return words as an FTS5 string, in which there are no operators."""
    return '"' + words.replace('"', '""') + '"'
