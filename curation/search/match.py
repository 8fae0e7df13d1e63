"""What a database is asked for, whichever it is, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from django.utils import timezone

from .marks import FIRST_KEY, LAST_KEY
from .names import Unit
from .query import Term

#: That an entry's item has not expired at a time, the value of which comes after this; both databases understand it.
NOT_EXPIRED = """item_id NOT IN (
    SELECT id FROM curation_curateditem WHERE status = 'published' AND expires_at <= %s
)"""


class Scope(Enum):
    """Where wanted words may stand: the less there is to a scope, the more a match in it is worth."""

    TITLE = "title"
    HEAD = "head"  # the title, the summary and the names of what the item is about
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class Match:
    """All that an entry must be: every wanted unit, no unwanted one, a mark of every group, its key in the range, and
    its item not expired by `now`.
    """

    wanted: tuple[Unit, ...] = ()
    unwanted: tuple[Unit, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    first: int = FIRST_KEY
    last: int = LAST_KEY
    now: datetime = field(default_factory=timezone.now)

    def in_a_row(self) -> Match:
        """Return the match of an entry that has all wanted words in a row, as they were typed."""
        words = tuple(word for unit in self.wanted for word in unit.term.words)
        return replace(self, wanted=(Unit(Term(words, self.wanted[-1].term.is_prefix)),))


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found: its item, and its marks as they are written down."""

    item: int
    marks: str


class Backend(Protocol):
    """What each database does in its own way."""

    def newest(self, match: Match, scope: Scope, limit: int) -> list[Hit]:
        """Return the newest entries that match with their wanted words in a scope."""

    def titled(self, words: Sequence[str], now: datetime, limit: int) -> list[int]:
        """Return the items of the newest entries by a time with all words in the title; the last is a prefix."""

    def similar(self, word: str, limit: int) -> list[str]:
        """Return words of titles and names that share most with one."""

    def verify(self) -> None:
        """Raise `DatabaseError` where the full-text index is not what the entries say."""
