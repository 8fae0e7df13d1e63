"""The page on which editors work on an item. `list_page.py` has the list."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list

from curation.admin.aliases import AliasInline
from curation.admin.base import may_view_items
from curation.admin.images.details import picture_with_details
from curation.admin_site.times import time_text, zone_name
from curation.items import relations
from curation.items.actors import Actor
from curation.items.addresses import claim_page, rename
from curation.items.put_back import TIMES
from curation.items.state import LABELS
from curation.items.synonyms import wait_for_names
from curation.items.workflow import may_change, state_label
from curation.lib.page_urls import address
from curation.models import Alias, CuratedItem, ItemAuthor, ItemOffering, ItemTopic
from curation.site_links.resolve import refresh_references, resolve_references_to

from .consequences import consequence
from .deleted_meanwhile import DeletedMeanwhile
from .drafts import DraftViews, draft_published
from .fieldsets import FIELDSETS, complete, editable_columns, without_fields
from .form import ItemEditForm
from .list_page import ListPage
from .merged_relations import changed_relations, save_changed_aliases
from .neighbours import Neighbours
from .new_rows import RowsInPlace
from .out_of_reach import OutOfReach
from .preview_link_views import PreviewLinkViews
from .quick_edit import QuickEdit
from .relation_inlines import AuthorInline, ItemInlineFormSet, OfferingInline, TopicInline
from .revision_of_save import write_revision
from .source_documents import DocumentInline
from .verbs import VerbViews

#: The field of a state for each model of an inline.
_FIELDS: dict[type[Model], str] = {
    ItemTopic: "topics",
    ItemOffering: "offerings",
    ItemAuthor: "authors",
    Alias: "aliases",
}
#: Form fields without a value of the item. The page omits them for users who may only view it.
FORM_ONLY = {name for name in ItemEditForm.declared_fields if not hasattr(CuratedItem, name)}


@admin.register(CuratedItem)
class ItemAdmin(
    ListPage, QuickEdit, OutOfReach, DeletedMeanwhile, DraftViews, VerbViews, Neighbours, PreviewLinkViews, RowsInPlace
):
    form = ItemEditForm

    autocomplete_fields = ("publisher", "image")
    readonly_fields = ("chosen_picture",)
    fieldsets = complete(FIELDSETS, editable_columns())

    def get_queryset(self, request: HttpRequest) -> QuerySet[CuratedItem]:
        return super().get_queryset(request).select_related("image", "publisher")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> CuratedItem | None:
        """Return an item, locked while its form is saved: an import that changes it waits until the form is saved."""
        item = super().get_object(request, object_id, from_field)
        if item and request.method == "POST" and connection.in_atomic_block:
            wait_for_names()  # before the form looks up the rows that it names
            rows = CuratedItem.objects.select_related("image", "publisher")
            item.refresh_from_db(from_queryset=rows.select_for_update(of=("self",)))
        return item

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the user may add items: the form names others, so it asks for the permission to view them as well."""
        return may_view_items(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: CuratedItem | None = None) -> bool:
        actor = Actor.of(request.user)
        return actor.may("change") if obj is None else may_change(actor, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.actor = Actor.of(request.user)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: CuratedItem | None = None) -> Any:
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fieldsets if may_edit else without_fields(self.fieldsets, FORM_ONLY)

    def get_readonly_fields(self, request: HttpRequest, obj: CuratedItem | None = None) -> tuple[str, ...]:
        """Return the fields that the user may only read: those that would publish or withdraw a published item."""
        is_published = obj is not None and obj.status == CuratedItem.Status.PUBLISHED
        times = TIMES if is_published and not Actor.of(request.user).may("publish") else ()
        return (*self.readonly_fields, *times)

    def get_inlines(self, _request: HttpRequest, obj: CuratedItem | None) -> list[Any]:
        return [TopicInline, OfferingInline, AuthorInline, *([AliasInline, DocumentInline] if obj else [])]

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> list[Any]:
        formsets: list[Any] = super().get_inline_formsets(*args, **kwargs)
        for formset in formsets:
            formset.__class__ = ItemInlineFormSet  # Django's method has no setting for it
        return formsets

    def form_context(self, request: HttpRequest, form: Any, obj: CuratedItem | None) -> dict[str, Any]:
        open_conflicts = obj.conflicts.count() if obj else 0
        state = state_label(obj) if obj else str(CuratedItem.Status.DRAFT.label)
        return {
            **super().form_context(request, form, obj),
            "open_conflicts": open_conflicts,
            "state": state,
            "state_class": state.lower().replace(" ", "-"),
            "consequence": consequence(obj) if obj else None,
            "address_start": address("item", "x").removesuffix("x/"),
        }

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: CuratedItem | None = None,
    ) -> HttpResponse:
        """Return the page of the form, without the scripts of Django's admin: its fields need none of them."""
        context["media"] = sum(
            (inline.media for inline in context["inline_admin_formsets"]), context["adminform"].form.media
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def view_on_site(self, obj: CuratedItem) -> str:
        return obj.get_absolute_url() if obj.is_live else reverse("admin:curation_curateditem_page", args=[obj.pk])

    def save_model(self, request: HttpRequest, obj: CuratedItem, form: Any, change: bool) -> None:
        """Save, and claim the address. After a change of the slug, an alias keeps the old address."""
        live = form.edit.live if change else {}
        if form.has_changed() and live.get("status") == CuratedItem.Status.PUBLISHED:
            obj.edited_at = timezone.now()
        if change and obj.slug != live["slug"]:
            slug, obj.slug = obj.slug, live["slug"]
            rename(obj, slug, Actor.of(request.user))
        if not change:
            obj.created_by = Actor.of(request.user).user
        super().save_model(request, obj, form, change)
        if not change:
            claim_page(obj, Actor.of(request.user))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save relations and aliases, resolve the references of the body and those to the item, write the revision."""
        item, edit, tags = form.instance, form.edit, form.cleaned_data.pop("tags", None)  # or the form would write tags
        super().save_related(request, form, formsets, change)
        by_field = {_FIELDS[formset.model]: formset for formset in formsets if formset.model in _FIELDS}
        changed = changed_relations(item, edit, by_field)
        if edit is None or {*tags} != {*edit.live["tags"]}:
            changed["tags"] = tags
        relations.set_relations(item, **changed)
        if edit and "aliases" in by_field:
            save_changed_aliases(item, edit, by_field["aliases"])
        if edit and changed:
            CuratedItem.objects.filter(pk=item.pk).update(edited_at=timezone.now())
        refresh_references([item])
        resolve_references_to([item])
        for sent in (form, *(row for formset in by_field.values() for row in formset.forms)):
            for sentence in getattr(sent, "deleted_choices", ()):  # forms of redirects have no choices
                self.message_user(request, sentence, messages.WARNING)
        form.saved_fields = write_revision(Actor.of(request.user), item, edit, draft_published(request))
        for name, typed in form.refused.items():
            self.message_user(request, _not_taken_message(name, typed), messages.WARNING)

    def construct_change_message(self, _request: HttpRequest, form: Any, _formsets: Any, add: bool = False) -> Any:
        """Return the line of the admin's log: the changed fields in words."""
        if add:
            return [{"added": {}}]
        return f"Changed {get_text_list(form.saved_fields, 'and')}." if form.saved_fields else "Changed nothing."

    @admin.display(description="picture")
    def chosen_picture(self, item: CuratedItem) -> SafeString:
        """Return the image of an item. `chosen-picture.js` replaces it when another one is chosen."""
        content = picture_with_details(item.image) if item.image else ""
        urls = reverse("admin:curation_image_picture", args=[0]), reverse("admin:curation_image_picker")
        return format_html('<div id="chosen-picture" data-url="{}" data-picker-url="{}">{}</div>', *urls, content)


def _not_taken_message(name: str, typed: str) -> str:
    value = f"{time_text(datetime.fromisoformat(typed))} {zone_name()}" if typed else "the empty field"
    return (
        f"{LABELS[name]}: {value} was not taken, because the item is published and publishers alone change its times. "
        "It is kept in the history; ask a publisher to put it back."
    )
