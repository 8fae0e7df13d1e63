"""Filters of the item list by a topic, offering, publisher, author or tag, which is typed by its name."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.urls import reverse

from curation.lib.names import name_key
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic, Topic
from curation.search.desk import DeskRequest
from curation.search.facet_tokens import token

from .filters import MAX_ID_DIGITS, DeskFilter, Items, with_tokens

#: Maximum number of rows of one name: a label may be a topic of several vocabularies.
MAX_ROWS = 20
MAX_NAME_CHARS = 300


class NamedRowsField(forms.CharField):
    """A text that names rows of a model, which it becomes: an ID, a name in any spelling, or a slug.

    A topic is also named with its vocabulary, as it is shown: `Symplur: Nursing`.
    """

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(required=False, max_length=MAX_NAME_CHARS, **kwargs)
        self.model = model
        self.slug = "domain" if hasattr(model, "domain") else "slug"

    def clean(self, value: Any) -> list[Any]:
        text = super().clean(value)
        if not text:
            return []
        rows = self.model._default_manager.all()
        rows = rows.select_related("vocabulary") if self.model is Topic else rows
        if text.isdecimal() and len(text) <= MAX_ID_DIGITS and (by_id := list(rows.filter(pk=int(text)))):
            return by_id
        found = list(rows.filter(self._condition(text))[:MAX_ROWS])
        if not found:
            raise ValidationError("There is none of this name.")
        return found

    def _condition(self, text: str) -> Q:
        condition = Q(name_key=name_key(text)) | Q(**{self.slug: text})
        vocabulary, colon, label = text.partition(": ")
        if self.model is Topic and colon:
            condition |= Q(vocabulary__name_key=name_key(vocabulary), name_key=name_key(label))
        return condition


class RowsFilter(DeskFilter):
    """Filter by the rows of a name, of which an item must have one.

    `relation` has a foreign key to the row, `name`, and one to the item, `item_key`.
    """

    relation: ClassVar[type[Model]]
    name: ClassVar[str]
    item_key: ClassVar[str] = "item"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        key: Any = self.relation._meta.get_field(self.name)
        query = {"app_label": "curation", "model_name": self.relation._meta.model_name, "field_name": self.name}
        url = reverse("admin:autocomplete", query=query)
        widget = forms.TextInput(attrs={"data-names-url": url, "autocomplete": "off"})
        return {self.name: NamedRowsField(key.related_model, label=f"{self.name.capitalize()}: name", widget=widget)}

    def narrow(self, queryset: Items, **values: Any) -> Items:
        rows = values[self.name]
        if not rows:
            return queryset
        if self.relation is CuratedItem:
            return queryset.filter(**{f"{self.name}__in": rows})
        related = self.relation._default_manager.filter(**{f"{self.name}__in": rows})
        return queryset.filter(pk__in=related.values(self.item_key))

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        rows = values[self.name]
        return with_tokens(request, (token(self.name, row.pk) for row in rows)) if rows else request

    def show_chosen(self) -> None:
        """Have the field show the name of a row that a link gives by its ID."""
        if len(rows := self.values[self.name]) == 1:
            self.form.data[self.name] = str(rows[0])

    def describe(self, **values: Any) -> str:
        return ", ".join(map(str, values[self.name]))


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
