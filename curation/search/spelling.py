"""“Did you mean”: a search without results, with unknown words replaced by known ones."""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from curation.models import SearchEntry, SearchWord

from .backends import backend
from .find import SearchRequest, find_newest
from .query import Term, TextQuery, parse
from .words import is_pair, words_of

#: Maximum number of words that are looked up, and of similar words fetched for each.
MAX_WORDS, MAX_SIMILAR = 5, 40
#: Maximum number of similar words that are tried, the nearest first, and of titles looked at for each.
MAX_TRIED, MAX_TITLES = 3, 50


#: A function that returns the keys of the newest items that a text finds, at most a number of them.
Finder = Callable[[TextQuery, int], list[int]]


def _find_as_reader(query: TextQuery, limit: int) -> list[int]:
    return find_newest(SearchRequest(query), limit=limit)


def did_you_mean(query: TextQuery, find: Finder = _find_as_reader) -> str:
    """Return a text like one that finds nothing, which `find` finds something for; "" where there is none."""
    words = list(dict.fromkeys(word for term in query.required for word in term.words if not is_pair(word)))
    unknown = [word for word in words[:MAX_WORDS] if not find(_of_word(word), 1)]
    replacements = {word: other for word in unknown if (other := _most_similar(word, find))}
    hint = query.replace_words(replacements)
    return hint if replacements and find(parse(hint), 1) else ""


def _of_word(word: str) -> TextQuery:
    return TextQuery(word, (Term((word,)),))


def _most_similar(word: str, find: Finder) -> str:
    """Return the known word at the least edit distance: at most one in a word of up to four letters, else two."""
    max_distance = 1 if len(word) < 5 else 2
    similar = backend().similar_words(word, MAX_SIMILAR)
    best = process.extract(word, similar, scorer=OSA.distance, score_cutoff=max_distance, limit=MAX_TRIED)
    return next((known for known, _distance, _index in best if _is_in_use(known, find)), "")


def _is_in_use(word: str, find: Finder) -> bool:
    """Whether a name has a word, or a title that it finds: words of titles are never removed."""
    if SearchWord.objects.filter(word=word, facet__gt="").exists():
        return True
    found = find(_of_word(word), MAX_TITLES)
    titles = SearchEntry.objects.filter(item__in=found).values_list("title", flat=True)
    return any(word in words_of(title) for title in titles)
