"""Curated items: their list, and the page where curators work."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import connection
from django.db.models import Model, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.forms import Media, Script
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from curation.changelists import BoundedList
from curation.links import url_key
from curation.markup import picture
from curation.models import Alias, CuratedItem, ItemTopic, SourceDocument
from curation.models.documents import discard_pdf
from curation.publishing import claim_addresses, rename
from curation.resolving import arrived, refresh
from curation.search.index import index

from .actions import archive_items, publish_items, withdraw_items
from .base import state_of
from .documents import DocumentInline
from .export import export_items
from .filters import (
    AuthorFilter,
    MissingFilter,
    OfferingFilter,
    PublicationFilter,
    PublisherFilter,
    StateFilter,
    TagFilter,
    TopicFilter,
    VocabularyFilter,
)
from .images import described_picture
from .item_form import ItemForm
from .item_views import ItemViews
from .ordered import AuthorInline, OfferingInline, TopicInline
from .redirects import AliasInline

MAX_TOPICS = 3
#: Fields of the form that are no columns: without permission to change, there is nothing to show of them.
FORM_ONLY = {"new_image", "save_anyway", "shown"}


class ItemList(BoundedList):
    """The list without the long columns, which it does not show."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        items = super().get_queryset(request, exclude_parameters)
        topics = Prefetch("itemtopic_set", ItemTopic.objects.select_related("topic"))
        return items.prefetch_related(topics).defer(
            "summary", "shown_summary", "body", "body_html", "body_text", "media_provenance", "meta", "breadcrumbs"
        )


@admin.register(CuratedItem)
class ItemAdmin(ItemViews):
    form = ItemForm
    list_display = ("thumbnail", "headline", "origin", "state", "published_at")
    list_display_links = ("headline",)
    list_filter = (
        *(StateFilter, PublicationFilter, MissingFilter, VocabularyFilter),
        *(TopicFilter, OfferingFilter, PublisherFilter, AuthorFilter, TagFilter),
    )
    date_hierarchy = "published_at"
    # An undated draft stands where it was made: among the newest.
    ordering = (Coalesce("published_at", "created_at").desc(), "-id")
    search_fields = ("title", "slug", "source_url")
    search_help_text = "Words of title, slug or source link; a whole link, however it is written; an external ID."
    actions = (publish_items, withdraw_items, archive_items, export_items)

    autocomplete_fields = ("publisher", "image")
    radio_fields: ClassVar[dict[str, Any]] = {"status": admin.HORIZONTAL}
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ("chosen_picture",)
    fieldsets = (
        (None, {"fields": ("save_anyway", "shown", "title", "slug", ("status", "published_at", "expires_at"))}),
        ("Source", {"fields": ("source_url", "publisher", ("via_name", "via_url"))}),
        ("Text", {"fields": ("summary", "flavour", "body")}),
        ("Image", {"fields": ("image", "chosen_picture", "new_image", "image_alt")}),
        ("Classification", {"fields": ("tags", ("kind", "format"), ("section", "institution"), "language")}),
        (
            "Rarely needed",
            {
                "classes": ("collapse", "after-relations"),
                "fields": ("source_url_original", "source_modified_at", "pdf", "meta"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[CuratedItem]:
        return super().get_queryset(request).select_related("image", "publisher")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> CuratedItem | None:
        """Lock an item while its form is saved: an import that would change it waits, rather than be written over."""
        item = super().get_object(request, object_id, from_field)
        if item and request.method == "POST" and connection.in_atomic_block:
            item.refresh_from_db(from_queryset=self.get_queryset(request).select_for_update(of=("self",)))
        return item

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[ItemList]:
        return ItemList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find words as Django does, and beside them what a whole link or an external ID names."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        term = search_term.replace("\x00", "").strip()
        exact = Q(pk__in=SourceDocument.objects.filter(external_id=term).values("item"))
        if key := url_key(term):
            exact |= Q(source_url_key=key)
        return (found | queryset.filter(exact) if term else found), duplicates

    def get_fieldsets(self, request: HttpRequest, obj: CuratedItem | None = None) -> Any:
        if self.has_change_permission(request, obj) if obj else self.has_add_permission(request):
            return self.fieldsets
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field not in FORM_ONLY]})
            for name, options in self.fieldsets
        ]

    def get_inlines(self, _request: HttpRequest, obj: CuratedItem | None) -> list[Any]:
        return [TopicInline, OfferingInline, AuthorInline, *([AliasInline, DocumentInline] if obj else [])]

    def goes_along(self) -> dict[type[Model], str]:
        return {Alias: "redirects", SourceDocument: "import records"}

    def view_on_site(self, obj: CuratedItem) -> str:
        return obj.get_absolute_url() if obj.is_live else reverse("admin:curation_curateditem_page", args=[obj.pk])

    def save_model(self, request: HttpRequest, obj: CuratedItem, form: Any, change: bool) -> None:
        """Save, and take the address: where the slug has changed, an alias stays behind."""
        if form.has_changed() and form.initial.get("status") == CuratedItem.Status.PUBLISHED:
            obj.edited_at = timezone.now()
        if change and "slug" in form.changed_data:
            slug, obj.slug = obj.slug, form.initial["slug"]
            rename(obj, slug)
        super().save_model(request, obj, form, change)
        if not change:
            claim_addresses([obj])
        elif "pdf" in form.changed_data:
            discard_pdf(form.initial["pdf"].name or "")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what the item is tied to, which comes after the item itself; index it with that, and look up what its
        body leads to and what waited for it.
        """
        super().save_related(request, form, formsets, change)
        if change and any(formset.has_changed() for formset in formsets):
            CuratedItem.objects.filter(pk=form.instance.pk).update(edited_at=timezone.now())
        index([form.instance.pk])
        refresh([form.instance])
        arrived([form.instance])

    @property
    def media(self) -> Media:
        """Add what the list's filters need."""
        key = CuratedItem._meta.get_field("publisher")
        own = Media(js=[Script("admin-curation/filters.js", type="module")])  # type: ignore[list-item]  # not in the stubs
        return super().media + AutocompleteSelect(key, self.admin_site).media + own

    @admin.display(description="", empty_value="")
    def thumbnail(self, item: CuratedItem) -> SafeString:
        return picture(item.image, sizes="80px")

    @admin.display(description="title", ordering="title")
    def headline(self, item: CuratedItem) -> str:
        return item.title

    @admin.display(ordering="status")
    def state(self, item: CuratedItem) -> SafeString:
        state = state_of(item)
        return format_html('<span class="state state-{}">{}</span>', state.lower(), state)

    @admin.display(description="publisher, topics", ordering="publisher__name")
    def origin(self, item: CuratedItem) -> SafeString:
        names = [relation.topic.label for relation in item.itemtopic_set.all()]
        topics = ", ".join(names[:MAX_TOPICS]) + (" …" if len(names) > MAX_TOPICS else "")
        return format_html_join(mark_safe("<br>"), "{}", ([line] for line in (item.publisher, topics) if line))

    @admin.display(description="picture")
    def chosen_picture(self, item: CuratedItem) -> SafeString:
        """Show the image of an item; a script puts another one there when it is chosen."""
        shown = described_picture(item.image) if item.image else ""
        url = reverse("admin:curation_image_picture", args=[0])
        return format_html('<div id="chosen-picture" data-url="{}">{}</div>', url, shown)
