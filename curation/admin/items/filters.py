"""Filters of the item list. Form filters keep the list's other parameters, and work without script."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from curation.admin.links import UNDONE_RUN_PARAMETER
from curation.items.bin import UNDONE_RUN
from curation.items.checks import BY_CODE, IN_DATABASE, condition
from curation.lib.time_zones import end_of_day, start_of_day
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic, Revision, Vocabulary
from curation.models.items import expired

Items = QuerySet[CuratedItem]

MAX_VOCABULARIES = 30
#: Maximum number of decimal digits of an ID: every such number fits in its column.
MAX_ID_DIGITS = 18


class StateFilter(admin.SimpleListFilter):
    """Filter by the status as readers see it: published is live or scheduled, and expired items count as archived."""

    title = "state"
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [
            *(("live", "Live"), ("scheduled", "Scheduled"), ("draft", "Draft")),
            *(("review", "In review"), ("archived", "Archived")),
        ]

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        now = timezone.now()
        published, has_expired = Q(status=CuratedItem.Status.PUBLISHED), Q(pk__in=expired(now))
        conditions = {
            "live": published & Q(published_at__lte=now) & ~has_expired,
            "scheduled": published & Q(published_at__gt=now) & ~has_expired,
            "draft": Q(status=CuratedItem.Status.DRAFT),
            "review": Q(status=CuratedItem.Status.REVIEW),
            "archived": Q(status=CuratedItem.Status.ARCHIVED) | has_expired,
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


class MissingFilter(admin.SimpleListFilter):
    """Filter by a field that is empty."""

    title = "missing field"
    parameter_name = "missing"
    CONDITIONS: ClassVar[dict[str, tuple[str, Q]]] = {
        "image": ("Image", Q(image=None)),
        "alt": ("Alternative text", condition(BY_CODE["alt-missing"])),
        "topic": ("Topic", condition(BY_CODE["no-topic"])),
        "summary": ("Own summary", condition(BY_CODE["summary-missing"])),
        "source": ("Source link", Q(source_url="")),
    }

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.CONDITIONS.items()]

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        _, condition = self.CONDITIONS.get(self.value() or "", ("", Q()))
        return queryset.filter(condition)


class CheckFilter(admin.SimpleListFilter):
    """Filter by a content check that items fail, of those that the database can answer."""

    title = "check"
    parameter_name = "check"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(check.code, check.noun.capitalize()) for check in IN_DATABASE]

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        check = BY_CODE.get(self.value() or "")
        return queryset.filter(condition(check)) if check in IN_DATABASE else queryset


class VocabularyFilter(admin.SimpleListFilter):
    title = "vocabulary"
    parameter_name = "vocabulary"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return list(Vocabulary.objects.values_list("slug", "name")[:MAX_VOCABULARIES])

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        if not self.value():
            return queryset
        return queryset.filter(pk__in=ItemTopic.objects.filter(topic__vocabulary__slug=self.value()).values("item"))


class FormFilter(admin.ListFilter, ABC):
    """A filter that is a form: `make_fields()` gives its parameters, `narrow()` applies their cleaned values."""

    template = "admin/curation/form_filter.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Model], model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.fields = self.make_fields(model_admin)
        self.used_parameters = {name: params.pop(name)[-1] for name in self.fields if name in params}
        form_class = type("FilterForm", (forms.Form,), {**self.fields})
        self.form = form_class(self.used_parameters, auto_id="filter_%s")

    @abstractmethod
    def make_fields(self, model_admin: Any) -> dict[str, forms.Field]:
        """Return the fields of the form by parameter name."""

    @abstractmethod
    def narrow(self, queryset: Items, **values: Any) -> Items:
        """Return the items with these values."""

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        if not self.form.is_valid():
            raise IncorrectLookupParameters
        return self.narrow(queryset, **self.form.cleaned_data)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.fields)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield one choice with the list's other parameters, which the form sends as hidden fields."""
        others = {name: values for name, values in changelist.filter_params.items() if name not in self.fields}
        yield {"other_parameters": [(name, value) for name, values in others.items() for value in values]}


class PublicationFilter(FormFilter):
    title = "publication date"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        labels = {"published_from": "From", "published_to": "To"}
        widget = forms.DateInput(attrs={"type": "date"})
        return {name: forms.DateField(label=label, required=False, widget=widget) for name, label in labels.items()}

    def narrow(self, queryset: Items, **values: date | None) -> Items:
        first, last = values["published_from"], values["published_to"]
        if first:
            queryset = queryset.filter(published_at__gte=start_of_day(first, timezone.get_current_timezone()))
        if last:
            queryset = queryset.filter(published_at__lte=end_of_day(last, timezone.get_current_timezone()))
        return queryset


class RelationFilter(FormFilter):
    """Filter by one related object, chosen with an autocomplete.

    `relation_model` has a foreign key to the object, `name`, and one to the item, `item_key`.
    """

    relation_model: ClassVar[type[Model]]
    name: ClassVar[str]
    item_key: ClassVar[str] = "item"

    def make_fields(self, model_admin: Any) -> dict[str, forms.Field]:
        key: Any = self.relation_model._meta.get_field(self.name)
        widget = AutocompleteSelect(key, model_admin.admin_site)
        objects = key.related_model._default_manager.all()
        return {self.name: forms.ModelChoiceField(objects, label="", required=False, widget=widget)}

    def narrow(self, queryset: Items, **values: Any) -> Items:
        chosen = values[self.name]
        if chosen is None:
            return queryset
        if self.relation_model is CuratedItem:
            return queryset.filter(**{self.name: chosen})
        related = self.relation_model._default_manager.filter(**{self.name: chosen})
        return queryset.filter(pk__in=related.values(self.item_key))


class TagFilter(RelationFilter):
    title = name = "tag"
    relation_model = ItemTag
    item_key = "content_object"


class TopicFilter(RelationFilter):
    title = name = "topic"
    relation_model = ItemTopic


class OfferingFilter(RelationFilter):
    title = name = "offering"
    relation_model = ItemOffering


class PublisherFilter(RelationFilter):
    title = name = "publisher"
    relation_model = CuratedItem


class AuthorFilter(RelationFilter):
    title = name = "author"
    relation_model = ItemAuthor


class BulkChangeFilter(admin.SimpleListFilter):
    """Filter by an action that changed the items. Shown only while it is used: a message links to it."""

    title = "action"
    parameter_name = "bulk"

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        number = request.GET.get(self.parameter_name)
        return [(number, f"Changed by action {number}")] if number else []

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        number = chosen_id(self)
        if number is None:
            return queryset
        return queryset.filter(pk__in=Revision.objects.filter(bulk_change=number).values("item"))


class UndoneRunFilter(admin.SimpleListFilter):
    """Filter the bin by the import whose undo moved the items there. Shown only while it is used, as by a link."""

    title = "undo"
    parameter_name = UNDONE_RUN_PARAMETER

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        number = request.GET.get(self.parameter_name)
        return [(number, f"Moved here by the undo of import {number}")] if number else []

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        number = chosen_id(self)
        return queryset if number is None else queryset.annotate(undone_run=UNDONE_RUN).filter(undone_run=number)


def chosen_id(list_filter: admin.SimpleListFilter) -> int | None:
    """Return the ID that a filter is given, `None` for none. Raises `IncorrectLookupParameters`."""
    number = list_filter.value()
    if not number:
        return None
    if not number.isdecimal() or len(number) > MAX_ID_DIGITS:
        raise IncorrectLookupParameters
    return int(number)
