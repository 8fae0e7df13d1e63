"""The endpoint of all fields that choose a row by typing: Django's, with the best rows first, and facts about each."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import Exact

from curation.lib.names import name_key

from .changelists import bounded_search

#: The parameter with which an empty term gives the rows that the user chose lately before all others.
RECENT = "recent"


class RankedAutocomplete(AutocompleteJsonView):
    """Answer with `results`, each with `id` and `text` as Django's, and where known:

    `count`, the number of items that have the row; `hint`, a column that tells rows of one name apart (a publisher's
    domain); `is_recent`, whether the user gave it to an item lately.
    """

    recent: list[int] = []

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        key = name_key(bounded_search(self.term))
        if key and _has_field(rows, "name_key"):
            counted = ["-item_count"] if "item_count" in rows.query.annotations else []
            return rows.order_by(_rank(key), *counted, "name_key", "pk")
        if not key and RECENT in self.request.GET and hasattr(self.model_admin, "recently_chosen"):
            self.recent = self.model_admin.recently_chosen(self.request.user)
            return rows.order_by(_place(self.recent), *rows.query.order_by or rows.model._meta.ordering)
        return rows

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, Any]:
        result: dict[str, Any] = super().serialize_result(obj, to_field_name)
        if (count := getattr(obj, "item_count", None)) is not None:
            result["count"] = count
        hint = getattr(obj, getattr(self.model_admin, "autocomplete_hint", ""), "")
        if hint and hint != result["text"]:
            result["hint"] = hint
        return {**result, "is_recent": True} if obj.pk in self.recent else result


def _has_field(rows: QuerySet[Any], name: str) -> bool:
    try:
        rows.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _rank(key: str) -> Case:
    """Return the rank of a row for a typed `name_key()`: 0 for the name itself, then names that the word being typed
    completes, that begin with the text, that have a word which does; 4 for rows found by other columns."""
    begins = Q(name_key__startswith=key)
    completes = Exact(StrIndex(Substr("name_key", len(key) + 1), Value(" ")), 0)
    return Case(
        When(name_key=key, then=0),
        When(begins & Q(completes), then=1),
        When(begins, then=2),
        When(name_key__contains=f" {key}", then=3),
        default=4,
        output_field=IntegerField(),
    )


def _place(keys: list[int]) -> Case:
    """Return the place of a row among primary keys; the last for the others."""
    places = (When(pk=key, then=place) for place, key in enumerate(keys))
    return Case(*places, default=len(keys), output_field=IntegerField())
