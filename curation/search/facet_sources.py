"""Sources of facet values: where values are stored, and the queries on them.

A source is a text column of the item (`TextColumn`), the year of its publication (`PublicationYear`), a foreign key
(`ForeignKeySource`), or rows that a relation links to it (`RelationSource`, `OrderedRelationSource`, `TagSource`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Any
from unicodedata import normalize
from zlib import crc32

from django.db.models import CharField, Count, Exists, F, Model, OuterRef, Q, QuerySet, Value

from curation.lib.names import name_key
from curation.lib.slugs import slug_of
from curation.lib.time_zones import end_of_day, local_day, site_zone, start_of_day
from curation.lib.web_urls import host_of
from curation.models import CuratedItem, with_published_items
from curation.models.items import ItemQuerySet, Moment
from curation.models.relations import ItemRelation

from .equivalents import with_equivalents

#: Maximum length of the key of a text: a token has eight characters for each at most, and PostgreSQL limits a word to
#: 2,046 bytes.
MAX_TEXT_KEY = 200
#: `Option.pk` of a value that no row has.
NO_ROW = -1


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet.

    `value` is its form in addresses, `label` its form for readers, `pk` the key of its row (0 where the facet has no
    rows, `NO_ROW` where no row has the value), `group` the vocabulary of a topic, and `spellings` those of a text, as
    items have them.
    """

    facet: str
    value: str
    label: str
    pk: int = 0
    group: str = ""
    spellings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.label

    @property
    def is_unknown(self) -> bool:
        return self.pk == NO_ROW


#: Rows with the first fields of `Option`.
OptionRows = QuerySet[Any, tuple[str, str, str, int, str]]


class Source(ABC):
    """The values of a facet: plain text or a number, which `encode()` writes as the end of a token of the index."""

    #: The column of the item's own row that holds the value; "" where a relation does.
    column = ""

    def values(self, stored: Any) -> Iterable[Any]:
        """Return the values that a content of `column` stands for."""
        return (stored,) if stored else ()

    def encode(self, value: Any) -> str:
        return str(value)

    def decode(self, encoded: str) -> int | str:
        return int(encoded)

    def lacks_tokens(self, letter: str) -> Q:
        """Return the condition of index entries without a token that begins with the facet's letter."""
        return ~Q(facets__contains=f" :{letter}")

    @abstractmethod
    def narrow(self, items: ItemQuerySet, options: Sequence[Option]) -> ItemQuerySet:
        """Return the items that have the options: all of them where an item may have several, else any of them."""

    def items_with_any(self) -> QuerySet[Any, Any]:
        """Return the keys of the items that have a value."""
        return CuratedItem.objects.filter(**{f"{self.column}__isnull": False}).order_by().values("pk")


@dataclass(frozen=True)
class TextColumn(Source):
    """A text column of the item. Two spellings with one `text_key()` are one value."""

    column: str

    def encode(self, value: str) -> str:
        # The digit at the end keeps stemmers away.
        return f"{text_key(value).encode().hex()}0"

    def decode(self, encoded: str) -> str:
        return bytes.fromhex(encoded[:-1]).decode()

    def narrow(self, items: ItemQuerySet, options: Sequence[Option]) -> ItemQuerySet:
        # Compared as items spell it: no two databases fold case alike.
        spellings = {spelling for option in options for spelling in option.spellings}
        return items.filter(**{f"{self.column}__in": sorted(spellings)})

    def items_with_any(self) -> QuerySet[Any, Any]:
        return CuratedItem.objects.exclude(**{self.column: ""}).order_by().values("pk")

    def spellings(self, facet: str) -> QuerySet[Any, tuple[str, str, int]]:
        """Return the facet, each spelling that published items have, and the number of these items."""
        items = CuratedItem.objects.published().exclude(**{self.column: ""}).order_by()
        return items.values_list(Value(facet, CharField()), F(self.column)).annotate(number=Count("pk"))


