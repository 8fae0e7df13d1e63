"""The names of topics, offerings, publishers, authors and tags, as searches find them.

An item's entry marks what it is about by number. Which numbers a word means is looked up here, by the search: so a
new name counts for every item at once, and none is written again for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from curation.models import Author, Offering, Publisher, SearchWord, Tag, Topic, Vocabulary

from .marks import LETTERS, mark
from .query import Term
from .words import letters_of, stem, words_of

#: The column that readers know a row by.
NAMES: dict[type[Model], str] = {
    Topic: "label",
    Vocabulary: "name",
    Offering: "name",
    Publisher: "name",
    Author: "name",
    Tag: "name",
}
#: A word that is part of more names than this means the first so many, of the facets in this order.
MOST = 100
ORDER = "".join(LETTERS[facet] for facet in ("topic", "vocabulary", "offering", "publisher", "author", "tag"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A term of a search, and the marks of the names that it is part of."""

    term: Term
    marks: tuple[str, ...] = ()


def learn_names(rows: Iterable[Any]) -> None:
    """Note the words of rows' names, in place of those that were noted."""
    names = {_mark_of(row): getattr(row, NAMES[type(row)]) for row in rows}
    marked = {written: {*words_of(name), *letters_of(name)} for written, name in names.items()}
    forget_names(marked)
    SearchWord.objects.bulk_create(
        [
            SearchWord(word=word, stem=stem(word), facet=written)
            for written, words in sorted(marked.items())
            for word in sorted(words)
        ]
    )


def forget_names(marks: Collection[str]) -> None:
    SearchWord.objects.filter(facet__in=marks).delete()


def forget_row(row: Model) -> None:
    forget_names([_mark_of(row)])


def _mark_of(row: Model) -> str:
    return mark(str(row._meta.model_name), row.pk)


def named(terms: Sequence[Term]) -> list[Unit]:
    """Return the terms with the names that all their words are part of; in one query."""
    words = {word for term in terms for word in term.words}
    wanted = Q(stem__in={stem(word) for word in words})
    for term in terms:
        if term.is_prefix:
            wanted |= Q(word__startswith=term.words[-1], stem__gt="")
    by_stem: defaultdict[str, set[str]] = defaultdict(set)
    by_word: defaultdict[str, set[str]] = defaultdict(set)
    if terms:
        found = SearchWord.objects.filter(wanted, facet__gt="").order_by()
        for word, stemmed, facet in found.values_list("word", "stem", "facet"):
            by_stem[stemmed].add(facet)
            by_word[word].add(facet)
    return [Unit(term, _marks_of(term, by_stem, by_word)) for term in terms]


def _marks_of(term: Term, by_stem: dict[str, set[str]], by_word: dict[str, set[str]]) -> tuple[str, ...]:
    *others, last = term.words
    found = set(by_stem.get(stem(last), ()))
    if term.is_prefix:
        found |= {facet for word, facets in by_word.items() if word.startswith(last) for facet in facets}
    for word in others:
        found &= by_stem.get(stem(word), set())
    return tuple(sorted(found, key=lambda written: (ORDER.index(written[1]), written))[:MOST])
