"""Aliases: old addresses that lead to an item."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from curation.models import Alias
from curation.resolving import arrived

from .base import CurationAdmin


@admin.register(Alias)
class AliasAdmin(CurationAdmin):
    fields = ("path", "item")
    list_display = ("path", "item", "created_at")
    list_select_related = ("item",)
    search_fields = ("path", "item__title", "item__slug")
    autocomplete_fields = ("item",)
    date_hierarchy = "created_at"

    def save_model(self, request: HttpRequest, obj: Alias, form: Any, change: bool) -> None:
        """Save, and resolve the links that waited for this address."""
        super().save_model(request, obj, form, change)
        arrived([obj.item])


class AliasInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = Alias
    fields = ("path",)
    extra = 0
    classes = ("collapse",)
