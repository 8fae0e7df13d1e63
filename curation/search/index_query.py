"""The interface of the two search backends: query and hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from django.utils import timezone

from .facet_tokens import FIRST_KEY, LAST_KEY
from .names import ResolvedTerm
from .query import Term

#: SQL of both databases: an entry's item has not expired at the time that is the parameter.
NOT_EXPIRED = """item_id NOT IN (
    SELECT id FROM curation_curateditem WHERE status = 'published' AND expires_at <= %s
)"""


#: A time at which no item has expired.
BEGINNING = datetime.min.replace(tzinfo=UTC)


class Scope(Enum):
    """The fields that required terms are looked for in. The smaller the scope, the better the match."""

    TITLE = "title"
    HEAD = "head"  # title, summary, and names of rows
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """The conditions on an entry: every required term, no excluded term, a token of every group, a key from `first` to
    `last`, and an item that has not expired at `now`; `BEGINNING` finds expired items, too.
    """

    required: tuple[ResolvedTerm, ...] = ()
    excluded: tuple[ResolvedTerm, ...] = ()
    token_groups: tuple[tuple[str, ...], ...] = ()
    first: int = FIRST_KEY
    last: int = LAST_KEY
    now: datetime = field(default_factory=timezone.now)

    def as_phrase(self) -> IndexQuery:
        """Return the query for all required words in a row, as they were typed."""
        words = tuple(word for resolved in self.required for word in resolved.term.words)
        return replace(self, required=(ResolvedTerm(Term(words, self.required[-1].term.is_prefix)),))


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found: the ID of its item, its tokens, separated by spaces, and its key."""

    item: int
    tokens: str
    key: int


class Backend(Protocol):
    """The operations that each database does in its own SQL."""

    def newest(self, query: IndexQuery, scope: Scope, limit: int) -> list[Hit]:
        """Return the newest entries that match a query with its required terms in a scope."""

    def matching(self, query: IndexQuery) -> tuple[str, list[Any]]:
        """Return a subquery, SQL and parameters, for the IDs of all items that match a query anywhere."""

    def count(self, queries: Sequence[IndexQuery], limit: int) -> list[int]:
        """Return the number of entries that match each query anywhere, at most `limit`; in one statement."""

    def search_titles(self, words: Sequence[str], now: datetime, limit: int) -> list[int]:
        """Return the items with all words in the title, the newest until `now` first; the last word is a prefix."""

    def similar_words(self, word: str, limit: int) -> list[str]:
        """Return the words of titles and names that are most like a word."""

    def check_index(self) -> None:
        """Raise `DatabaseError` where the full-text index differs from the entries."""