class PublicationYear(Source):
    """The year of publication in the site's time zone.

    Its tokens name the zone by a digest, but for UTC: `y2024`, `yz1c2d3e4fz2024`.
    """

    column = "published_at"

    def values(self, stored: datetime) -> Iterable[int]:
        return (local_day(stored).year,)

    def encode(self, value: Any) -> str:
        return f"{self._zone_mark()}{value}"

    def decode(self, encoded: str) -> int:
        return int(encoded.rpartition("z")[2])

    def lacks_tokens(self, letter: str) -> Q:
        mark = self._zone_mark()
        other_zone = Q(facets__contains=f" :{letter}z")
        return super().lacks_tokens(f"{letter}{mark}") | (Q() if mark else other_zone)

    def items_with_any(self) -> QuerySet[Any, Any]:
        """Return the keys of all items: those without a publication time have the year in which they were made."""
        return CuratedItem.objects.order_by().values("pk")

    def _zone_mark(self) -> str:
        name = str(site_zone())
        return "" if name == "UTC" else f"z{crc32(name.encode()):08x}z"

    def narrow(self, items: ItemQuerySet, options: Sequence[Option]) -> ItemQuerySet:
        condition = Q(pk__in=())
        for year in (int(option.value) for option in options):
            if MINYEAR <= year <= MAXYEAR:
                first, last = start_of_day(date(year, 1, 1), site_zone()), end_of_day(date(year, 12, 31), site_zone())
                condition |= Q(published_at__range=(first, last))
        return items.filter(condition)

    def option(self, facet: str, text: str) -> Option:
        if not (text.isascii() and text.isdecimal()):
            return Option(facet, text, text, NO_ROW)
        year = str(int(text))
        return Option(facet, year, year)


