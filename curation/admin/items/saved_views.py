"""Views of the item list: those of the desk, and those that an editor has saved, each with the number of its items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from curation.caching.memo import memoised
from curation.models import CuratedItem, SavedView
from curation.search import desk
from curation.search.desk import DeskRequest
from curation.search.find import MAX_RESULTS
from curation.search.query import parse

from .filters import ME, DeskFilter, MissingFilter

#: Maximum number of views that an editor saves.
MAX_SAVED_VIEWS = 20
#: Parameters that are no part of a view.
NOT_SAVED = ("p", "e", "all", "_popup")

_BUILT_IN: tuple[tuple[str, dict[str, list[str]]], ...] = (
    ("All", {}),
    ("My drafts", {"state": ["draft"], "who": [ME]}),
    ("In review", {"state": ["review"]}),
    ("Scheduled", {"state": ["scheduled"]}),
    ("To complete", {"state": ["live", "scheduled", "draft", "review"], "missing": list(MissingFilter.CODES)}),
)


@dataclass(frozen=True, slots=True)
class ListView:
    """A view as the list shows it. `count` is `None` where the index cannot count; `pk` is 0 of built-in ones."""

    name: str
    query: str
    count: int | None
    is_current: bool
    pk: int = 0

    @property
    def number(self) -> str:
        if self.count is None:
            return ""
        return f"{MAX_RESULTS:,}+" if self.count > MAX_RESULTS and self.query else f"{self.count:,}"


def view_query(text: str) -> str:
    """Return a query string in the form of views: sorted, without empty values and pages."""
    data = QueryDict(text.removeprefix("?"))
    values = {name: sorted(filter(None, data.getlist(name))) for name in sorted(data) if name not in NOT_SAVED}
    return urlencode({name: found for name, found in values.items() if found}, doseq=True)


def list_views(request: HttpRequest, model_admin: Any) -> list[ListView]:
    """Return the views for an editor; counted in at most three queries, and one for each view with words or names.

    The numbers are memoised until the content changes.
    """
    assert isinstance(request.user, User)  # noqa: S101  # for the types
    saved = list(SavedView.objects.filter(user=request.user))
    built_in = [(name, urlencode(query, doseq=True), 0) for name, query in _BUILT_IN]
    views = [*built_in, *((view.name, view.query, view.pk) for view in saved)]
    queries = [query for _name, query, _pk in views]
    key = f"views {request.user.pk} {timezone.localdate()} {timezone.get_current_timezone_name()} {queries}"
    numbers = memoised(key, lambda: _count(queries, request, model_admin))
    current = view_query(request.GET.urlencode())
    return [
        ListView(name, query, number, view_query(query) == current, pk)
        for (name, query, pk), number in zip(views, numbers, strict=True)
    ]


def _count(queries: Sequence[str], request: HttpRequest, model_admin: Any) -> list[int | None]:
    """Return the number of items of each query string, at most one more than `MAX_RESULTS`; of "" all are counted."""
    requests = {query: _index_request(query, request, model_admin) for query in queries if query}
    asked = {query: narrowed for query, narrowed in requests.items() if narrowed is not None}
    counted: dict[str, int] = dict(zip(asked, desk.count(list(asked.values()), MAX_RESULTS + 1), strict=True))
    counted[""] = CuratedItem.objects.not_binned().count()
    return [counted.get(query) for query in queries]


def _index_request(query: str, request: HttpRequest, model_admin: Any) -> DeskRequest | None:
    """Return the request to the index of a query string; `None` if it cannot answer, or a value is invalid."""
    data = QueryDict(query)
    params = dict(data.lists())
    text = parse(params.pop("q", [""])[-1])
    narrowed: DeskRequest | None = DeskRequest(text)
    try:
        for make in model_admin.get_list_filter(request):
            if issubclass(make, DeskFilter) and narrowed is not None:
                spec = make(request, params, CuratedItem, model_admin)
                narrowed = spec.narrow_request(narrowed)
    except (IncorrectLookupParameters, SuspiciousOperation):
        return None
    return None if params or ("q" in data and not text.terms) else narrowed
