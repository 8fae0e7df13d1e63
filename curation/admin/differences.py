"""Two versions of a text side by side, what differs marked so that eyes and screen readers notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from curation.importing.changes import Change
from curation.models import CuratedItem
from curation.snapshot import COLUMNS

Words = Sequence[str]
Keys = Sequence[Hashable]

#: Texts are compared word by word unless that takes long: words of one times words of the other.
MAX_PAIRS = 9_000_000
#: Of a longer stretch that both have, the ends are shown, in characters; and of a version, at most so many.
CONTEXT, MAX_SHOWN = 300, 20_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A field's two versions as HTML."""

    label: str
    before: SafeString
    after: SafeString


def difference(change: Change) -> Difference:
    return Difference(label(change.field), *marked(change.before, change.after))


def label(field: str) -> str:
    """Return what editors call a field of a record."""
    column = COLUMNS.get(field)
    name = CuratedItem._meta.get_field(column).verbose_name if column else field.replace("_", " ")  # type: ignore[union-attr]
    return capfirst(str(name))


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return two texts as HTML, with `<del>` around what the first alone has, and `<ins>` in the second."""
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    pieces = list(_compare(old, new, str.split))
    if all(same for same, _, _ in pieces):  # they differ in nothing but space
        pieces = list(_compare(old, new, str))
    return _render("del", [(same, one) for same, one, _ in pieces]), _render("ins", [(s, two) for s, _, two in pieces])


def _compare(old: Words, new: Words, key: Callable[[str], Any]) -> Iterator[tuple[bool, str, str]]:
    """Yield pieces of both texts: whether they are the same by the keys of their words, and what they are."""
    ours, theirs = [tuple(key(word)) for word in old], [tuple(key(word)) for word in new]
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    last, stop = len(old) - end, len(new) - end
    yield True, "".join(old[:start]), "".join(new[:start])
    for same, i, j, k, m in _compare_middle(ours[start:last], theirs[start:stop]):
        yield same, "".join(old[start + i : start + j]), "".join(new[start + k : start + m])
    yield True, "".join(old[last:]), "".join(new[stop:])


def _compare_middle(ours: Keys, theirs: Keys) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield which words of one stand for which of the other."""
    if len(ours) * len(theirs) > MAX_PAIRS:
        yield False, 0, len(ours), 0, len(theirs)
        return
    for kind, first, last, begin, end in SequenceMatcher(None, ours, theirs).get_opcodes():
        yield kind == "equal", first, last, begin, end


def _common(ours: Keys, theirs: Keys) -> int:
    """Return how many words both begin with."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _render(tag: str, pieces: Sequence[tuple[bool, str]]) -> SafeString:
    left = MAX_SHOWN
    shown: list[SafeString | str] = []
    for same, whole in pieces:
        text = (_shortened(whole) if same else whole)[:left]
        left -= len(text)
        if text:
            shown.append(text if same else _mark(tag, text))
    return format_html_join("", "{}", ((piece,) for piece in [*shown, "" if left else "…"]))


def _mark(tag: str, text: str) -> SafeString:
    """Return text in a tag; the space that follows a word is marked where it is all that differs."""
    words = text.rstrip() or text
    return format_html("<{0}>{1}</{0}>{2}", mark_safe(tag), words, text[len(words) :])  # noqa: S308  # one of two words


def _shortened(text: str) -> str:
    return text if len(text) <= 3 * CONTEXT else f"{text[:CONTEXT]} […] {text[-CONTEXT:]}"
