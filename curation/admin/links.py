"""Pictures and links of bodies, and breadcrumbs, that lead readers nowhere: to be corrected in their item."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.models import BodyReference, CuratedItem
from curation.references import REF
from curation.sitepages import nowhere

from .base import edit_link
from .read_only import ReadOnlyAdmin


class LeadsFilter(admin.SimpleListFilter):
    """Why readers get no link: there is nothing, or an item that they do not see."""

    title = "what is there"
    parameter_name = "leads"
    HIDDEN = "hidden"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(self.HIDDEN, "An item that readers do not see")]

    def choices(self, changelist: Any) -> Any:
        """Yield the choices, the first of them by its own name: it is not all there is."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Nothing"}
        yield from others

    def queryset(self, _request: HttpRequest, _queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != self.HIDDEN:
            return nowhere()
        seen = CuratedItem.objects.published_among([OuterRef("target")])
        return BodyReference.objects.filter(~Exists(seen), target__isnull=False)


@admin.register(BodyReference)
class BodyReferenceAdmin(ReadOnlyAdmin):
    """A list that leads to the items."""

    list_display = ("item_link", "kind", "written", "there")
    list_display_links = None
    list_filter = (LeadsFilter, "kind", "item__status")
    list_select_related = ("item", "target")
    search_fields = ("href", "item__title", "item__slug")
    search_help_text = "A part of the link as it is written, or words of the item's title or slug."
    ordering = ("-id",)

    @admin.display(description="item", ordering="item")
    def item_link(self, reference: BodyReference) -> SafeString:
        return edit_link(reference.item)

    @admin.display(description="as written", ordering="href")
    def written(self, reference: BodyReference) -> SafeString:
        href = reference.href.removeprefix(REF)
        return format_html("<code>{}{}</code>", href[:200], "…" if len(href) > 200 else "")

    @admin.display(description="what is there")
    def there(self, reference: BodyReference) -> Any:
        return edit_link(reference.target) if reference.target else "Nothing"
