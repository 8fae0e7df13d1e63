"""The items before and after an item in the list from which an editor opened it."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_GET

from curation.models import CuratedItem

from .views import ItemViews

#: The parameter in which Django keeps the filters of the list.
FILTERS = "_changelist_filters"


class Neighbours(ItemViews):
    """The part of the item admin that leads from one item of a list to the next.

    The links of a form name the list alone. Its items are looked up when a link is followed, so that a form costs the
    same for any list.
    """

    def get_urls(self) -> list[URLPattern]:
        return [
            self.guarded_path(f"<int:pk>/{name}/", require_GET(view), name, self.has_view_permission)
            for name, view in (("next", self.next_view), ("previous", self.previous_view))
        ] + super().get_urls()

    def next_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._to_neighbour(request, pk, is_next=True)

    def previous_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._to_neighbour(request, pk, is_next=False)

    def _to_neighbour(self, request: HttpRequest, pk: int, *, is_next: bool) -> HttpResponse:
        """Redirect to the form of the item after or before one; to the same one, with a message, at an end."""
        found, is_listed = neighbour(self._listed(request), pk, is_next=is_next)
        if found is None:
            self.message_user(request, f"This is the {'last' if is_next else 'first'} item of the list.", messages.INFO)
        elif not is_listed:
            self.message_user(request, "The former item is not in the list; this is its first.", messages.INFO)
        url = reverse("admin:curation_curateditem_change", args=[found or pk])
        context: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return HttpResponseRedirect(add_preserved_filters(context, url))

    def _listed(self, request: HttpRequest) -> QuerySet[CuratedItem]:
        """Return the items of the list; of the unfiltered one where its filters are not valid any more."""
        trial = copy(request)
        for filters in (request.GET.get(FILTERS, ""), ""):
            trial.GET = QueryDict(filters)
            try:
                listed: QuerySet[CuratedItem] = self.get_changelist_instance(trial).queryset
            except (IncorrectLookupParameters, SuspiciousOperation):
                continue
            return listed
        return CuratedItem.objects.none()


def neighbour(listed: QuerySet[CuratedItem], pk: int, *, is_next: bool) -> tuple[int | None, bool]:
    """Return the ID after or before one in a list, `None` at its end, and whether the list has the item.

    For an item that is not in the list any more, as after it was published, it is the first of the list.
    """
    before = first = None
    ids = listed.values_list("pk", flat=True).iterator(chunk_size=2000)
    for found in ids:
        if found == pk:
            return (next(ids, None) if is_next else before), True
        before, first = found, first or found
    return first, False
