"""Filters of the lists of topics, offerings, publishers, authors and tags."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from curation.items.alike import alike_rows


class UsedFilter(admin.SimpleListFilter):
    """Filter by whether items have the row."""

    title = "use"
    parameter_name = "used"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "By items"), ("no", "By no item")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(item_count__gt=0)
        return queryset.filter(item_count=0) if self.value() == "no" else queryset


class AlikeFilter(admin.SimpleListFilter):
    """Filter rows whose names look like another one's."""

    title = "alike names"
    parameter_name = "alike"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Like another one")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=[pk for group in alike_rows(queryset.model) for pk in group.ids])


class TopicStateFilter(admin.SimpleListFilter):
    """Filter topics that are offered, retired, equivalent to others, or new from an import."""

    title = "state"
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [
            *(("offered", "Offered"), ("retired", "Retired"), ("new", "New from imports")),
            ("equivalent", "Equivalent to others"),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions: dict[str, dict[str, Any]] = {
            "offered": {"retired_at": None},
            "retired": {"retired_at__isnull": False},
            "new": {"is_from_import": True},
            "equivalent": {"equivalence__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))
