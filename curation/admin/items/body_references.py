"""Broken references: pictures and links of bodies, and breadcrumbs, without a page for readers behind them."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.links import edit_link
from curation.admin.read_only import ReadOnlyAdmin
from curation.markdown.references import REF
from curation.models import BodyReference, CuratedItem
from curation.site_links.pages import broken_references

MAX_HREF_CHARS = 200


class TargetFilter(admin.SimpleListFilter):
    """Why readers get no link: there is no target, or they do not see it."""

    title = "target"
    parameter_name = "leads"
    HIDDEN = "hidden"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(self.HIDDEN, "An item that readers do not see")]

    def choices(self, changelist: Any) -> Any:
        """Yield the choices. The first is labelled “Nothing” in place of “All”, as it lists a part alone."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Nothing"}
        yield from others

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != self.HIDDEN:
            return broken_references()
        visible = CuratedItem.objects.published_among([OuterRef("target")])
        return queryset.filter(~Exists(visible), target__isnull=False)


@admin.register(BodyReference)
class BodyReferenceAdmin(ReadOnlyAdmin):
    """A list with links to the items, where references are corrected."""

    list_display = ("item_link", "kind", "href_as_written", "target_link")
    list_display_links = None
    list_filter = (TargetFilter, "kind", "item__status")
    list_select_related = ("item", "target")
    search_fields = ("href", "item__title", "item__slug")
    search_help_text = "A part of the link as it is written, or words of the item's title or slug."
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BodyReference]:
        return super().get_queryset(request).exclude(item__status=CuratedItem.Status.BIN)

    @admin.display(description="item", ordering="item")
    def item_link(self, reference: BodyReference) -> SafeString:
        return edit_link(reference.item)

    @admin.display(description="as written", ordering="href")
    def href_as_written(self, reference: BodyReference) -> SafeString:
        href = reference.href.removeprefix(REF)
        return format_html("<code>{}{}</code>", href[:MAX_HREF_CHARS], "…" if len(href) > MAX_HREF_CHARS else "")

    @admin.display(description="target")
    def target_link(self, reference: BodyReference) -> Any:
        return edit_link(reference.target) if reference.target else "Nothing"
