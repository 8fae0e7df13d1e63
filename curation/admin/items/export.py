"""The bulk action that downloads items as Markdown files."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from curation.exporting.archive import archive
from curation.exporting.run import export


@admin.action(description="Export selected items as Markdown", permissions=["view"])
def export_items(_model_admin: Any, _request: HttpRequest, queryset: Any) -> StreamingHttpResponse:
    """Return items and their pictures as a ZIP archive that an import can read."""
    name = f"items-{timezone.localdate():%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        archive(export(queryset)),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
