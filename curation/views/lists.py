"""What every list of items loads and shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from curation.feeds import feed_links
from curation.listings import Listing
from curation.models import CuratedItem, ItemTopic
from curation.models.addresses import address
from curation.models.items import ItemQuerySet, ItemRelation
from curation.pagination import Page

from .head import list_head
from .trails import Crumb

#: So many topics of an item stand in its row.
TOPICS_SHOWN = 3


def list_page(
    request: HttpRequest, listing: Listing[Any], template: str, trail: Sequence[Crumb] = (), **context: Any
) -> HttpResponse:
    """Answer the page of a list that the request asks for; `context` is what its template shows beside the items."""
    page = Page(rows(listing.items), request.GET.get("page", "1"), listing.query)
    load_topics(page.rows)
    head = list_head(request, listing.title, listing.description, page, trail=trail, indexed=listing.is_indexed)
    return render(request, template, {"head": head, "feeds": feed_links(listing), "page": page, **context})


def is_first(request: HttpRequest) -> bool:
    """Whether a request asks for the first page of a list."""
    return request.GET.get("page", "1") == "1"


def rows(items: ItemQuerySet) -> ItemQuerySet:
    """Load what a row shows but for its topics, and leave out the columns that are long."""
    return items.select_related("publisher", "image").defer(
        *("body", "body_html", "body_text", "meta", "breadcrumbs", "media_provenance")
    )


def load_topics(items: Sequence[CuratedItem]) -> None:
    """Load the first topics of items, in one query."""
    ties = ItemTopic.objects.filter(item__in=[item.pk for item in items])
    topics: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, label, slug in ties.values_list("item", "topic__label", "topic__slug"):
        topics[pk].append((label, address("topic", slug)))
    for item in items:
        item.first_topics = topics[item.pk][:TOPICS_SHOWN]


def listed_counts(relation: type[ItemRelation], target: str, **condition: Any) -> dict[int, int]:
    """Return the number of published items of each target of a relation that has any (`ItemTopic, "topic"`)."""
    listed = relation._default_manager.filter(listed_at__lte=timezone.now(), **condition).order_by()
    return dict(listed.values_list(target).annotate(Count("pk")))
