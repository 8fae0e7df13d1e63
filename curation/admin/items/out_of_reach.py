"""Saving a form of an item that its editor may not change any more, as after somebody submitted the draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from curation.admin_site.change_forms import local_copy
from curation.admin_site.error_pages import FORBIDDEN, error_page
from curation.admin_site.times import time_text
from curation.items.concurrent_edits import Version
from curation.models import Revision

from .views import ItemViews


class OutOfReach(ItemViews):
    """The part of the item admin that tells who took an item out of its editor's reach, and keeps the typed text."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            revision = _last_change_of_status(request, object_id) if request.method == "POST" else None
            if revision is None or not self.has_view_permission(request, revision.item):
                raise
            return error_page(request, replace(FORBIDDEN, title=_title(revision), explanation=_explain(request)))


def _last_change_of_status(request: HttpRequest, object_id: str | None) -> Revision | None:
    """Return the last change of an item's status since its form was made."""
    version = Version.read(request.POST.get("version", ""))
    if version is None or not object_id or not object_id.isdecimal() or len(object_id) > 18:
        return None
    later = Revision.objects.filter(item=int(object_id), is_applied=True, pk__gt=version.revision_id)
    return next((row for row in later.select_related("item") if "status" in row.changes), None)


def _title(revision: Revision) -> str:
    verb = revision.get_verb_display()
    who, when = revision.done_by(None), time_text(revision.created_at)
    return f"{verb} by {who}, {when}: you cannot change “{revision.item}” now"


def _explain(request: HttpRequest) -> str:
    again = " If it comes back to you, its form in this browser offers your text again." if local_copy(request) else ""
    return f"Somebody else works on it now, so nothing was saved.{again}"
