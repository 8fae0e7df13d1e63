"""Excerpts of texts as HTML, with the words of a search marked and everything else escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .query import TextQuery
from .words import fold, is_pair, positions_of, stem

#: Length of an excerpt, and of its part before the first marked word, in characters.
LENGTH, BEFORE = 240, 60
#: Words are looked for in this many characters of a text.
SEARCHED_LENGTH = 30_000
NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class WordPosition:
    """A word of the search in a text: its start, its end, and the stem or prefix that it matches."""

    start: int
    end: int
    stem: str


class Marker:
    """Marks the words of a search in texts, in any inflection."""

    def __init__(self, query: TextQuery) -> None:
        words = [word for term in query.required for word in term.words]
        pairs = [word for word in words if is_pair(word)]
        self._pairs = [_any_of(_joined(pairs)), _any_of(pairs)] if pairs else []
        self._stems = {stem(word) for word in words}
        self._prefixes = tuple(term.words[-1] for term in query.required if term.is_prefix)
        self._initials = {word[0] for word in (*self._stems, *self._prefixes)}
        self._known: dict[str, str] = {}

    def marked(self, text: str) -> SafeString:
        """Return a text as HTML, with the words in `<mark>`."""
        return _html(text, 0, len(text), list(self._positions(text)))

    def snippet(self, text: str) -> SafeString:
        """Return the first excerpt with the greatest number of words as HTML; "" where the text has none of them."""
        positions = list(self._positions(text[:SEARCHED_LENGTH]))
        if not positions:
            return SafeString()
        first = max(positions, key=lambda position: len({other.stem for other in _near(positions, position)}))
        start = _start_of_word(text, first.start - BEFORE, first.start)
        return _html(text, start, _end_of_word(text, start + LENGTH), positions)

    def _positions(self, text: str) -> Iterator[WordPosition]:
        for start, end, word, letters in positions_of(text):
            if letters:
                yield from self._positions_in_run(word, letters)
            elif matched := self._match(word):
                yield WordPosition(start, end, matched)

    def _positions_in_run(self, run: str, letters: list[int]) -> Iterator[WordPosition]:
        """Yield the positions of pairs in a folded run; neighbours are joined.

        Where the run has pairs that were typed together, single pairs are not yielded. `letters` are the positions of
        the run's letters in the text.
        """
        last: WordPosition | None = None
        pattern = next((pattern for pattern in self._pairs if pattern.search(run)), NOTHING)
        for found in pattern.finditer(run):
            start, end = letters[found.start()], letters[found.start() + len(found[1]) - 1] + 1
            if last and start <= last.end:
                last = WordPosition(last.start, max(end, last.end), last.stem)
                continue
            if last:
                yield last
            last = WordPosition(start, end, found[1])
        if last:
            yield last

    def _match(self, word: str) -> str:
        """Return the stem or prefix of the search that a word has, or ""."""
        if word not in self._known:
            self._known[word] = self._compare(fold(word))
        return self._known[word]

    def _compare(self, folded: str) -> str:
        if folded[:1] not in self._initials:
            return ""
        stemmed = stem(folded)
        if stemmed in self._stems:
            return stemmed
        return next((prefix for prefix in self._prefixes if folded.startswith(prefix)), "")


def _joined(pairs: list[str]) -> list[str]:
    """Return the runs that were divided into overlapping pairs."""
    runs: list[str] = []
    for pair in pairs:
        if runs and len(pair) > 1 and runs[-1][-1] == pair[0]:
            runs[-1] += pair[1]
        else:
            runs.append(pair)
    return runs


def _any_of(parts: list[str]) -> re.Pattern[str]:
    """Return a pattern that finds parts, also overlapping ones: a match is empty, and group 1 is the part."""
    return re.compile(f"(?=({'|'.join(sorted(parts, key=len, reverse=True))}))")


def _near(positions: list[WordPosition], first: WordPosition) -> Iterator[WordPosition]:
    return (position for position in positions if first.start <= position.start < first.start + LENGTH - BEFORE)


def _start_of_word(text: str, position: int, last: int) -> int:
    """Return the start of the first whole word from a position on, at most `last`; 0 near the start of the text."""
    if position <= BEFORE:
        return 0
    return text.find(" ", position, last) + 1 or position


def _end_of_word(text: str, position: int) -> int:
    """Return the end of the last whole word before a position."""
    if position >= len(text):
        return len(text)
    end = text.rfind(" ", 0, position)
    return end if end > position - BEFORE else position


def _html(text: str, start: int, end: int, positions: list[WordPosition]) -> SafeString:
    """Return a part of a text as HTML with words marked, and an ellipsis in place of omitted text."""
    parts, done = ["… " if start else ""], start
    for position in positions:
        if start <= position.start and position.end <= end:
            marked = escape(text[position.start : position.end])
            parts += [escape(text[done : position.start]), "<mark>", marked, "</mark>"]
            done = position.end
    parts += [escape(text[done:end]), " …" if end < len(text) else ""]
    return mark_safe("".join(parts))  # noqa: S308  # every part of the text is escaped
