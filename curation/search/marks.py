"""How the index writes down what an item is about, and when it is listed: short marks and sortable keys."""

from __future__ import annotations

from datetime import datetime

from curation.names import name_key

#: The facets of the index, and the letter that the marks of each begin with: `:t12` is topic 12, `:y2024` a year.
LETTERS = {
    "topic": "t",
    "vocabulary": "v",
    "offering": "o",
    "publisher": "p",
    "author": "a",
    "tag": "g",
    "kind": "k",
    "format": "f",
    "year": "y",
}
FACETS = {letter: facet for facet, letter in LETTERS.items()}
#: What every entry is marked with, for searches that only say what is not wanted.
EVERY = ":all"
#: Facets whose marks spell the key of a word, and not the number of a row.
SPELLED = ("kind", "format")

ID_BITS = 24
FIRST_KEY, LAST_KEY = -(1 << 62), 1 << 62


def mark(facet: str, value: int | str) -> str:
    """Return the mark of a facet's value: a row's number, a year, or a word. Nobody can type a colon into a search."""
    if facet in SPELLED:
        # The last digit keeps stemmers away.
        return f":{LETTERS[facet]}{name_key(str(value)).encode().hex()}0"
    return f":{LETTERS[facet]}{value}"


def read(written: str) -> tuple[str, int | str] | None:
    """Return facet and value of a mark as `mark()` takes them, `None` for `EVERY`."""
    facet = FACETS.get(written[1])
    if facet is None or written == EVERY:
        return None
    if facet in SPELLED:
        return facet, bytes.fromhex(written[2:-1]).decode()
    return facet, int(written[2:])


def key(moment: datetime, item: int) -> int:
    """Return a number that sorts entries by their time, to the second, and then by their item."""
    return (int(moment.timestamp()) << ID_BITS) + item % (1 << ID_BITS)


def first_key(moment: datetime) -> int:
    """Return the least key that an item of this second can have."""
    return key(moment, 0)


def last_key(moment: datetime) -> int:
    """Return the greatest key that an item of this second can have."""
    return key(moment, -1)
