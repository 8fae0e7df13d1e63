"""Filters of the item list by topics, offerings, publishers, authors or tags, which are typed by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.text import get_text_list

from curation.admin.widgets import chip_attrs
from curation.lib.names import name_key
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic, Topic
from curation.search.desk import DeskRequest
from curation.search.facet_tokens import token

from .filters import ALL, MAX_ID_DIGITS, DeskFilter, Items, any_or_all, with_tokens
from .tags_field import read_tags, write_tags

#: Maximum number of names in a filter, and of the rows that they mean: a label may be a topic of several vocabularies.
MAX_NAMES, MAX_ROWS = 20, 200
MAX_LINE_CHARS = 2000


@dataclass(frozen=True, slots=True)
class RowsOfName:
    """A name as it was typed, and the rows that it means, at least one."""

    typed: str
    rows: Sequence[Any]

    def __str__(self) -> str:
        return str(self.rows[0]) if len(self.rows) == 1 else self.typed


class NamesField(forms.CharField):
    """A line of names of rows, with commas between them, which becomes a list of `RowsOfName`; in one query.

    A name is a name in any spelling, a slug, or an ID. A topic is also named with its vocabulary, as it is shown:
    `Symplur: Nursing`. A line that is a name as a whole means this alone, whatever commas it has.
    """

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(required=False, max_length=MAX_LINE_CHARS, **kwargs)
        self.model = model
        self.slug = "domain" if hasattr(model, "domain") else "slug"

    def clean(self, value: Any) -> list[RowsOfName]:
        line = super().clean(value)
        names = read_tags(line)
        if len(names) > MAX_NAMES:
            raise ValidationError(f"Give at most {MAX_NAMES} names.")
        if not names:
            return []
        rows = self._rows_of([line, *names])
        if whole := self._named(line, rows):
            return [RowsOfName(line, whole)]
        found = [RowsOfName(name, self._named(name, rows)) for name in names]
        if missing := [named.typed for named in found if not named.rows]:
            raise ValidationError(f"There is no “{missing[0]}”.")
        return found

    def _rows_of(self, names: Sequence[str]) -> list[Any]:
        """Return the rows that may have one of the names."""
        labels = {name_key(label) for name in names for label in (name, name.partition(": ")[2]) if label}
        condition = Q(name_key__in=labels) | Q(**{f"{self.slug}__in": names})
        if ids := [int(name) for name in names if _is_id(name)]:
            condition |= Q(pk__in=ids)
        rows = self.model._default_manager.filter(condition)
        return list((rows.select_related("vocabulary") if self.model is Topic else rows)[:MAX_ROWS])

    def _named(self, name: str, rows: Sequence[Any]) -> list[Any]:
        """Return those of some rows that have a name or slug, such as a tag “2024”; else that of the ID."""
        key = name_key(name)
        named = [row for row in rows if key in (row.name_key, name_key(str(row))) or name == getattr(row, self.slug)]
        return named or [row for row in rows if _is_id(name) and row.pk == int(name)]


def _is_id(name: str) -> bool:
    return name.isdecimal() and len(name) <= MAX_ID_DIGITS


class RowsFilter(DeskFilter):
    """Filter by the rows of names, of which an item must have one; with `ALL`, one of each name.

    `relation` has a foreign key to the row, `name`, and one to the item, `item_key`.
    """

    relation: ClassVar[type[Model]]
    name: ClassVar[str]
    item_key: ClassVar[str] = "item"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        key: Any = self.relation._meta.get_field(self.name)
        attrs = {"autocomplete": "off", **chip_attrs(key)}
        label = f"{self.name.capitalize()}s, with commas between them"
        names = NamesField(key.related_model, label=label, widget=forms.TextInput(attrs))
        return {self.name: names, **({} if self._is_column else {f"{self.name}_match": any_or_all()})}

    @property
    def _is_column(self) -> bool:
        """Whether an item has at most one row."""
        return self.relation is CuratedItem

    def _groups(self, values: dict[str, Any]) -> list[list[int]]:
        """Return groups of the IDs of rows, of each of which an item must have one."""
        groups = [[row.pk for row in named.rows] for named in values[self.name]]
        if values.get(f"{self.name}_match") == ALL or not groups:
            return groups
        return [[pk for group in groups for pk in group]]

    def narrow(self, queryset: Items, **values: Any) -> Items:
        for ids in self._groups(values):
            if self._is_column:
                queryset = queryset.filter(**{f"{self.name}__in": ids})
            else:
                related = self.relation._default_manager.filter(**{f"{self.name}__in": ids})
                queryset = queryset.filter(pk__in=related.values(self.item_key))
        return queryset

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        return with_tokens(request, *((token(self.name, pk) for pk in ids) for ids in self._groups(values)))

    def show_chosen(self) -> None:
        """Have the field show the names of rows that a link gives by their IDs."""
        if named := self.values[self.name]:
            self.form.data[self.name] = write_tags(map(str, named))

    def describe(self, **values: Any) -> str:
        is_all = values.get(f"{self.name}_match") == ALL
        return get_text_list([str(named) for named in values[self.name]], "and" if is_all else "or")


class TagFilter(RowsFilter):
    title = name = "tag"
    relation = ItemTag
    item_key = "content_object"


class TopicFilter(RowsFilter):
    title = name = "topic"
    relation = ItemTopic


class OfferingFilter(RowsFilter):
    title = name = "offering"
    relation = ItemOffering


class PublisherFilter(RowsFilter):
    title = name = "publisher"
    relation = CuratedItem


class AuthorFilter(RowsFilter):
    title = name = "author"
    relation = ItemAuthor
