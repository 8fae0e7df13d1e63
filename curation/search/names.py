"""The names of the rows that facets have as values, as searches find them.

An index entry contains the tokens of rows instead of their names. A search first looks up the tokens of the names that
contain its words. So a new name takes effect for all items at once, and renaming a row rewrites no entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from curation.models import SearchWord

from .facet_tokens import token
from .facets import FACETS, ROW_SOURCES
from .query import Term
from .words import letters_of, stem, words_of

#: The models whose rows have names, with the facet of each and the column of the name.
FACET_NAMES: dict[type[Model], str] = {source.model: name for name, source in ROW_SOURCES.items()}
NAME_COLUMNS: dict[type[Model], str] = {source.model: source.label for source in ROW_SOURCES.values()}
#: A word that is part of more names than this stands for the first ones, in the order of the registry.
MAX_TOKENS = 100
LETTERS = "".join(FACETS[name].letter for name in ROW_SOURCES)


@dataclass(frozen=True, slots=True)
class ResolvedTerm:
    """A term of a search, with the tokens of the rows whose names have all its words."""

    term: Term
    tokens: tuple[str, ...] = ()


def index_names(rows: Iterable[Any]) -> None:
    """Store the words of rows' names in place of those stored before; in two queries."""
    names = {_token_of(row): getattr(row, NAME_COLUMNS[type(row)]) for row in rows}
    words_by_token = {token: {*words_of(name), *letters_of(name)} for token, name in names.items()}
    remove_names(words_by_token)
    SearchWord.objects.bulk_create(
        [
            SearchWord(word=word, stem=stem(word), facet=token)
            for token, words in sorted(words_by_token.items())
            for word in sorted(words)
        ]
    )


def remove_names(tokens: Collection[str]) -> None:
    SearchWord.objects.filter(facet__in=tokens).delete()


def remove_name_of(row: Model) -> None:
    remove_names([_token_of(row)])


def _token_of(row: Model) -> str:
    return token(FACET_NAMES[type(row)], row.pk)


def resolve_terms(terms: Sequence[Term]) -> list[ResolvedTerm]:
    """Return the terms with the tokens of the names that have all their words; in one query."""
    words = {word for term in terms for word in term.words}
    condition = Q(stem__in={stem(word) for word in words})
    for term in terms:
        if term.is_prefix:
            condition |= Q(word__startswith=term.words[-1], stem__gt="")
    by_stem: defaultdict[str, set[str]] = defaultdict(set)
    by_word: defaultdict[str, set[str]] = defaultdict(set)
    if terms:
        found = SearchWord.objects.filter(condition, facet__gt="").order_by()
        for word, stemmed, token_ in found.values_list("word", "stem", "facet"):
            by_stem[stemmed].add(token_)
            by_word[word].add(token_)
    return [ResolvedTerm(term, _tokens_of(term, by_stem, by_word)) for term in terms]


def _tokens_of(term: Term, by_stem: dict[str, set[str]], by_word: dict[str, set[str]]) -> tuple[str, ...]:
    *others, last = term.words
    found = set(by_stem.get(stem(last), ()))
    if term.is_prefix:
        found |= {token for word, tokens in by_word.items() if word.startswith(last) for token in tokens}
    for word in others:
        found &= by_stem.get(stem(word), set())
    known = (token for token in found if token[1] in LETTERS)
    return tuple(sorted(known, key=lambda token: (LETTERS.index(token[1]), token))[:MAX_TOKENS])
