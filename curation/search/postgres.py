"""Searches by `tsvector`: the planner walks the newest entries where words are common, the GIN index elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from .match import Hit, Match, Scope
from .names import Unit
from .query import Term

#: SQL, and the values in it.
Condition = tuple[str, list[str]]
VECTORS = {Scope.TITLE: "title_vector", Scope.HEAD: "head_vector", Scope.ANYWHERE: "text_vector"}

NEWEST = """
SELECT item_id, facets FROM curation_searchentry
WHERE {conditions} AND key BETWEEN %s AND %s ORDER BY key DESC LIMIT %s
"""
TITLED = """
SELECT item_id FROM curation_searchentry
WHERE title_vector @@ to_tsquery('curation_search', %s) AND key <= %s ORDER BY key DESC LIMIT %s
"""
SIMILAR = """
SELECT word FROM curation_searchword WHERE word %% %s GROUP BY word ORDER BY word <-> %s LIMIT %s
"""
#: The share of three-letter parts that two words have in common where a slip of the hand lies between them.
LEAST_SIMILAR = 0.2


def newest(match: Match, scope: Scope, limit: int) -> list[Hit]:
    conditions = list(_conditions(match, scope))
    sql = NEWEST.format(conditions=" AND ".join(["TRUE", *(text for text, _ in conditions)]))
    values = [value for _, values in conditions for value in values]
    return [Hit(*row) for row in _rows(sql, *values, match.first, match.last, limit)]


def titled(words: Sequence[str], last: int, limit: int) -> list[int]:
    query = " & ".join([*map(_quoted, words[:-1]), f"{_quoted(words[-1])}:*"])
    return [item for (item,) in _rows(TITLED, query, last, limit)]


def similar(word: str, limit: int) -> list[str]:
    _rows("SELECT set_limit(%s)", LEAST_SIMILAR)
    return [found for (found,) in _rows(SIMILAR, word, word, limit)]


def verify() -> None:
    """Generated columns cannot be other than what they are made from."""


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _conditions(match: Match, scope: Scope) -> Iterator[Condition]:
    """Yield what an entry must be, as SQL and its values. Marks are in the head's vector and in the whole text's."""
    if match.wanted:
        yield _compared(VECTORS[scope], " && ", (_unit(unit, scope) for unit in match.wanted))
    if match.groups:
        yield _compared("head_vector", " && ", map(_any_mark, match.groups))
    if match.unwanted:
        text, values = _compared("text_vector", " || ", (_unit(unit, Scope.ANYWHERE) for unit in match.unwanted))
        yield f"NOT {text}", values


def _compared(vector: str, operator: str, queries: Iterable[Condition]) -> Condition:
    texts, values = zip(*queries, strict=True)
    return f"{vector} @@ ({operator.join(texts)})", [value for some in values for value in some]


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
