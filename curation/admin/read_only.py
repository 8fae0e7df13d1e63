"""Rows that editors look at but never edit: import runs and records, conflicts, source documents, body references."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from curation.items.actors import Actor

from .base import ItemViewersOnly


class ReadOnlyPermissions:
    """Permissions of a model admin or inline whose rows nobody adds, changes or deletes by hand."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class NameFilter(admin.AllValuesFieldListFilter):
    """A filter by the name of the person or command that did something, as the list shows it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "person"


class MomentFilter(admin.DateFieldListFilter):
    """A filter by the time at which something happened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "date"


class ReadOnlyAdmin(ReadOnlyPermissions, ItemViewersOnly):
    actions = None


def may_change_any(request: HttpRequest) -> bool:
    """Whether the user may change the items of others."""
    return Actor.of(request.user).may("change_any")
