"""Offerings: the products that items are about."""

from typing import Any

from django.contrib import admin
from django.forms.models import ModelMultipleChoiceField
from django.http import HttpRequest

from curation.models import ItemOffering, Offering, Topic

from .forms import SluggedForm
from .taxonomy.merging import MergingAdmin


@admin.register(Offering)
class OfferingAdmin(MergingAdmin):
    relation_model, foreign_key = ItemOffering, "offering"
    form = SluggedForm
    list_display = ("name", "external_id", "item_count", "slug")
    search_fields = ("name", "slug", "external_id")
    autocomplete_fields = ("topics",)
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = (
        (None, {"fields": ("name", "slug", "external_id")}),
        ("For readers", {"fields": ("description", "url", "topics")}),
    )

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        kwargs["queryset"] = Topic.objects.select_related("vocabulary")  # the label of a topic names its vocabulary
        return super().formfield_for_manytomany(db_field, request, **kwargs)
