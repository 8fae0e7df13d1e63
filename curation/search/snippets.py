"""Where a text says what was looked for: an excerpt with the words marked. Everything else is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .query import Query
from .words import fold, is_pair, places_of, stem

LENGTH = 240
#: So many characters before the first word found are shown, and so many characters of a text are looked at.
BEFORE, LOOKED_AT = 60, 30_000
NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word that was looked for stands in a text, and which it is."""

    start: int
    end: int
    stem: str


class Marker:
    """Finds the words of a search in texts, in any inflection."""

    def __init__(self, query: Query) -> None:
        words = [word for term in query.wanted for word in term.words]
        pairs = [word for word in words if is_pair(word)]
        self._pairs = [_any_of(_joined(pairs)), _any_of(pairs)] if pairs else []
        self._stems = {stem(word) for word in words}
        self._prefixes = tuple(term.words[-1] for term in query.wanted if term.is_prefix)
        self._initials = {word[0] for word in (*self._stems, *self._prefixes)}
        self._known: dict[str, str] = {}

    def marked(self, text: str) -> SafeString:
        """Return a text as HTML, with the words in `<mark>`."""
        return _html(text, 0, len(text), list(self._places(text)))

    def snippet(self, text: str) -> SafeString:
        """Return the excerpt with most of the words as HTML, the first of such; "" where the text has none of them."""
        places = list(self._places(text[:LOOKED_AT]))
        if not places:
            return SafeString()
        first = max(places, key=lambda place: len({other.stem for other in _near(places, place)}))
        start = _start_of_word(text, first.start - BEFORE, first.start)
        return _html(text, start, _end_of_word(text, start + LENGTH), places)

    def _places(self, text: str) -> Iterator[Place]:
        for start, end, word, letters in places_of(text):
            if letters:
                yield from self._places_in_run(word, letters)
            elif meant := self._meant(word):
                yield Place(start, end, meant)

    def _places_in_run(self, run: str, letters: list[int]) -> Iterator[Place]:
        """Yield where pairs stand in a folded run, neighbours together; single ones only where no longer part stands.

        `letters` are the places of the run's letters in the text.
        """
        last: Place | None = None
        pattern = next((pattern for pattern in self._pairs if pattern.search(run)), NOTHING)
        for found in pattern.finditer(run):
            start, end = letters[found.start()], letters[found.start() + len(found[1]) - 1] + 1
            if last and start <= last.end:
                last = Place(last.start, max(end, last.end), last.stem)
                continue
            if last:
                yield last
            last = Place(start, end, found[1])
        if last:
            yield last

    def _meant(self, word: str) -> str:
        """Return the stem or prefix of the search that a word is a form of, or ""."""
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
    """Return the runs that overlapping pairs were made of."""
    runs: list[str] = []
    for pair in pairs:
        if runs and len(pair) > 1 and runs[-1][-1] == pair[0]:
            runs[-1] += pair[1]
        else:
            runs.append(pair)
    return runs


def _any_of(parts: list[str]) -> re.Pattern[str]:
    """Return a pattern that finds parts, overlapping ones, too: it takes none of the text."""
    return re.compile(f"(?=({'|'.join(sorted(parts, key=len, reverse=True))}))")


def _near(places: list[Place], first: Place) -> Iterator[Place]:
    return (place for place in places if first.start <= place.start < first.start + LENGTH - BEFORE)


def _start_of_word(text: str, position: int, last: int) -> int:
    """Return where the first whole word from a position on begins, `last` at the latest; 0 near the text's start."""
    if position <= BEFORE:
        return 0
    return text.find(" ", position, last) + 1 or position


def _end_of_word(text: str, position: int) -> int:
    """Return where the last whole word before a position ends."""
    if position >= len(text):
        return len(text)
    end = text.rfind(" ", 0, position)
    return end if end > position - BEFORE else position


def _html(text: str, start: int, end: int, places: list[Place]) -> SafeString:
    """Return a part of a text as HTML with places marked, and an ellipsis where more of the text is left out."""
    parts, done = ["… " if start else ""], start
    for place in places:
        if start <= place.start and place.end <= end:
            parts += [escape(text[done : place.start]), "<mark>", escape(text[place.start : place.end]), "</mark>"]
            done = place.end
    parts += [escape(text[done:end]), " …" if end < len(text) else ""]
    return mark_safe("".join(parts))  # noqa: S308  # every part of the text is escaped
