"""What was typed into a search box, read: `hospital "remote care" -covid tele*`. Any text means something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from .words import WORD, is_pair, words_of

#: What is typed beyond these limits does not count: they bound what a search costs.
MAX_LENGTH = 200
MAX_WORDS = 16
#: A prefix of fewer letters would be half of all words.
SHORTEST_PREFIX = 3
#: Left out where something else was typed beside them: they are in every story.
FILLERS = frozenset(
    ["a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"]
)

QUOTES = str.maketrans("“”„‟«»", '""""""')
PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<loose>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row, folded; mostly one. Of a prefix, the last is the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_excluded: bool = False

    @property
    def is_filler(self) -> bool:
        return not self.is_excluded and not self.is_prefix and self.words[0] in FILLERS and len(self.words) == 1


@dataclass(frozen=True, slots=True)
class Query:
    """A search as typed, tidied, and the terms that are meant by it; none where there is no word in it."""

    text: str
    terms: tuple[Term, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_excluded)

    def replacing(self, words: dict[str, str]) -> str:
        """Return the text with some of its words written otherwise, both folded."""
        return WORD.sub(lambda found: words.get("".join(words_of(found[0])), found[0]), self.text)


def parse(text: str) -> Query:
    """Read a search. `"…"` is words in a row (as is `covid-19`), `-…` what must not be there, `tele*` a beginning.

    Quotes need not be closed, signs that mean nothing here only divide words, and what is beyond the limits is left
    out, so that there is no wrong search.
    """
    tidy = tidied(text)
    terms = tuple(_within_limit(_terms(tidy.translate(QUOTES))))
    return Query(tidy, _without_fillers(terms))


def tidied(text: str) -> str:
    """Return what was typed with its white space folded and no control characters, cut where the limit is."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * MAX_LENGTH])
    return " ".join(printable.split())[:MAX_LENGTH].strip()


def _terms(text: str) -> Iterator[Term]:
    for part in PART.finditer(text):
        written = part["phrase"] if part["phrase"] is not None else part["loose"]
        words = tuple(words_of(written))
        if words:
            is_prefix = written.endswith("*") and len(words[-1]) >= SHORTEST_PREFIX
            is_whole = part["phrase"] is not None or bool(part["minus"])
            *others, last = [words] if is_whole else _apart(words)
            yield from map(Term, others)
            yield Term(last, is_prefix, is_excluded=bool(part["minus"]))


def _apart(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the pairs of a run without spaces one by one: all must be there, wherever. Other words stay in a row."""
    for is_run, found in groupby(words, is_pair):
        together = tuple(found)
        yield from ((word,) for word in together) if is_run else (together,)


def _within_limit(terms: Iterator[Term]) -> Iterator[Term]:
    left = MAX_WORDS
    for term in terms:
        if left:
            kept = replace(term, words=term.words[:left])
            left -= len(kept.words)
            yield kept


def _without_fillers(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    kept = tuple(term for term in terms if not term.is_filler)
    return kept if any(not term.is_excluded for term in kept) else terms
