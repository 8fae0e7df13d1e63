"""Tokens and keys of index entries: which options of facets an item has, and when it is listed.

Items that readers do not see have keys in a range of their own, from `FIRST_DESK_KEY` on: readers' searches
read the keys from `FIRST_KEY` on, and the desk's (`desk.py`) both ranges.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .facet_sources import Option
from .facets import FACETS, FACETS_BY_LETTER

#: A token of every entry, for searches that only exclude.
EVERY = ":all"

ID_BITS = 24
#: All times of the calendar are within these: the year 1 is before -2^60, and the year 9999 ends before 2^62.
FIRST_KEY, LAST_KEY = -(1 << 60), 1 << 62
#: The distance of the key of an item that readers do not see from that of a published one of the same time.
DESK_OFFSET = 3 << 61
FIRST_DESK_KEY = FIRST_KEY - DESK_OFFSET

#: What begins the tokens of a status and of a gap, and that of the user who made an item: no letter of a facet.
_DESK, _MADE_BY = "0", "1"


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

    `None` for `EVERY`, for a token of the desk, and for one of a facet that was removed.
    """
    facet = FACETS_BY_LETTER.get(text[1])
    if facet is None or text == EVERY:
        return None
    return facet.name, facet.source.decode(text[2:])


def status_token(status: str) -> str:
    # The digit at the end keeps stemmers away.
    return f":{_DESK}{status}0"


def gap_token(code: str) -> str:
    """Return the token of a gap of `models.gaps`."""
    return f":{_DESK}{code.replace('-', '')}0"


def made_by_token(user_id: int) -> str:
    return f":{_MADE_BY}{user_id}"


def key(moment: datetime, item: int) -> int:
    """Return a number that sorts entries by their time, in whole seconds, and then by their item."""
    return (int(moment.timestamp()) << ID_BITS) + item % (1 << ID_BITS)


def first_key(moment: datetime) -> int:
    """Return the least key of any item at a second."""
    return key(moment, 0)


def last_key(moment: datetime) -> int:
    """Return the greatest key of any item at a second."""
    return key(moment, -1)
