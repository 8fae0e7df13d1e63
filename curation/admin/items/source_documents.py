"""The files that an item was imported from, read-only on the item's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.read_only import ReadOnlyPermissions
from curation.admin_site.file_names import file_names
from curation.admin_site.times import time_column
from curation.models import SourceDocument

#: Longer front matter is cut.
MAX_FRONT_MATTER_CHARS = 20_000
IMPORTED = time_column("imported_at", "imported")


class DocumentInline(ReadOnlyPermissions, admin.StackedInline):  # type: ignore[type-arg]  # generic in the stubs alone
    model = SourceDocument
    verbose_name_plural = "imported from"
    classes = ("collapse",)
    extra = 0
    readonly_fields = ("file", "front_matter_as_read", IMPORTED)
    fields = (
        ("source_system", "external_id", "dialect"),
        "file",
        "source_url",
        IMPORTED,
        "front_matter_as_read",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("record", "media")

    @admin.display(description="file")
    def file(self, document: SourceDocument) -> str:
        return file_names(document.path)

    @admin.display(description="front matter")
    def front_matter_as_read(self, document: SourceDocument) -> SafeString:
        text = document.front_matter
        is_cut = len(text) > MAX_FRONT_MATTER_CHARS
        return format_html("<pre>{}{}</pre>", text[:MAX_FRONT_MATTER_CHARS], "…" if is_cut else "")
