"""The page of the item list: views, filters, rows and the bar of bulk actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from curation.admin.base import CurationAdmin
from curation.items.actors import Actor
from curation.models import CuratedItem

from .actions import ITEM_ACTIONS, PERMISSIONS
from .date_filter import DESK_TIME, DateFilter
from .drafts import DraftFilter
from .filters import (
    BulkChangeFilter,
    CheckFilter,
    DeskFilter,
    MissingFilter,
    StateFilter,
    VocabularyFilter,
    WhoFilter,
)
from .item_list import ItemChangeList, OrderFilter, narrow_by_text
from .list_rows import list_rows
from .name_filters import AuthorFilter, OfferingFilter, PublisherFilter, TagFilter, TopicFilter
from .saved_views import MAX_SAVED_VIEWS, list_views, view_query
from .view_pages import ViewPages

#: The bulk actions of the bar in groups, by the beginning or the end of their names.
_GROUPS = {"Topics": "_topics", "Tags": "_tags", "Offerings": "_offerings", "Set": "set_"}


class ListPage(ViewPages, CurationAdmin):
    """The part of the item admin that lists items."""

    list_display = ("__str__",)
    sortable_by = ()
    list_filter = (
        *(StateFilter, MissingFilter, TopicFilter, OfferingFilter, PublisherFilter, AuthorFilter, TagFilter),
        *(DateFilter, WhoFilter, VocabularyFilter, CheckFilter, DraftFilter, BulkChangeFilter, OrderFilter),
    )
    # An undated draft is sorted by the time it was created: among the newest. The list has further `ORDERS`.
    ordering = (DESK_TIME.desc(), "-id")
    search_fields = ("title", "slug")  # of the choices of other forms; the list's own search is `narrow_by_text()`
    actions = ITEM_ACTIONS

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[ItemChangeList]:
        return ItemChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find items as readers do, or by what names one; for the choices of other forms by parts of title and slug."""
        is_list = request.resolver_match is None or request.resolver_match.url_name != "autocomplete"
        if is_list and search_term.strip():
            return narrow_by_text(request, queryset, search_term), False
        return super().get_search_results(request, queryset, search_term)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the bulk actions that the user may carry out. The bin takes the place of Django's own deletion."""
        actor, actions = Actor.of(request.user), super().get_actions(request)
        return {
            name: action
            for name, action in actions.items()
            if name != "delete_selected" and (name not in PERMISSIONS or actor.may(PERMISSIONS[name]))
        }

    def response_post_save_change(self, request: HttpRequest, obj: CuratedItem) -> HttpResponseRedirect:
        """Return to the row of the item that was saved."""
        response = super().response_post_save_change(request, obj)
        response["Location"] += f"#item-{obj.pk}"
        return response

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and request.POST.get("select_across") == "1":
            sent = request.POST.copy()
            sent.setdefault(ACTION_CHECKBOX_NAME, "0")  # Django asks for a chosen item, though all are
            request.POST = sent  # type: ignore[assignment]  # as Django's own tests do
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data:
            response.context_data |= self._list_context(request, response.context_data["cl"])
        return response

    def _list_context(self, request: HttpRequest, changelist: ItemChangeList) -> dict[str, Any]:
        panels = changelist.panels()
        query = view_query(request.GET.urlencode())
        views = list_views(request, self)
        return {
            "rows": list(list_rows(changelist.result_list, Actor.of(request.user))),
            "panels": panels,
            "other_parameters": list(_other_parameters(changelist)),
            "clear_all": changelist.query_without(*_filter_parameters(changelist)),
            "is_filtered": any(panel.chosen for panel in panels if panel.title != OrderFilter.title),
            "views": views,
            "view_query": query,
            "may_save_view": query and not any(view.is_current for view in views),
            "has_too_many_views": sum(view.pk > 0 for view in views) >= MAX_SAVED_VIEWS,
            "action_groups": list(_action_groups(self.get_actions(request))),
        }


def _filter_parameters(changelist: ItemChangeList) -> set[str]:
    """Return the parameters of filters: all but the words and the order."""
    return set(changelist.filter_params) - {"q", "order"}


def _other_parameters(changelist: ItemChangeList) -> Iterator[tuple[str, str]]:
    """Yield the parameters that the form of the filters has no field for, and keeps."""
    fields = {
        "q",
        *(name for spec in changelist.filter_specs if isinstance(spec, DeskFilter) for name in spec.form.fields),
    }
    for name, values in changelist.filter_params.items():
        if name not in fields:
            yield from ((name, value) for value in values)


def _action_groups(actions: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the actions of the bar, names and labels: each group, and those without, for which the group is ""."""
    labels = {name: label for name, (_run, _name, label) in actions.items()}
    grouped = {
        group: [name for name in labels if name.startswith(mark) or name.endswith(mark)]
        for group, mark in _GROUPS.items()
    }
    alone = [name for name in labels if not any(name in names for names in grouped.values())]
    for group, names in {**grouped, "": alone}.items():
        if names:
            yield group, [(name, labels[name]) for name in names]
