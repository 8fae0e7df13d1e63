"""Rows that editors look at and act on, but never fill in: runs of imports, their records, conflicts."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from .base import CurationAdmin


class ReadOnlyAdmin(CurationAdmin):
    actions = None

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def own_path(self, route: str, view: Any, name: str, allowed: Callable[[HttpRequest], bool]) -> URLPattern:
        """Return an address whose view is for staff to whom `allowed` applies."""

        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not allowed(request):
                raise PermissionDenied
            return view(request, **kwargs)  # type: ignore[no-any-return]

        return path(route, self.admin_site.admin_view(guarded), name=f"curation_{self.opts.model_name}_{name}")

    def page(self, request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
        """Return the context of a page of this model's."""
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}


def may_edit_items(request: HttpRequest) -> bool:
    return request.user.has_perm("curation.change_curateditem")
