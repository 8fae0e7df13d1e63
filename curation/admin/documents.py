"""The files that an item was imported from: to look at, never to edit."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.models import SourceDocument

#: Front matter is shown up to this many characters.
MAX_SHOWN = 20_000


class DocumentInline(admin.StackedInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = SourceDocument
    verbose_name_plural = "imported from"
    classes = ("collapse",)
    extra = 0
    readonly_fields = ("front_matter_as_read",)
    fields = (
        ("source_system", "external_id", "dialect"),
        "path",
        "source_url",
        "imported_at",
        "front_matter_as_read",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("record", "media")

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @admin.display(description="front matter")
    def front_matter_as_read(self, document: SourceDocument) -> SafeString:
        text = document.front_matter
        return format_html("<pre>{}{}</pre>", text[:MAX_SHOWN], "…" if len(text) > MAX_SHOWN else "")
