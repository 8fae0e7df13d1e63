"""Names that look alike: of one spelling, with a typing error, in several vocabularies, or short for one another.

All names of a model are compared by keys that alike ones share, so that the time grows with their number alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

from anyascii import anyascii
from django.db.models import Model

from curation.lib.names import name_key
from curation.models import Author, DistinctNames, Offering, Publisher, Tag, Topic

from .merging.mergeable import MERGEABLE

#: Names that share a key with more than this number of others are not compared by it: the key says too little.
MAX_SHARING = 12
#: Shorter names have no typing errors: one letter makes another word of them.
MIN_TYPO_LENGTH = 6
#: Lengths of abbreviations.
ABBREVIATIONS = range(2, 6)
_WORD = re.compile(r"[^\W_]+")
_UNIMPORTANT = frozenset(["a", "an", "and", "for", "in", "of", "on", "the", "to"])
_DOMAINS = frozenset(["com", "org", "net", "io", "co", "uk", "de", "gov", "edu", "www"])

#: Reasons, in their order of weight.
SAME, SPELLING, TYPO, SHORT = "the same name", "another spelling", "one letter apart", "an abbreviation"


@dataclass(frozen=True, slots=True)
class ComparedName:
    """The name of a row. Rows of one `group` above 0 are known to be the same, and are not compared."""

    pk: int
    text: str
    group: int = 0


@dataclass(frozen=True, slots=True)
class AlikeRows:
    """IDs of rows whose names look alike, and the strongest reason."""

    ids: tuple[int, ...]
    reason: str


def _topics() -> Iterator[ComparedName]:
    rows = Topic.objects.filter(retired_at=None).order_by("pk").values_list("pk", "label", "equivalence_id")
    return (ComparedName(pk, label, group or 0) for pk, label, group in rows)


def _named(model: Any) -> Callable[[], Iterator[ComparedName]]:
    return lambda: (
        ComparedName(pk, name) for pk, name in model._default_manager.order_by("pk").values_list("pk", "name")
    )


_NAMES: Mapping[type[Model], Callable[[], Iterator[ComparedName]]] = {
    Topic: _topics,
    **{model: _named(model) for model in (Offering, Publisher, Author, Tag)},
}


def alike_rows(model: type[Model]) -> list[AlikeRows]:
    """Return groups of rows of a model whose names look alike, but for those that an editor told apart.

    The names are compared again once one of them has changed.
    """
    kind = MERGEABLE[model].kind
    pairs = _pairs_of(tuple(_NAMES[model]()))
    distinct = set(DistinctNames.objects.filter(kind=kind).values_list("first", "second")) if pairs else set()
    return _grouped({pair: reason for pair, reason in pairs.items() if pair not in distinct})


@lru_cache(maxsize=len(_NAMES))
def _pairs_of(names: tuple[ComparedName, ...]) -> Mapping[tuple[int, int], str]:
    return alike_pairs(names)


def tell_apart(model: type[Model], ids: Iterable[int]) -> None:
    """Remember that rows are different ones, whose names look alike."""
    kind = MERGEABLE[model].kind
    pairs = combinations(sorted(set(ids)), 2)
    rows = [DistinctNames(kind=kind, first=first, second=second) for first, second in pairs]
    DistinctNames.objects.bulk_create(rows, ignore_conflicts=True)


def alike_pairs(names: Sequence[ComparedName]) -> dict[tuple[int, int], str]:
    """Return the pairs of IDs, the lower first, whose names look alike, each with the reason."""
    found: dict[tuple[int, int], str] = {}
    groups = {name.pk: name.group for name in names}

    def add(ids: Sequence[int], reason: str) -> None:
        for first, second in pairwise(ids):
            is_known = groups[first] == groups[second] != 0
            if first != second and not is_known:
                found.setdefault((min(first, second), max(first, second)), reason)

    for keys, reason in ((_same_keys, SAME), (_spelling_keys, SPELLING)):
        for sharing in _sharing(names, keys).values():
            add(sharing, reason)
    for first, second in _typos(names):
        add((first, second), TYPO)
    for first, second in _abbreviations(names):
        add((first, second), SHORT)
    return found


def _sharing(names: Iterable[ComparedName], keys: Callable[[str], Collection[str]]) -> dict[str, list[int]]:
    """Return the IDs of names by each of their keys, where a few share it."""
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for name in names:
        for key in keys(name.text):
            ids[key].append(name.pk)
    return {key: some for key, some in ids.items() if 1 < len(some) <= MAX_SHARING}


def words_of(text: str) -> list[str]:
    """Return the words of a name in ASCII, without short ones that say little and the endings of domains."""
    words = [word.lower() for word in _WORD.findall(anyascii(text) if not text.isascii() else text)]
    return [word for word in words if word not in _UNIMPORTANT] or words


def singular(word: str) -> str:
    """Return an English word without the ending of the plural."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def _same_keys(text: str) -> tuple[str, ...]:
    return (name_key(text),)


