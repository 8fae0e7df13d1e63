"""Ordered relations of an item as rows that can be dragged, moved by key, or numbered by hand."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.forms.models import BaseInlineFormSet, ModelChoiceField
from django.http import HttpRequest

from curation.models import ItemAuthor, ItemOffering, ItemTopic

from .widgets import LabelledAutocomplete


class OrderedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """One row. A new row that only has a position is an empty row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", None)
            if isinstance(widget, LabelledAutocomplete) and self.instance.pk:
                widget.selected = getattr(self.instance, name)

    def has_changed(self) -> bool:
        return bool(self.changed_data if self.instance.pk else set(self.changed_data) - {"position"})


class OrderedFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows in their order; new ones continue the count."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        new = (index or 0) - self.initial_form_count()
        if new >= 0 and "position" in form.fields:
            last = max((row.position for row in self.get_queryset()), default=-1)
            form.initial.setdefault("position", last + 1 + new)


class PrimaryFormSet(OrderedFormSet):
    """Rows of which at most one is marked primary."""

    def clean(self) -> None:
        super().clean()
        if len(self.primary_forms()) > 1:
            raise ValidationError("An item is about one offering at most: mark one row.")

    def primary_forms(self) -> list[Any]:
        forms = (form for form in self.forms if form not in self.deleted_forms)
        return [form for form in forms if form.cleaned_data.get("is_primary")]

    def save(self, commit: bool = True) -> list[Any]:
        """Unmark the row that was primary before its successor is marked: the database allows one at any moment."""
        primary = [form.instance.pk for form in self.primary_forms()]
        self.get_queryset().filter(is_primary=True).exclude(pk__in=primary).update(is_primary=False)
        return super().save(commit)


class OfferingForm(OrderedForm):
    def _get_validation_exclusions(self) -> set[str]:
        # Which row is primary is the formset's to check: in the database it may still be the one that is just unmarked.
        return {*super()._get_validation_exclusions(), "is_primary"}  # type: ignore[misc]  # not in the stubs


class OrderedInline(admin.TabularInline):  # type: ignore[type-arg]
    form = OrderedForm
    formset = OrderedFormSet
    extra = 1
    classes = ("ordered",)
    ordering = ("position", "id")

    class Media:
        js = (forms.Script("admin-curation/ordered-rows.js", type="module"),)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = LabelledAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.autocomplete_fields)


class TopicInline(OrderedInline):
    model = ItemTopic
    autocomplete_fields = ("topic",)
    fields = ("topic", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("topic__vocabulary")


class OfferingInline(OrderedInline):
    model = ItemOffering
    autocomplete_fields = ("offering",)
    form = OfferingForm
    formset = PrimaryFormSet
    fields = ("offering", "is_primary", "position")


class AuthorInline(OrderedInline):
    model = ItemAuthor
    autocomplete_fields = ("author",)
    fields = ("author", "position")
