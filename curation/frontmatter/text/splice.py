"""Shared by the editors of YAML, TOML and JSON: values to write, and lists that keep the text of old entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

from curation.frontmatter.values import Value

#: A value to write: a `Value`, or a number or boolean that is written as such.
Writable: TypeAlias = "str | int | bool | list[Writable] | dict[str, Writable] | None"

_COMMENT = re.compile(r"[ \t]*#[^\n]*")


def is_same_value(new: Writable | Value, old: Value) -> bool:
    """Return whether a value to write equals the one that was read. An empty list equals nothing."""
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() == old.keys() and all(is_same_value(value, old[key]) for key, value in new.items())
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(is_same_value, new, old))
    if isinstance(new, bool):
        return old == ("true" if new else "false")
    return (str(new) if isinstance(new, int) else None if new == [] else new) == old


def nest(names: Sequence[str], value: Writable) -> Writable:
    """Return a value inside mappings of one key each; the first of `names` is the outermost."""
    for name in reversed(names):
        value = {name: value}
    return value


def match_entries(old: Sequence[Value], new: Sequence[Writable]) -> list[int | None]:
    """Return for each new entry the index of an equal old one, each index once, or `None`."""
    free = list(range(len(old)))
    places: list[int | None] = []
    for value in new:
        place = next((place for place in free if is_same_value(value, old[place])), None)
        if place is not None:
            free.remove(place)
        places.append(place)
    return places


def splice_list(
    text: str,
    bounds: tuple[int, int],
    spans: Sequence[tuple[int, int]],
    places: Sequence[int | None],
    format_entry: Callable[[int], str],
) -> str:
    """Return the text between the brackets of a list with other entries.

    `bounds` are the positions inside the brackets, `spans` those of the old entries. `places` are indexes of old
    entries (`match_entries()`), and `format_entry(n)` returns the text of the new entry `n`. The text between entries
    (commas, line ends, comments) stays behind the entry that it followed.
    """
    between = [text[one[1] : other[0]] for one, other in pairwise(spans)]
    before, after = text[bounds[0] : spans[0][0]], text[spans[-1][1] : bounds[1]]
    usual = _COMMENT.sub("", between[0]) if between else f",{before}" if "\n" in before else ", "
    result = before
    for number, place in enumerate(places):
        result += format_entry(number) if place is None else text[slice(*spans[place])]
        if number < len(places) - 1:
            result += between[place] if place is not None and place < len(between) else usual
    return result + after
