"""Where a text says what was looked for: an excerpt with the words marked. Everything else is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .query import Query
from .words import WORD, fold, stem

LENGTH = 240
#: So many characters before the first word found are shown, and so many characters of a text are looked at.
BEFORE, LOOKED_AT = 60, 30_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word that was looked for stands in a text, and which it is."""

    start: int
    end: int
    stem: str


class Marker:
    """Finds the words of a search in texts, in any inflection."""

    def __init__(self, query: Query) -> None:
        self._stems = {stem(word) for term in query.wanted for word in term.words}
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
        start = _start_of_word(text, first.start - BEFORE)
        return _html(text, start, _end_of_word(text, start + LENGTH), places)

    def _places(self, text: str) -> Iterator[Place]:
        for found in WORD.finditer(text):
            if meant := self._meant(found[0]):
                yield Place(found.start(), found.end(), meant)

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


def _near(places: list[Place], first: Place) -> Iterator[Place]:
    return (place for place in places if first.start <= place.start < first.start + LENGTH - BEFORE)


def _start_of_word(text: str, position: int) -> int:
    """Return where the first whole word from a position on begins; 0 near the start of the text."""
    if position <= BEFORE:
        return 0
    return text.find(" ", position) + 1 or position


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
