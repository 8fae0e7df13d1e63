"""What a search box proposes while a reader types: topics, offerings and titles with a word that begins like this."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from curation.models import CuratedItem, Offering, Topic, with_published_items

from .backends import backend
from .marks import LETTERS
from .names import named
from .query import MAX_WORDS, Term, tidied
from .words import is_pair, words_of

SHORTEST = 2
TITLES, NAMES = 6, 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    kind: str
    text: str
    url: str


def suggestions(text: str) -> list[Suggestion]:
    """Return what a reader may be typing, in at most nine queries: by all words typed, but for a last one that has no
    second letter yet. Nothing where no other is left.
    """
    words = tuple(words_of(tidied(text))[:MAX_WORDS])
    if words and _is_short(words[-1]):
        words = words[:-1]
    if not words or _is_short(words[-1]):
        return []
    return [*_names(words), *_titles(words)]


def _is_short(word: str) -> bool:
    """Whether a word says too little yet; one Chinese character is a word."""
    return len(word) < SHORTEST and not is_pair(word)


def _names(words: tuple[str, ...]) -> list[Suggestion]:
    marks = named([Term(words, is_prefix=True)])[0].marks
    topics = with_published_items(Topic).filter(pk__in=_numbers(marks, "topic"))
    offerings = with_published_items(Offering).filter(pk__in=_numbers(marks, "offering"))
    return [
        *(Suggestion("Topic", topic.label, topic.get_absolute_url()) for topic in topics[:NAMES]),
        *(Suggestion("Offering", offering.name, offering.get_absolute_url()) for offering in offerings[:NAMES]),
    ]


def _numbers(marks: tuple[str, ...], facet: str) -> list[int]:
    return [int(written[2:]) for written in marks if written[1] == LETTERS[facet]]


def _titles(words: tuple[str, ...]) -> list[Suggestion]:
    ids = backend().titled(words, timezone.now(), TITLES)
    found = CuratedItem.objects.published_among(ids).only("title", "slug").in_bulk()
    return [Suggestion("Story", found[pk].title, found[pk].get_absolute_url()) for pk in ids if pk in found]
