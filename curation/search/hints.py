"""“Did you mean”: a search that finds nothing, with its unknown words replaced by words that are known."""

from __future__ import annotations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from curation.models import SearchEntry, SearchWord

from .backends import backend
from .find import Wanted, newest
from .query import Query, Term, parse
from .words import is_pair, words_of

#: So many words are looked at, and so many candidates for each.
WORDS, CANDIDATES = 5, 40
#: So many of these are looked for, the nearest first, in so many titles each.
PROPOSALS, TITLES = 3, 50


def did_you_mean(query: Query) -> str:
    """Return a search like one that finds nothing, which finds something; "" where there is none."""
    words = dict.fromkeys(word for term in query.wanted for word in term.words if not is_pair(word))
    better = {word: _similar(word) for word in list(words)[:WORDS] if not _finds(Query(word, (Term((word,)),)))}
    replaced = {word: other for word, other in better.items() if other}
    hint = query.replacing(replaced)
    return hint if replaced and _finds(parse(hint)) else ""


def _finds(query: Query) -> bool:
    return bool(newest(Wanted(query), limit=1))


def _similar(word: str) -> str:
    """Return the known word that fewest slips of the hand lead to: one in a short word, two in a longer one."""
    slips = 1 if len(word) < 5 else 2
    near = backend().similar(word, CANDIDATES)
    best = process.extract(word, near, scorer=OSA.distance, score_cutoff=slips, limit=PROPOSALS)
    return next((known for known, _distance, _place in best if _is_there(known)), "")


def _is_there(word: str) -> bool:
    """Whether a name has a known word, or a title of what it finds: words of titles stay when a title goes."""
    if SearchWord.objects.filter(word=word, facet__gt="").exists():
        return True
    found = newest(Wanted(Query(word, (Term((word,)),))), limit=TITLES)
    titles = SearchEntry.objects.filter(item__in=found).values_list("title", flat=True)
    return any(word in words_of(title) for title in titles)
