"""The list of items: which items a page of it has, and how many there are.

The search index answers words and most filters, so that a page costs the same among 1,000 items and 100,000. The
database answers the others, and fixes the items of a bulk action.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from curation.admin_site.changelists import BoundedChangeList, ClampedPaginator, FilterPanel
from curation.caching.memo import memoised
from curation.models import CuratedItem, ItemTopic
from curation.search import desk
from curation.search.desk import DeskRequest
from curation.search.find import MAX_RESULTS
from curation.search.query import TextQuery, parse
from curation.search.spelling import did_you_mean

from .date_filter import DESK_TIME
from .drafts import HAS_DRAFT
from .filters import DeskFilter, Items, once
from .lookups import named_items

#: The orders of the list by the value of `order`: label and columns, which an index of the table has.
ORDERS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "": ("Newest first", (DESK_TIME.desc(), "-id")),
    "changed": ("Last changed first", (F("updated_at").desc(), "-id")),
    "oldest": ("Oldest first", (DESK_TIME.asc(), "id")),
}


class OrderFilter(DeskFilter):
    """The order of the list. It filters nothing."""

    title = "order"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        choices = [(value, label) for value, (label, _columns) in ORDERS.items()]
        return {"order": forms.ChoiceField(choices=choices, label="", required=False, widget=forms.RadioSelect)}

    def narrow(self, queryset: Items, **_values: Any) -> Items:
        return queryset

    def ask(self, request: DeskRequest, **_values: Any) -> DeskRequest | None:
        return request


class ItemChangeList(BoundedChangeList):
    """The list of items. `result_list` has those of a page, and `result_count` their number, or `MAX_RESULTS`.

    `is_more` is set if more match than the pages of the list have. `hint` is a search text to try instead of one that
    finds nothing.
    """

    is_more = False
    hint = ""

    def panel_of(self, spec: Any) -> FilterPanel:
        if not isinstance(spec, DeskFilter):
            return super().panel_of(spec)
        spec.show_chosen()
        return FilterPanel(str(spec.title), spec.chosen, self.query_without(*spec.form.fields), form=spec.form)

    def get_filters(self, request: HttpRequest) -> Any:
        found = super().get_filters(request)
        self.other_lookups = found[2]
        return found

    def get_ordering(self, _request: HttpRequest, _queryset: QuerySet[Any]) -> list[Any]:
        return [*self._order[1]]

    @property
    def _order(self) -> tuple[str, tuple[Any, ...]]:
        return ORDERS.get(self.params.get("order", ""), ORDERS[""])

    @property
    def order_label(self) -> str:
        return self._order[0]

    def get_results(self, request: HttpRequest) -> None:
        self.http_request = request
        narrowed = self.index_request()
        if narrowed is not None and (narrowed != DeskRequest() or self.query):
            self._read_index(narrowed)
        elif narrowed == DeskRequest() and not self.query:
            number = memoised("number of items outside the bin", self.root_queryset.count)
            self._set_results(number, lambda start, end: self._load(self.queryset)[start:end])
        else:
            super().get_results(request)
            self.result_list = self._load(self.result_list)
        if not self.result_count and self.query:
            self.hint = did_you_mean(parse(self.query), _find)

    def index_request(self) -> DeskRequest | None:
        """Return the request to the index that the filters make, without the words; `None` if it cannot answer."""
        request: DeskRequest | None = DeskRequest()
        for spec in self.filter_specs:
            if request is not None and isinstance(spec, DeskFilter):
                request = spec.narrow_request(request)
            elif isinstance(spec, SimpleListFilter) and spec.value() is not None:
                request = None
        return None if self.other_lookups else request

    def _read_index(self, request: DeskRequest) -> None:
        """Read the items that words and filters find, after those that the text names as a whole."""
        text = parse(self.query)
        named = self._named(named_in(self.http_request, self.query)) if self.query else []
        is_searched = bool(text.terms) or not self.query
        found = desk.find_newest(replace(request, text=text), MAX_RESULTS + 1) if is_searched else []
        ids = list(dict.fromkeys([*named, *found]))
        self.is_more, ids = len(ids) > MAX_RESULTS, ids[:MAX_RESULTS]
        if self._order is ORDERS[""]:
            self._set_results(len(ids), lambda start, end: self._in_order(ids[start:end]))
            return
        # Few are sorted. Many lie close together in the index of the order, whose rows are tried one after the other:
        # SQLite would otherwise collect all that match by the index of a filter, and sort them.
        matches = Exists(self.queryset.filter(pk=OuterRef("pk")).order_by()) if self.is_more else Q(pk__in=ids)
        ordered = self._load(self.root_queryset.filter(matches).order_by(*self._order[1]))[: len(ids)]
        self._set_results(len(ids), lambda start, end: ordered[start:end])

    def _named(self, ids: Sequence[int]) -> list[int]:
        """Return those of some items that the filters let through."""
        return list(self.queryset.filter(pk__in=ids).values_list("pk", flat=True)) if ids else []

    def _in_order(self, ids: Sequence[int]) -> list[CuratedItem]:
        found = {item.pk: item for item in self._load(self.root_queryset.filter(pk__in=ids))}
        return [found[pk] for pk in ids if pk in found]

    def _set_results(self, number: int, read: Callable[[int, int], Iterable[CuratedItem]]) -> None:
        """Set the items of the page, of `number` in all: `read()` returns those from one position to another."""
        paginator: ClampedPaginator = ClampedPaginator(range(number), self.list_per_page)
        self.page_num = min(max(self.page_num, 1), paginator.num_pages)
        start = (self.page_num - 1) * self.list_per_page
        # Read when they are shown: pages that lead from item to item ask for `queryset` alone.
        self.result_list = SimpleLazyObject(lambda: list(read(start, start + self.list_per_page)))
        self.result_count, self.full_result_count, self.paginator = number, None, paginator
        self.show_full_result_count = self.can_show_all = False
        self.show_admin_actions, self.multi_page = True, number > self.list_per_page

    def _load(self, items: QuerySet[Any]) -> QuerySet[Any]:
        """Return items with what a row shows, without the long columns."""
        topics = Prefetch("itemtopic_set", ItemTopic.objects.select_related("topic"))
        loaded: QuerySet[Any] = items.annotate(has_draft=HAS_DRAFT).prefetch_related(topics)
        return loaded.defer(
            "summary", "shown_summary", "body", "body_html", "body_text", "media_provenance", "meta", "breadcrumbs"
        )

    @property
    def hint_url(self) -> str:
        return self.get_query_string({SEARCH_VAR: self.hint})


def _find(text: TextQuery, limit: int) -> list[int]:
    return desk.find_newest(DeskRequest(text), limit)


def named_in(request: HttpRequest, text: str) -> list[int]:
    return once(request, f"named {text}", lambda: named_items(text))


def narrow_by_text(request: HttpRequest, items: Items, text: str) -> Items:
    """Return those of some items that a text finds by its words or names as a whole."""
    query = parse(text)
    named = named_in(request, text)
    if not query.terms:
        return items.filter(pk__in=named)
    found = items.filter(pk__in=desk.matching(query))
    return found | items.filter(pk__in=named) if named else found
