"""What every list of items loads and shows."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.feeds import feed_links
from curation.kept import kept
from curation.listings import Listing
from curation.models.items import ItemRelation
from curation.pagination import Page, counted
from curation.teasers import Teasers

from .head import list_head
from .trails import Crumb


def list_page(
    request: HttpRequest,
    listing: Listing[Any],
    template: str,
    trail: Sequence[Crumb] = (),
    *,
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    """Answer the page of a list that the request asks for; `context` is what its template shows beside the items."""
    items = Teasers(listing.keys)
    count = counted(items) if listing.query else kept(f"count of {listing.path}", lambda: counted(items))
    page = Page(items, request.GET.get("page", "1"), listing.query, count=count)
    head = list_head(request, listing.title, listing.description, page, trail=trail, indexed=listing.is_indexed)
    context |= {"head": head, "feeds": feed_links(listing), "page": page}
    return render(request, template, context, status=status)


def is_first(request: HttpRequest) -> bool:
    """Whether a request asks for the first page of a list."""
    return request.GET.get("page", "1") == "1"


def listed_counts(relation: type[ItemRelation], target: str, **condition: Any) -> dict[int, int]:
    """Return the number of published items of each target of a relation that has any (`ItemTopic, "topic"`)."""
    listed = relation.objects.listed().filter(**condition).order_by()
    return dict(listed.values_list(target).annotate(Count("pk")))
