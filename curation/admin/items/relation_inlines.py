"""Inlines for the ordered relations of an item: tables of rows with positions, which `chips.js` shows as chips."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import InlineAdminFormSet
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest

from curation.admin.deleted_choices import DeletedChoicesForm
from curation.admin.keyed_formsets import ItemPermissions, KeyedForm, KeyedFormSet
from curation.admin.widgets import ChipSelect
from curation.admin_site.parameters import text_parameter
from curation.models import ItemAuthor, ItemOffering, ItemTopic, Offering

from .merged_form import MergedForm
from .named_rows import rows_named
from .new_rows import RowsInPlace
from .tags_field import read_tags


class ItemInlineFormSet(InlineAdminFormSet):
    """An inline of the item form, without the scripts of Django's admin. Rows are not asked: they need no others."""

    @property
    def media(self) -> Media:
        media: Media = Media(getattr(self.opts, "Media", None)) + self.formset.media
        return media


class OrderedForm(DeletedChoicesForm, KeyedForm):
    """One row. A row with a position alone counts as empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        for name, field in self.fields.items():
            if isinstance(field.widget, ChipSelect) and getattr(self.instance, f"{name}_id"):
                field.widget.selected = getattr(self.instance, name)
                field.widget.chips = {}  # the row that scripts copy has them

    def has_changed(self) -> bool:
        return bool(self.changed_data if self.instance.pk else set(self.changed_data) - {"position", "id"})


class OrderedFormSet(KeyedFormSet):
    """Rows in the order of their positions; rows without one come last.

    Without script, further rows are typed as a line of names, which come after these.
    """

    names_help = "Names, separated by commas."
    #: The rows that were typed by their names.
    named: Sequence[Any] = ()

    @property
    def names(self) -> str:
        """The names that were typed."""
        data: Any = self.data
        return text_parameter(data, f"{self.prefix}-names") if self.is_bound else ""

    def clean(self) -> None:
        super().clean()
        model: Any = self.fk.model._meta.get_field(self.key).related_model
        chosen = {row[self.key].pk for row in self.chosen()}
        self.named = [row for row in rows_named(model, read_tags(self.names)) if row.pk not in chosen]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.shown_fields = {self.key: "id"}  # of the topic, offering or author, not of the relation's row
        form.fields["id"].initial = getattr(form.instance, f"{self.key}_id")
        new = (index or 0) - self.initial_form_count()
        if not self.is_bound and new >= 0:
            last = max((row.position for row in self.get_queryset()), default=-1)
            form.initial.setdefault("position", last + 1 + new)

    def rows_and_template(self) -> list[Any]:
        """Return the forms of the page: one a row, and the one that scripts copy."""
        return [*self.forms, self.empty_form]

    def chosen(self) -> list[dict[str, Any]]:
        """Return the cleaned rows in their order."""
        rows = [form.cleaned_data for form in self.filled_forms()]
        rows.sort(key=lambda row: (row.get("position") is None, row.get("position") or 0))  # it may be invalid
        return [*rows, *({self.key: row, "is_primary": False} for row in self.named)]


class TopicFormSet(OrderedFormSet):
    key = "topic"
    names_help = "Labels, or “Vocabulary: Label”, separated by commas."


class AuthorFormSet(OrderedFormSet):
    key = "author"


class OfferingFormSet(OrderedFormSet):
    """Rows of which at most one is marked primary."""

    key = "offering"
    #: Whether others alone have changed which offering the item is about, or the editor took their choice.
    takes_their_primary = False

    @property
    def primary(self) -> Offering | None:
        return next((row["offering"] for row in self.chosen() if row["is_primary"]), None)

    def clean(self) -> None:
        super().clean()
        if sum(row["is_primary"] for row in self.chosen()) > 1:
            raise ValidationError("An item is about one offering at most: mark one row.")
        form: MergedForm | None = getattr(self.instance, "form", None)
        if form and form.edit:
            self.takes_their_primary = form.merge_primary(self.primary.name if self.primary else "")


class OrderedInline(ItemPermissions, RowsInPlace, admin.TabularInline):  # type: ignore[type-arg]
    form = OrderedForm
    template = "admin/curation/curateditem/ordered_rows.html"
    extra = 1
    classes = ("ordered",)
    ordering = ("position", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.autocomplete_fields)


class TopicInline(OrderedInline):
    model = ItemTopic
    formset = TopicFormSet
    autocomplete_fields = ("topic",)
    fields = ("topic", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("topic__vocabulary")


class OfferingInline(OrderedInline):
    model = ItemOffering
    autocomplete_fields = ("offering",)
    formset = OfferingFormSet
    fields = ("offering", "is_primary", "position")


class AuthorInline(OrderedInline):
    model = ItemAuthor
    formset = AuthorFormSet
    autocomplete_fields = ("author",)
    fields = ("author", "position")