def _spelling_keys(text: str) -> set[str]:
    """Return the keys of a name: its words in any order and number, and its letters without spaces."""
    words = [singular(word) for word in words_of(text)]
    letters = "".join(word for word in words if word not in _DOMAINS) or "".join(words)
    return {" ".join(sorted(words)), letters} - {""}


def _typos(names: Iterable[ComparedName]) -> Iterator[tuple[int, int]]:
    """Yield the IDs of pairs of names that differ in one letter: left out, too many, another one, or two exchanged.

    Two such names are equal without one letter each.
    """
    letters = {name.pk: "".join(words_of(name.text)) for name in names}
    shortened: defaultdict[str, list[int]] = defaultdict(list)
    for pk, text in letters.items():
        if len(text) >= MIN_TYPO_LENGTH:
            for key in {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}:
                shortened[key].append(pk)
    for sharing in shortened.values():
        if 1 < len(sharing) <= MAX_SHARING:
            for first, second in combinations(sharing, 2):
                if _is_typo(letters[first], letters[second]):
                    yield first, second


def _is_typo(one: str, other: str) -> bool:
    """Whether two texts that are equal without one letter each differ by a typing error, and not in a number."""
    digits = ["".join(filter(str.isdigit, text)) for text in (one, other)]
    if one == other or digits[0] != digits[1]:
        return False
    if len(one) != len(other):
        return True
    differing = [at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    is_exchanged = len(differing) == 2 and one[differing[0]] == other[differing[1]]
    return len(differing) == 1 or (is_exchanged and differing[1] - differing[0] == 1)


def _abbreviations(names: Sequence[ComparedName]) -> Iterator[tuple[int, int]]:
    """Yield the IDs of pairs of names of which one has the initials of the other's words."""
    long: defaultdict[str, list[int]] = defaultdict(list)
    for name in names:
        words = words_of(name.text)
        if len(words) in ABBREVIATIONS:
            long["".join(word[0] for word in words)].append(name.pk)
    for name in names:
        short = name_key(name.text).replace(".", "")
        if len(short) in ABBREVIATIONS and len(sharing := long.get(short, ())) <= MAX_SHARING:
            yield from ((name.pk, pk) for pk in sharing if pk != name.pk)


def _grouped(pairs: Mapping[tuple[int, int], str]) -> list[AlikeRows]:
    """Return the rows that pairs connect, those with the strongest reason first."""
    parents: dict[int, int] = {}

    def root(pk: int) -> int:
        while (parent := parents.setdefault(pk, pk)) != pk:
            parents[pk] = pk = parents[parent]
        return pk

    for first, second in pairs:
        parents[root(first)] = root(second)
    ids: defaultdict[int, set[int]] = defaultdict(set)
    reasons: defaultdict[int, set[str]] = defaultdict(set)
    for (first, second), reason in pairs.items():
        ids[root(first)].update((first, second))
        reasons[root(first)].add(reason)
    order = (SAME, SPELLING, TYPO, SHORT)
    groups = [AlikeRows(tuple(sorted(ids[key])), min(reasons[key], key=order.index)) for key in ids]
    return sorted(groups, key=lambda group: (order.index(group.reason), group.ids))
