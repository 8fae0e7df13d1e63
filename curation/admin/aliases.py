"""Aliases: old addresses that redirect to an item."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from curation.admin_site.times import time_column
from curation.items.actors import Actor
from curation.items.revisions import recording
from curation.models import Alias, CuratedItem, Revision
from curation.site_links.resolve import resolve_references_to

from .base import ItemViewersOnly
from .keyed_formsets import ItemPermissions, KeyedForm, KeyedFormSet


@admin.register(Alias)
class AliasAdmin(ItemViewersOnly):
    fields = ("path", "item")
    list_display = ("path", "item", time_column("created_at", "created"))
    list_select_related = ("item",)
    search_fields = ("path", "item__title", "item__slug")
    autocomplete_fields = ("item",)
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alias]:
        return super().get_queryset(request).exclude(item__status=CuratedItem.Status.BIN)

    def save_model(self, request: HttpRequest, obj: Alias, form: Any, change: bool) -> None:
        """Save, and resolve the links of bodies that lead to this address. Each item concerned gets a revision."""
        concerned = {obj.item_id, form.initial.get("item", obj.item_id)}
        with recording(concerned, Revision.Verb.CHANGED, Actor.of(request.user)):
            super().save_model(request, obj, form, change)
            resolve_references_to([obj.item])

    def delete_model(self, request: HttpRequest, obj: Alias) -> None:
        with recording([obj.item_id], Revision.Verb.CHANGED, Actor.of(request.user)):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Alias]) -> None:
        items = queryset.values_list("item", flat=True)
        with recording(items, Revision.Verb.CHANGED, Actor.of(request.user)):
            super().delete_queryset(request, queryset)


class AliasForm(KeyedForm):
    def clean_path(self) -> str:
        """Return a path in the normal form. Refuse one that no address can have, or that is another item's."""
        alias = Alias(path=self.cleaned_data["path"], item=self.instance.item)
        alias.clean_fields(exclude=["item"])
        if Alias.objects.filter(path=alias.path).exclude(item=alias.item).exists():
            raise ValidationError("Another item has this redirect already.")
        return alias.path


class AliasFormSet(KeyedFormSet):
    key = "path"

    def chosen(self) -> list[str]:
        return [form.cleaned_data["path"] for form in self.filled_forms()]


class AliasInline(ItemPermissions, admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = Alias
    form = AliasForm
    formset = AliasFormSet
    fields = ("path",)
    extra = 0
    classes = ("collapse", "growing")

    class Media:
        js = (forms.Script("admin-curation/inline-rows.js", type="module"),)
