"""“Did you mean”: a search that finds nothing, with its unknown words replaced by words that are known."""

from __future__ import annotations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .backends import backend
from .find import Wanted, newest
from .query import Query, Term, parse
from .words import is_pair

#: So many words are looked at, and so many candidates for each.
WORDS, CANDIDATES = 5, 40


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
    best = process.extractOne(word, backend().similar(word, CANDIDATES), scorer=OSA.distance, score_cutoff=slips)
    return best[0] if best else ""
