"""Tokens and keys of index entries: which options of facets an item has, and when it is listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .facet_sources import Option
from .facets import FACETS, FACETS_BY_LETTER

#: A token of every entry, for searches that only exclude.
EVERY = ":all"

ID_BITS = 24
FIRST_KEY, LAST_KEY = -(1 << 62), 1 << 62


def token(facet: str, value: Any) -> str:
    """Return the token of a facet's value: a row's key, a year, or a text.

    The letter of the facet and the encoded value follow a colon, which nobody can type into a search: `:t12` is topic
    12, `:y2024` a year.
    """
    return f":{FACETS[facet].letter}{FACETS[facet].source.encode(value)}"


def token_of(option: Option) -> str:
    return token(option.facet, option.pk or option.value)


def read_token(text: str) -> tuple[str, int | str] | None:
    """Return facet and value of a token as `token()` takes them.

    `None` for `EVERY`, and for a token of a facet that was removed.
    """
    facet = FACETS_BY_LETTER.get(text[1])
    if facet is None or text == EVERY:
        return None
    return facet.name, facet.source.decode(text[2:])


def key(moment: datetime, item: int) -> int:
    """Return a number that sorts entries by their time, in whole seconds, and then by their item."""
    return (int(moment.timestamp()) << ID_BITS) + item % (1 << ID_BITS)


def first_key(moment: datetime) -> int:
    """Return the least key of any item at a second."""
    return key(moment, 0)


def last_key(moment: datetime) -> int:
    """Return the greatest key of any item at a second."""
    return key(moment, -1)