@dataclass(frozen=True)
class RowSource(Source):
    """Values that are rows of a model: `slug` is the column that addresses have, `label` the one that readers see."""

    model: type[Model]
    slug: str = "slug"
    label: str = "name"
    group: str = ""

    def options(self, facet: str, rows: QuerySet[Any], path: str = "") -> OptionRows:
        """Return the fields of an `Option` for each of `rows`, which have the value under `path`."""
        group = F(path + self.group) if self.group else Value("", CharField())
        columns = (path + self.slug, path + self.label, path + "pk")
        return rows.order_by().values_list(Value(facet, CharField()), *columns, group)

    def candidates(self, facet: str, typed: str) -> OptionRows:
        """Return the options that a typed value may stand for, of those with published items.

        A typed value is a slug, as it is or normalised, or a name in any spelling.
        """
        return self.options(facet, with_published_items(self.model).filter(self.is_named(typed)))

    def is_named(self, typed: str) -> Q:
        """Return the condition of rows that a typed value may stand for."""
        return Q(**{f"{self.slug}__in": slugs_of(typed)}) | Q(name_key=name_key(typed))

    @abstractmethod
    def recent(self, facet: str, items: Sequence[int]) -> OptionRows:
        """Return the options to offer from some items, one for each item that has it."""

    @abstractmethod
    def items_of(self, pk: int) -> QuerySet[Any, Any]:
        """Return the keys of the items that have a row."""

    @abstractmethod
    def published_counts(self, rows: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
        """Return the key of each of some rows that published items have, with the number of these items."""

    @abstractmethod
    def with_row(self, items: ItemQuerySet, row: Any, now: Moment = None) -> ItemQuerySet:
        """Return the items that have a row, by its key; `now` is the time at which `items` are published.

        The order is that of `items`, newest first.
        """

    def with_outer_row(self, items: ItemQuerySet, row: OuterRef) -> ItemQuerySet:
        """Return the items that have a row of an outer query."""
        return self.with_row(items, row)


@dataclass(frozen=True)
class ForeignKeySource(RowSource):
    """A foreign key of the item."""

    column: str = ""

    def narrow(self, items: ItemQuerySet, options: Sequence[Option]) -> ItemQuerySet:
        # A plain equality for one row: databases then follow the index in its order.
        if len(options) == 1:
            return self.with_row(items, options[0].pk)
        return items.filter(**{f"{self.column}__in": [option.pk for option in options]})

    def with_row(self, items: ItemQuerySet, row: Any, now: Moment = None) -> ItemQuerySet:  # noqa: ARG002
        return items.filter(**{self.column: row})

    def published_counts(self, rows: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
        return _counted(CuratedItem.objects.published(), self.column, rows)

    def recent(self, facet: str, items: Sequence[int]) -> OptionRows:
        having = CuratedItem.objects.filter(pk__in=items, **{f"{self.column}__isnull": False})
        return self.options(facet, having, f"{self.column}__")

    def items_of(self, pk: int) -> QuerySet[Any, Any]:
        return CuratedItem.objects.filter(**{self.column: pk}).order_by().values("pk")


@dataclass(frozen=True, kw_only=True)
class RelationSource(RowSource):
    """Rows that a relation links to items: `path` leads from the relation to the row, `item` to the item.

    The form offers those of the newest items, or, where `offers_all` is set, all that have published items.
    """

    relation: type[Model]
    path: str
    item: str = "item"
    offers_all: bool = False

    def narrow(self, items: ItemQuerySet, options: Sequence[Option]) -> ItemQuerySet:
        for option in options:
            items = self.with_row(items, option.pk)
        return items

    def with_row(self, items: ItemQuerySet, row: Any, now: Moment = None) -> ItemQuerySet:  # noqa: ARG002
        return items.filter(Exists(self.relation_rows(**{self.item: OuterRef("pk"), self.path: row})))

    def with_outer_row(self, items: ItemQuerySet, row: OuterRef) -> ItemQuerySet:
        return self.with_row(items, OuterRef(row))  # from within the query of the relation's rows

    def published_counts(self, rows: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
        return _counted(CuratedItem.objects.published(), f"{self.relation._meta.model_name}__{self.path}", rows)

    def relation_rows(self, **conditions: Any) -> QuerySet[Any, Any]:
        return self.relation._default_manager.filter(**conditions).order_by()

    def values_of(self, facet: str, items: Iterable[int]) -> QuerySet[Any, tuple[str, int, int]]:
        """Return the facet, the item and the value of each relation row of some items."""
        rows = self.relation_rows(**{f"{self.item}__in": items})
        return rows.values_list(Value(facet, CharField()), F(f"{self.item}_id"), F(f"{self.path}_id"))

    def recent(self, facet: str, items: Sequence[int]) -> OptionRows:
        if self.offers_all:
            return self.options(facet, with_published_items(self.model))
        return self.options(facet, self.relation_rows(**{f"{self.item}__in": items}), f"{self.path}__")

    def items_with_any(self) -> QuerySet[Any, Any]:
        return self.relation_rows().values(self.item)

    def items_of(self, pk: int) -> QuerySet[Any, Any]:
        return self.relation_rows(**{self.path: pk}).values(self.item)


@dataclass(frozen=True, kw_only=True)
class OrderedRelationSource(RelationSource):
    """Rows related by an `ItemRelation`, whose index has the items of a row in the order of lists."""

    relation: type[ItemRelation]

    def published_counts(self, rows: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
        return _counted(self.relation.objects.listed(), self.path, rows)

    def with_row(self, items: ItemQuerySet, row: Any, now: Moment = None) -> ItemQuerySet:
        return items.listed_by(self.relation, now, **{self.path: row})


@dataclass(frozen=True, kw_only=True)
class TopicSource(OrderedRelationSource):
    """Topics. One whose equivalents show its items shows theirs as well."""

    def narrow(self, items: ItemQuerySet, options: Sequence[Option]) -> ItemQuerySet:
        for option in options:
            items = self.with_any(items, with_equivalents(option.pk))
        return items

    def with_any(self, items: ItemQuerySet, topics: Sequence[int], now: Moment = None) -> ItemQuerySet:
        """Return the items that have one of some topics, each once."""
        if len(topics) == 1:
            return self.with_row(items, topics[0], now)
        rows = self.relation.objects.listed(now).filter(**{f"{self.path}__in": topics})
        return items.filter(pk__in=rows.order_by().values(self.item))


@dataclass(frozen=True, kw_only=True)
class TagSource(RelationSource):
    """Tags, whose relation has no time to sort by: a join lets the database begin with the tag."""

    def with_row(self, items: ItemQuerySet, row: Any, now: Moment = None) -> ItemQuerySet:  # noqa: ARG002
        return items.filter(**{f"{self.relation._meta.model_name}__{self.path}": row})

    def with_outer_row(self, items: ItemQuerySet, row: OuterRef) -> ItemQuerySet:
        return self.with_row(items, row)


def _counted(related: QuerySet[Any], path: str, rows: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    """Return the number of items or relations that have each of some rows under a path."""
    having = related.order_by().filter(**{f"{path}__in": rows})
    counted: QuerySet[Any, tuple[int, int]] = having.values_list(path).annotate(number=Count("pk"))
    return counted


def text_key(text: str) -> str:
    """Return the key that is equal for two spellings of one text: `name_key()`, without what follows its beginning."""
    return name_key(text)[:MAX_TEXT_KEY].rstrip()


def slugs_of(typed: str) -> set[str]:
    """Return the slugs, tags and host names that a typed value may stand for."""
    return {typed, slug_of(typed), normalize("NFC", typed.lower()), host_of(typed)} - {""}


def matches(option: Option, typed: str) -> bool:
    """Whether a typed value may stand for an option: see `RowSource.candidates()`."""
    return option.value in slugs_of(typed) or name_key(option.label) == name_key(typed)
