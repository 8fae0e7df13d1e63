"""What every list of items loads and shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Prefetch
from django.http import HttpRequest
from django.utils import timezone

from curation.models import CuratedItem, ItemTopic
from curation.models.items import ItemQuerySet, ItemRelation
from curation.pagination import Page


def rows(items: ItemQuerySet) -> ItemQuerySet:
    """Load what a row shows, in two queries, and leave out the columns that are long."""
    topics = Prefetch("itemtopic_set", ItemTopic.objects.select_related("topic"))
    return (
        items.select_related("publisher", "image")
        .prefetch_related(topics)
        .defer("body", "body_html", "body_text", "meta", "breadcrumbs", "media_provenance")
    )


def page_of(request: HttpRequest, items: ItemQuerySet, query: Mapping[str, str] | None = None) -> Page[CuratedItem]:
    """Return the page of a list that the request asks for; `query` is what its links keep."""
    return Page(rows(items), request.GET.get("page", "1"), query)


def listed_counts(relation: type[ItemRelation], target: str, **condition: Any) -> dict[int, int]:
    """Return the number of published items of each target of a relation that has any (`ItemTopic, "topic"`)."""
    listed = relation._default_manager.filter(listed_at__lte=timezone.now(), **condition).order_by()
    return dict(listed.values_list(target).annotate(Count("pk")))
