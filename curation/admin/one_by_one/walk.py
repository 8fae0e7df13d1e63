"""The way through a list of items: the one asked for, its neighbours, and its place.

The order is that of the list of items, whatever column the list is sorted by: the newest first.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from curation.items.actors import Actor
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet

from .fields import MissingField

#: The parameters of these pages beside those of the list.
ITEM, DONE, FIELD = "item", "done", "field"
#: Parameters of the list that say how it is shown.
SHOWN = ("p", "o", "all", "e", "_facets")


@dataclass(frozen=True, slots=True)
class Walk:
    """The items of a list that lack a field and that the user may change. `done` counts those that got it so far."""

    items: ItemQuerySet
    parameters: QueryDict
    field: MissingField
    done: int

    @classmethod
    def of(cls, request: HttpRequest, field: MissingField) -> Walk:
        """Return the walk through the list of an address. Raises `IncorrectLookupParameters`."""
        parameters = list_parameters(request.GET)
        listed = copy(request)
        listed.GET = parameters  # type: ignore[assignment]  # as Django's own tests do
        item_admin: Any = admin.site.get_model_admin(CuratedItem)
        found = item_admin.get_changelist_instance(listed).queryset.order_by().values("pk")
        actor = Actor.of(request.user)
        mine = Q() if actor.may("change_any") else Q(status=CuratedItem.Status.DRAFT, created_by=actor.user)
        items = CuratedItem.objects.not_binned().filter(field.condition, mine, pk__in=found)
        done = request.GET.get(DONE, "")
        return cls(items, parameters, field, int(done) if done.isdecimal() and len(done) < 7 else 0)

    @property
    def _ordered(self) -> Any:
        return self.items.annotate(desk_time=Coalesce("published_at", "created_at")).order_by("-desk_time", "-pk")

    def first(self) -> int | None:
        return self._ordered.values_list("pk", flat=True).first()  # type: ignore[no-any-return]

    def next(self, item: CuratedItem) -> int | None:
        time = item.published_at or item.created_at
        after = self._ordered.filter(Q(desk_time__lt=time) | Q(desk_time=time, pk__lt=item.pk))
        return after.values_list("pk", flat=True).first()  # type: ignore[no-any-return]

    def previous(self, item: CuratedItem) -> int | None:
        before = self._ordered.filter(_is_before(item)).reverse()
        return before.values_list("pk", flat=True).first()  # type: ignore[no-any-return]

    def place(self, item: CuratedItem) -> tuple[int, int]:
        """Return the number of an item, from 1, and of all items of the walk, those that are done included."""
        found = self._ordered.aggregate(before=Count("pk", filter=_is_before(item)), all=Count("pk"))
        return self.done + found["before"] + 1, self.done + found["all"]

    def has(self, item: CuratedItem) -> bool:
        return self.items.filter(pk=item.pk).exists()

    def url(self, pk: int | None = None, *, done: int | None = None, field: str = "") -> str:
        """Return the address of an item of the walk, of its first one for `None`."""
        done = self.done if done is None else done
        own: Mapping[str, Any] = {FIELD: field or self.field.name, ITEM: pk, DONE: done or None}
        query = self.parameters.copy()
        for name, value in own.items():
            if value is not None:
                query[name] = str(value)
        return f"{reverse('admin:one_by_one')}?{query.urlencode()}"

    @property
    def list_url(self) -> str:
        return f"{reverse('admin:curation_curateditem_changelist')}?{self.parameters.urlencode()}"


def _is_before(item: CuratedItem) -> Q:
    """Return the condition of the items that come before one, by `desk_time`."""
    time = item.published_at or item.created_at
    return Q(desk_time__gt=time) | Q(desk_time=time, pk__gt=item.pk)


def list_parameters(data: QueryDict) -> QueryDict:
    """Return the parameters of an address that choose the items of a list."""
    parameters = data.copy()
    for name in (ITEM, DONE, FIELD, *SHOWN):
        parameters.pop(name, None)
    return parameters
