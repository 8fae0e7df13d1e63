"""Rows that addresses and forms name by their IDs, and the words about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.template.defaultfilters import pluralize

#: Maximum number of rows that one page works on.
MAX_ROWS = 50
#: Database IDs have at most this many digits. SQLite takes no integers of over 64 bits.
MAX_ID_DIGITS = 18


def ids_in(data: QueryDict, name: str = "id") -> list[int]:
    """Return the IDs among the values of a parameter, each once and at most `MAX_ROWS`."""
    values = (text for text in data.getlist(name) if text.isascii() and text.isdecimal() and len(text) <= MAX_ID_DIGITS)
    return list(dict.fromkeys(map(int, values)))[:MAX_ROWS]


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with a noun: “1 topic”, “1,234 topics”."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}{pluralize(number)}'}"


def listed(rows: Iterable[Any]) -> str:
    """Return the names of rows in quotation marks: “a”, “b” and “c”."""
    names = [f"“{row}”" for row in rows]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
