"""The menu of the item list: bulk actions, each of which asks for confirmation first, and the export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from curation.items.bulk import changes
from curation.items.bulk.actions import BULK_ACTIONS, BulkAction

from .export import export_items

AdminAction = Callable[[Any, HttpRequest, Any], HttpResponse]


def admin_action(action: BulkAction) -> AdminAction:
    """Return a bulk action as the function that Django's admin calls with the chosen items."""

    @admin.action(description=f"{action.label}…")
    def run(_model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Keep the items of the action, and ask for confirmation. Nothing is changed yet."""
        assert isinstance(request.user, User)  # noqa: S101  # for the types
        try:
            change = changes.prepare(action, list(queryset.values_list("pk", flat=True)), request.user)
        except PermissionError as error:
            raise PermissionDenied(str(error)) from error
        query = {"_changelist_filters": request.GET.urlencode()} if request.GET else None
        return redirect(reverse("admin:curation_bulkchange_confirm", args=[change.pk], query=query))

    run.__name__ = action.name
    return run


ITEM_ACTIONS = (*map(admin_action, BULK_ACTIONS), export_items)
PERMISSIONS = {action.name: action.effect.permission for action in BULK_ACTIONS}
