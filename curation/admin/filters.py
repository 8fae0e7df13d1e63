"""Filters of the item list. Those that are small forms keep the list's other parameters, and work without script."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic, Vocabulary
from curation.models.items import expired

Items = QuerySet[CuratedItem]


class StateFilter(admin.SimpleListFilter):
    """The status as readers feel it: published is live or still to come; what has expired counts as archived."""

    title = "state"
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("scheduled", "Scheduled"), ("draft", "Draft"), ("archived", "Archived")]

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        now = timezone.now()
        published, over = Q(status=CuratedItem.Status.PUBLISHED), Q(pk__in=expired(now))
        wanted = {
            "live": published & Q(published_at__lte=now) & ~over,
            "scheduled": published & Q(published_at__gt=now) & ~over,
            "draft": Q(status=CuratedItem.Status.DRAFT),
            "archived": Q(status=CuratedItem.Status.ARCHIVED) | over,
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class MissingFilter(admin.SimpleListFilter):
    """What an item still lacks."""

    title = "what is missing"
    parameter_name = "missing"
    GAPS: ClassVar[dict[str, tuple[str, Q]]] = {
        "image": ("Image", Q(image=None)),
        "alt": ("Alternative text", Q(image__isnull=False, image_alt="")),
        "topic": ("Topic", Q(~Exists(ItemTopic.objects.filter(item=OuterRef("pk"))))),
        "summary": ("Summary", Q(summary="")),
        "source": ("Source link", Q(source_url="")),
    }

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.GAPS.items()]

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        _, wanted = self.GAPS.get(self.value() or "", ("", Q()))
        return queryset.filter(wanted)


class VocabularyFilter(admin.SimpleListFilter):
    title = "vocabulary"
    parameter_name = "vocabulary"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return list(Vocabulary.objects.values_list("slug", "name")[:30])

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        if not self.value():
            return queryset
        return queryset.filter(pk__in=ItemTopic.objects.filter(topic__vocabulary__slug=self.value()).values("item"))


class FormFilter(admin.ListFilter, ABC):
    """A filter that is a form: `fields()` are its parameters, `narrow()` applies the valid values."""

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
        """Return the form's fields by the names of their parameters."""

    @abstractmethod
    def narrow(self, queryset: Items, **values: Any) -> Items:
        """Keep the rows that have these values."""

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        if not self.form.is_valid():
            raise IncorrectLookupParameters
        return self.narrow(queryset, **self.form.cleaned_data)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.fields)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield one choice that holds the list's other parameters, for the form to send along."""
        others = {name: values for name, values in changelist.filter_params.items() if name not in self.fields}
        yield {"kept": [(name, value) for name, values in others.items() for value in values]}


class PublicationFilter(FormFilter):
    title = "publication date (UTC)"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        labels = {"published_from": "From", "published_to": "To"}
        widget = forms.DateInput(attrs={"type": "date"})
        return {name: forms.DateField(label=label, required=False, widget=widget) for name, label in labels.items()}

    def narrow(self, queryset: Items, **values: date | None) -> Items:
        first, last = values["published_from"], values["published_to"]
        if first:
            queryset = queryset.filter(published_at__gte=datetime.combine(first, time.min, UTC))
        if last:
            queryset = queryset.filter(published_at__lte=datetime.combine(last, time.max, UTC))
        return queryset


class RelationFilter(FormFilter):
    """Filter by one related object, found by typing.

    `holder` is the model with the foreign key called `name`; its other one, `item`, leads to the item.
    """

    holder: ClassVar[type[Model]]
    name: ClassVar[str]
    item: ClassVar[str] = "item"

    def make_fields(self, model_admin: Any) -> dict[str, forms.Field]:
        key: Any = self.holder._meta.get_field(self.name)
        widget = AutocompleteSelect(key, model_admin.admin_site)
        objects = key.related_model._default_manager.all()
        return {self.name: forms.ModelChoiceField(objects, label="", required=False, widget=widget)}

    def narrow(self, queryset: Items, **values: Any) -> Items:
        chosen = values[self.name]
        if chosen is None:
            return queryset
        if self.holder is CuratedItem:
            return queryset.filter(**{self.name: chosen})
        return queryset.filter(pk__in=self.holder._default_manager.filter(**{self.name: chosen}).values(self.item))


class TagFilter(RelationFilter):
    title = name = "tag"
    holder = ItemTag
    item = "content_object"


class TopicFilter(RelationFilter):
    title = name = "topic"
    holder = ItemTopic


class OfferingFilter(RelationFilter):
    title = name = "offering"
    holder = ItemOffering


class PublisherFilter(RelationFilter):
    title = name = "publisher"
    holder = CuratedItem


class AuthorFilter(RelationFilter):
    title = name = "author"
    holder = ItemAuthor
