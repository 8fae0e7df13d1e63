"""Rows that editors look at and act on, but never fill in: runs of imports, their records, conflicts."""

from typing import Any

from django.http import HttpRequest

from .base import CurationAdmin


class ReadOnlyAdmin(CurationAdmin):
    actions = None

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def page(self, request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
        """Return the context of a page of this model's."""
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}


def may_edit_items(request: HttpRequest) -> bool:
    return request.user.has_perm("curation.change_curateditem")
