"""Two versions of a text side by side, with `<del>` and `<ins>` around the words that differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from curation.admin_site.times import zoned_time_text
from curation.importing.history.diff import FieldChange
from curation.items.record import COLUMNS
from curation.models import CuratedItem

#: Fields that are times.
TIMES = frozenset(["published_at", "expires_at", "modified_at"])
Words = Sequence[str]
Keys = Sequence[Hashable]

#: Maximum number of word pairs (words of one text times words of the other) that are compared.
MAX_PAIRS = 9_000_000
#: Characters that are shown at both ends of a long stretch without difference.
CONTEXT_CHARS = 300
#: Maximum number of characters that are shown of a version.
MAX_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class MarkedChange:
    """The two versions of a field as HTML, with the differences marked."""

    label: str
    before: SafeString
    after: SafeString


def mark_change(change: FieldChange) -> MarkedChange:
    before, after = (in_words(change.field, text) for text in (change.before, change.after))
    return MarkedChange(field_label(change.field), *mark_differences(before, after))


def in_words(field: str, text: str) -> str:
    """Return a value of `as_text()`, a time in the active zone."""
    return zoned_time_text(datetime.fromisoformat(text)) if field in TIMES and text else text


def field_label(field: str) -> str:
    """Return the label of a record's field, as on the item form."""
    column = COLUMNS.get(field)
    name = CuratedItem._meta.get_field(column).verbose_name if column else field.replace("_", " ")  # type: ignore[union-attr]
    return capfirst(str(name))


def mark_differences(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return two texts as HTML, with `<del>` around words of the first alone and `<ins>` around those of the second."""
    pieces = _pieces(before, after)
    return (
        _render("del", [(is_same, text) for is_same, text, _ in pieces]),
        _render("ins", [(is_same, text) for is_same, _, text in pieces]),
    )


def mark_in_one(before: str, after: str) -> SafeString:
    """Return two texts in one, as HTML: `<del>` around words of the first alone, `<ins>` around those of the second."""
    rendered: list[SafeString | str] = []
    left = MAX_CHARS
    for is_same, old, new in _pieces(before, after):
        # The two stand one after the other: the last word of the first needs a space as well.
        parts = (("", _spaced(new, old)),) if is_same else (("del", _spaced(old, old and new and " ")), ("ins", new))
        for tag, whole in parts:
            text = (whole if tag else _shortened(whole))[: max(left, 0)]
            left -= len(text)
            if text:
                rendered.append(_mark(tag, text) if tag else text)
    return format_html_join("", "{}", ((piece,) for piece in [*rendered, "" if left > 0 else "…"]))


def _spaced(text: str, other: str) -> str:
    """Return a text with a space at its end if the other one has white space there."""
    return text if text[-1:].isspace() or not other[-1:].isspace() else f"{text} "


def _pieces(before: str, after: str) -> list[tuple[bool, str, str]]:
    """Return the matching pieces of two texts, and whether they are the same."""
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    pieces = list(_compare(old, new, str.split))
    if all(is_same for is_same, _, _ in pieces):  # they differ in white space alone
        pieces = list(_compare(old, new, str))
    return pieces


def _compare(old: Words, new: Words, key: Callable[[str], Any]) -> Iterator[tuple[bool, str, str]]:
    """Yield matching pieces of both texts, and whether they are the same by the keys of their words."""
    old_keys, new_keys = [tuple(key(word)) for word in old], [tuple(key(word)) for word in new]
    start = _common_length(old_keys, new_keys)
    end = _common_length(old_keys[start:][::-1], new_keys[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    yield True, "".join(old[:start]), "".join(new[:start])
    for is_same, i, j, k, m in _compare_middle(old_keys[start:old_end], new_keys[start:new_end]):
        yield is_same, "".join(old[start + i : start + j]), "".join(new[start + k : start + m])
    yield True, "".join(old[old_end:]), "".join(new[new_end:])


def _compare_middle(old: Keys, new: Keys) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield whether words are the same, with their start and end in both sequences."""
    if len(old) * len(new) > MAX_PAIRS:
        yield False, 0, len(old), 0, len(new)
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        yield tag == "equal", i, j, k, m


def _common_length(first: Keys, second: Keys) -> int:
    """Return the length of the common prefix of two sequences."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(first), len(second)))


def _render(tag: str, pieces: Sequence[tuple[bool, str]]) -> SafeString:
    left = MAX_CHARS
    rendered: list[SafeString | str] = []
    for is_same, whole in pieces:
        text = (_shortened(whole) if is_same else whole)[:left]
        left -= len(text)
        if text:
            rendered.append(text if is_same else _mark(tag, text))
    return format_html_join("", "{}", ((piece,) for piece in [*rendered, "" if left else "…"]))


def _mark(tag: str, text: str) -> SafeString:
    """Return a text in a tag, without the space after its last word; space alone is marked whole."""
    words = text.rstrip() or text
    return format_html("<{0}>{1}</{0}>{2}", mark_safe(tag), words, text[len(words) :])  # noqa: S308  # one of two words


def _shortened(text: str) -> str:
    if len(text) <= 3 * CONTEXT_CHARS:
        return text
    return f"{text[:CONTEXT_CHARS]} […] {text[-CONTEXT_CHARS:]}"
