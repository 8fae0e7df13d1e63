"""Parsing the text of a search box: `hospital "remote care" -covid tele*`. There are no invalid texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from curation.lib.web_urls import url_key

from .words import WORD, is_pair, words_of

#: Characters and words beyond these limits are ignored, which bounds the cost of a search.
MAX_LENGTH = 200
#: Maximum length of a text that is a link, as of a source link.
MAX_LINK_LENGTH = 2_000
MAX_WORDS = 16
#: A shorter prefix would match half of all words.
SHORTEST_PREFIX = 3
#: Ignored beside other words: every item has them.
FILLERS = frozenset(
    ["a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"]
)

QUOTES = str.maketrans("“”„‟«»", '""""""')
PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<loose>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several in a row, folded. With `is_prefix`, the last is the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_excluded: bool = False

    @property
    def is_filler(self) -> bool:
        return not self.is_excluded and not self.is_prefix and self.words[0] in FILLERS and len(self.words) == 1


@dataclass(frozen=True, slots=True)
class TextQuery:
    """The text of a search, normalised, and its terms; none where the text has no word."""

    text: str
    terms: tuple[Term, ...] = ()

    @property
    def link_key(self) -> str:
        return link_key(self.text)

    @property
    def required(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_excluded)

    def replace_words(self, words: dict[str, str]) -> str:
        """Return the text with some words replaced; keys and values are folded."""
        return WORD.sub(lambda found: words.get("".join(words_of(found[0])), found[0]), self.text)


def parse(text: str) -> TextQuery:
    """Parse a search text: `"…"` is a phrase (as is `covid-19`), `-…` excludes, `tele*` is a prefix.

    Quotes need not be closed, other signs only divide words, and words beyond the limits are ignored.
    """
    normalised = normalise_text(text)
    terms = tuple(_limit_words(_terms(normalised.translate(QUOTES))))
    return TextQuery(normalised, _without_fillers(terms))


def normalise_text(text: str) -> str:
    """Return a text with white space folded, without control characters, and at most `MAX_LENGTH` long.

    A link is at most `MAX_LINK_LENGTH` long.
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:MAX_LINK_LENGTH])
    folded = " ".join(printable.split())
    return folded if link_key(folded) else folded[:MAX_LENGTH].strip()


def link_key(text: str) -> str:
    """Return the `url_key()` of a text that is a link, "" for any other."""
    return "" if " " in text else url_key(text)


def _terms(text: str) -> Iterator[Term]:
    for part in PART.finditer(text):
        written = part["phrase"] if part["phrase"] is not None else part["loose"]
        words = tuple(words_of(written))
        if words:
            is_prefix = written.endswith("*") and len(words[-1]) >= SHORTEST_PREFIX
            is_whole = part["phrase"] is not None or bool(part["minus"])
            *others, last = [words] if is_whole else _split_runs(words)
            yield from map(Term, others)
            yield Term(last, is_prefix, is_excluded=bool(part["minus"]))


def _split_runs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield each pair of a run without spaces as a term: all are required, in any place. Other words stay together."""
    for is_run, found in groupby(words, is_pair):
        together = tuple(found)
        yield from ((word,) for word in together) if is_run else (together,)


def _limit_words(terms: Iterator[Term]) -> Iterator[Term]:
    left = MAX_WORDS
    for term in terms:
        if left:
            shortened = replace(term, words=term.words[:left])
            left -= len(shortened.words)
            yield shortened


def _without_fillers(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    others = tuple(term for term in terms if not term.is_filler)
    return others if any(not term.is_excluded for term in others) else terms
