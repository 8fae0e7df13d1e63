"""Searches by FTS5, whose rows are sorted by key: the newest matches come first, and the rest is never looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from .marks import last_key
from .match import NOT_EXPIRED, Hit, Match, Scope
from .names import Unit
from .query import Term

COLUMNS = {Scope.TITLE: "{title}", Scope.HEAD: "{title summary}", Scope.ANYWHERE: "{title summary body}"}

NEWEST = f"""
SELECT entry.item_id, entry.facets
FROM curation_searchtext AS text JOIN curation_searchentry AS entry ON entry.key = text.rowid
WHERE text.curation_searchtext MATCH %s AND text.rowid BETWEEN %s AND %s AND {NOT_EXPIRED}
ORDER BY text.rowid DESC LIMIT %s
"""  # noqa: S608  # a condition of ours
TITLED = f"""
SELECT entry.item_id
FROM curation_searchtitle AS title JOIN curation_searchentry AS entry ON entry.key = title.rowid
WHERE title.curation_searchtitle MATCH %s AND title.rowid <= %s AND {NOT_EXPIRED}
ORDER BY title.rowid DESC LIMIT %s
"""  # noqa: S608  # a condition of ours
SIMILAR = """
SELECT word FROM curation_searchtrigram WHERE curation_searchtrigram MATCH %s ORDER BY rank LIMIT %s
"""


def newest(match: Match, scope: Scope, limit: int) -> list[Hit]:
    return [
        Hit(*row) for row in _rows(NEWEST, expression(match, scope), match.first, match.last, _time(match.now), limit)
    ]


def titled(words: Sequence[str], now: datetime, limit: int) -> list[int]:
    expression = " AND ".join([*map(_quoted, words[:-1]), f"{_quoted(words[-1])} *"])
    return [item for (item,) in _rows(TITLED, expression, last_key(now), _time(now), limit)]


def similar(word: str, limit: int) -> list[str]:
    trigrams = dict.fromkeys(word[start : start + 3] for start in range(len(word) - 2))
    return [found for (found,) in _rows(SIMILAR, _any_of(map(_quoted, trigrams)), limit)] if trigrams else []


def verify() -> None:
    with connection.cursor() as cursor:
        for table in ("curation_searchtext", "curation_searchtitle", "curation_searchtrigram"):
            cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608


def _time(moment: datetime) -> Any:
    """Return a time as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(moment)


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def expression(match: Match, scope: Scope) -> str:
    """Return a match in FTS5's own words: https://sqlite.org/fts5.html#full_text_query_syntax."""
    wanted = [_unit(unit, scope) for unit in match.wanted]
    wanted += [f"facets : ({_any_of(map(_quoted, group))})" for group in match.groups]
    unwanted = [_unit(unit, Scope.ANYWHERE) for unit in match.unwanted]
    both = " AND ".join(wanted or ["facets : all"])
    return f"({both}) NOT ({_any_of(unwanted)})" if unwanted else both


def _unit(unit: Unit, scope: Scope) -> str:
    words = f"{COLUMNS[scope]} : {_term(unit.term)}"
    if scope is Scope.TITLE or not unit.marks:
        return f"({words})"
    return f"({words} OR facets : ({_any_of(map(_quoted, unit.marks))}))"


def _term(term: Term) -> str:
    return _quoted(" ".join(term.words)) + (" *" if term.is_prefix else "")


def _any_of(parts: Iterable[str]) -> str:
    return " OR ".join(parts)


def _quoted(words: str) -> str:
    """Return words as an FTS5 string: nothing in it is an operator."""
    return '"' + words.replace('"', '""') + '"'
