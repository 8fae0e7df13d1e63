"""What readers can filter by: the choices to offer, and what typed values mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from django.db.models import CharField, F, Model, Q, QuerySet, Value

from curation.links import host_of
from curation.models import (
    Author,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    Publisher,
    Tag,
    Topic,
    Vocabulary,
    with_published_items,
)
from curation.names import name_key
from curation.slugs import slug_of

#: Choices are those of so many newest items, so that they cost the same however many items there are.
RECENT = 100
#: So many choices are offered for each facet, those of most recent items.
OFFERED = 40


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet: as addresses and as readers know it, its row, and the vocabulary of a topic."""

    facet: str
    value: str
    label: str
    pk: int = 0
    group: str = ""

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet whose values are rows: the columns of what addresses and readers call them."""

    name: str
    model: type[Model]
    value: str = "slug"
    label: str = "name"
    group: str = ""

    def options(self, rows: QuerySet[Any], path: str = "") -> QuerySet[Any, tuple[str, str, str, int, str]]:
        """Return the arguments of an `Option` for each of `rows`, which have the value under `path`."""
        group = F(path + self.group) if self.group else Value("", CharField())
        columns = (path + self.value, path + self.label, path + "pk")
        return rows.order_by().values_list(Value(self.name, CharField()), *columns, group)

    def meant_by(self, typed: str) -> QuerySet[Any, Any]:
        """Return the options that a typed value may mean, of those that readers may know of.

        It is a value, as it is or tidied, or a name in any spelling.
        """
        is_meant = Q(**{f"{self.value}__in": _values(typed)}) | Q(name_key=name_key(typed))
        return self.options(with_published_items(self.model).filter(is_meant))


def _values(typed: str) -> set[str]:
    """Return what a value may be, of which somebody typed something."""
    return {typed, slug_of(typed), normalize("NFC", typed.lower()), host_of(typed)} - {""}


VOCABULARY = Facet("vocabulary", Vocabulary)
TOPIC = Facet("topic", Topic, label="label", group="vocabulary__name")
ALSO = Facet("also", Topic, label="label", group="vocabulary__name")
OFFERING = Facet("offering", Offering)
PUBLISHER = Facet("publisher", Publisher, value="domain")
AUTHOR = Facet("author", Author)
TAG = Facet("tag", Tag)
ROWS = (VOCABULARY, TOPIC, ALSO, OFFERING, PUBLISHER, AUTHOR, TAG)
#: Facets whose values are words of the item itself: any may be asked for.
WORDS = ("kind", "format")


def offered_options() -> dict[str, list[Option]]:
    """Return what to choose from for each facet, the most frequent first; in two queries."""
    offered: dict[str, list[Option]] = {}
    for option, _count in Counter(_recent_options()).most_common():
        offered.setdefault(option.facet, []).append(option)
    return {facet: options[:OFFERED] for facet, options in offered.items()}


def _recent_options() -> Iterator[Option]:
    """Yield the options of the newest items, an item's after another's."""
    columns = ("pk", *WORDS, "publisher__domain", "publisher__name", "publisher")
    recent = list(CuratedItem.objects.published().newest_first().values_list(*columns)[:RECENT])
    for _, *words, domain, name, publisher in recent:
        yield from (Option(facet, word, word) for facet, word in zip(WORDS, words, strict=True) if word)
        if publisher:
            yield Option(PUBLISHER.name, domain, name, publisher)
    items = [pk for pk, *_ in recent]
    rows = VOCABULARY.options(with_published_items(Vocabulary)).union(
        TOPIC.options(ItemTopic.objects.filter(item__in=items), "topic__"),
        OFFERING.options(ItemOffering.objects.filter(item__in=items), "offering__"),
        AUTHOR.options(ItemAuthor.objects.filter(item__in=items), "author__"),
        TAG.options(ItemTag.objects.filter(content_object__in=items), "tag__"),
        all=True,
    )
    yield from (Option(*row) for row in rows)


#: What the facets of a search are called, in the order in which readers see them.
FACET_LABELS = {
    "topic": "Topic",
    "vocabulary": "Vocabulary",
    "offering": "Offering",
    "publisher": "Publisher",
    "author": "Author",
    "tag": "Tag",
    "kind": "Kind",
    "format": "Format",
    "year": "Year",
}
#: The number of no row: an option that no item has.
NO_ROW = -1


def meant_options(typed: Sequence[tuple[str, str]]) -> list[Option]:
    """Return the option that each of some pairs, a facet and a value, means; one of `NO_ROW` where it means none.

    In one query, none where only words are asked for.
    """
    facets = {facet.name: facet for facet in ROWS}
    queries = [facets[name].meant_by(value) for name, value in typed if name in facets]
    found = [Option(*row) for row in queries[0].union(*queries[1:], all=True)] if queries else []
    return [_best(name, value, found) for name, value in typed]


def _best(name: str, value: str, found: Iterable[Option]) -> Option:
    if name in WORDS or (name == "year" and value.isascii() and value.isdecimal()):
        return Option(name, value, value)
    meant = [option for option in found if option.facet == name and _is_meant(option, value)]
    return min(meant, key=lambda option: (option.value != value, option.pk), default=Option(name, value, value, NO_ROW))


def _is_meant(option: Option, typed: str) -> bool:
    return option.value in _values(typed) or name_key(option.label) == name_key(typed)


def options_of(numbers: Mapping[str, Collection[int]]) -> dict[tuple[str, int], Option]:
    """Return the options of rows, given by facet and number; in one query."""
    queries = [facet.options(facet.model._default_manager.filter(pk__in=numbers.get(facet.name, ()))) for facet in ROWS]
    return {(row[0], row[3]): Option(*row) for row in queries[0].union(*queries[1:], all=True)}
