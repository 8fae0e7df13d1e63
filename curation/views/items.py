"""The page of an item."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from curation.lib.site_url import absolute_url
from curation.listing.body_targets import load_targets
from curation.listing.detail import ItemDetail, Link, published_detail
from curation.listing.related import newer_and_older, related_items
from curation.models import CuratedItem
from curation.templating.breadcrumbs import item_trail
from curation.templating.head import item_head

#: A summary is omitted where the body contains this many characters of its beginning.
REPEATED_LENGTH = 80


def item(request: HttpRequest, slug: str) -> HttpResponse:
    detail = published_detail(slug)
    if detail is None:
        raise Http404("There is no such item.")
    load_targets([detail.item], breadcrumbs=True)
    return item_page(request, detail)


def item_page(request: HttpRequest, detail: ItemDetail, *, ribbon: str = "", is_typed: bool = False) -> HttpResponse:
    """Answer the page of an item. The caller checks who may see it, and loads the targets of body and breadcrumbs.

    A page with a `ribbon`, which says that readers do not see it so, asks not to be indexed. One that `is_typed` stands
    in a frame beside the form: it has no script, and its links open in new tabs.
    """
    trail = item_trail(detail.item)
    newer, older = newer_and_older(detail.item)
    context = {
        "head": item_head(absolute_url(detail.item.get_absolute_url()), detail, trail),
        "item": detail.item,
        "detail": detail,
        "trail": trail,
        "standfirst": standfirst(detail.item),
        "topics": topics_by_vocabulary(detail),
        "source_label": f"Read at {detail.item.source_name}",
        "related": related_items(detail),
        "newer": newer,
        "older": older,
        "ribbon": ribbon,
        "is_typed": is_typed,
    }
    return render(request, "item.html", context)


def standfirst(item: CuratedItem) -> str:
    """Return the summary, or "" where the body repeats it."""
    summary, body = (" ".join(text.split()) for text in (item.shown_summary, item.body_text))
    return "" if summary.rstrip("….")[:REPEATED_LENGTH] in body else summary


def topics_by_vocabulary(detail: ItemDetail) -> dict[str, list[Link]]:
    """Return an item's topics by vocabulary, in the order of the first topic of each."""
    topics: dict[str, list[Link]] = {}
    for topic in detail.topics:
        topics.setdefault(topic.group, []).append(topic)
    return topics
