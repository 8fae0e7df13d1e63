"""Aliases: old addresses that lead to an item."""

from django.contrib import admin

from curation.models import Alias

from .base import CurationAdmin


@admin.register(Alias)
class AliasAdmin(CurationAdmin):
    fields = ("path", "item")
    list_display = ("path", "item", "created_at")
    list_select_related = ("item",)
    search_fields = ("path", "item__title", "item__slug")
    autocomplete_fields = ("item",)
    date_hierarchy = "created_at"


class AliasInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = Alias
    fields = ("path",)
    extra = 0
    classes = ("collapse",)
