"""Suggestions of a search box: topics, offerings and titles with the words typed, the last one as a prefix."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from curation.models import CuratedItem, Offering, Topic, with_published_items

from .backends import backend
from .facet_tokens import read_token
from .names import resolve_terms
from .query import MAX_WORDS, Term, link_key, normalise_text
from .source_links import keys_with_link
from .words import is_pair, words_of

SHORTEST_WORD = 2
MAX_TITLES, MAX_NAMES = 6, 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    kind: str
    text: str
    url: str


def suggestions(text: str) -> list[Suggestion]:
    """Return suggestions for a text, in at most nine queries; none for a text without a word.

    For a link, they are the items with it as their source. A last word that has only one letter yet is ignored.
    """
    text = normalise_text(text)
    if key := link_key(text):
        linked = CuratedItem.objects.published_among(keys_with_link(key)).newest_first()
        return [_story(item) for item in linked.only("title", "slug")[:MAX_TITLES]]
    words = tuple(words_of(text)[:MAX_WORDS])
    if words and _is_short(words[-1]):
        words = words[:-1]
    if not words or _is_short(words[-1]):
        return []
    return [*_names(words), *_titles(words)]


def _is_short(word: str) -> bool:
    """Whether a word has too few letters; one Chinese character is a word."""
    return len(word) < SHORTEST_WORD and not is_pair(word)


def _names(words: tuple[str, ...]) -> list[Suggestion]:
    (resolved,) = resolve_terms([Term(words, is_prefix=True)])
    topics = with_published_items(Topic).filter(pk__in=_keys(resolved.tokens, "topic"))
    offerings = with_published_items(Offering).filter(pk__in=_keys(resolved.tokens, "offering"))
    return [
        *(Suggestion("Topic", topic.label, topic.get_absolute_url()) for topic in topics[:MAX_NAMES]),
        *(Suggestion("Offering", offering.name, offering.get_absolute_url()) for offering in offerings[:MAX_NAMES]),
    ]


def _keys(tokens: tuple[str, ...], facet: str) -> list[int | str]:
    facet_values = filter(None, map(read_token, tokens))
    return [value for name, value in facet_values if name == facet]


def _titles(words: tuple[str, ...]) -> list[Suggestion]:
    ids = backend().search_titles(words, timezone.now(), MAX_TITLES)
    found = CuratedItem.objects.published_among(ids).only("title", "slug").in_bulk()
    return [_story(found[pk]) for pk in ids if pk in found]


def _story(item: CuratedItem) -> Suggestion:
    return Suggestion("Story", item.title, item.get_absolute_url())
