"""An item's page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from curation.links import host_of
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic, SourceDocument
from curation.models.items import ItemQuerySet
from curation.related import related_items

from .head import item_head

#: A body that holds so many characters of the summary's beginning says it again.
SAME_WORDS = 80


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the trail that leads to an item; `path` is "" where there is nothing to go to."""

    label: str
    path: str


@require_safe
def item(request: HttpRequest, slug: str) -> HttpResponse:
    return item_page(request, get_object_or_404(whole_items(CuratedItem.objects.published()), slug=slug))


def item_page(request: HttpRequest, found: CuratedItem) -> HttpResponse:
    """Answer the page of an item, one of `whole_items()`; who may see it is the caller's to decide."""
    context = {
        "head": item_head(request, found),
        "item": found,
        "trail": trail(found.breadcrumbs),
        "standfirst": standfirst(found),
        "source_label": f"Read at {found.publisher or host_of(found.source_url)}",
        "other_sources": other_sources(found),
        "related": related_items(found),
    }
    return render(request, "curation/item.html", context)


def whole_items(items: ItemQuerySet) -> ItemQuerySet:
    """Return items with all that the page of one shows, in six queries."""
    return (
        items.select_related("publisher__icon", "image")
        .defer("body", "media_provenance")
        .prefetch_related(
            Prefetch("itemauthor_set", ItemAuthor.objects.select_related("author")),
            Prefetch("itemtopic_set", ItemTopic.objects.select_related("topic__vocabulary")),
            Prefetch("itemoffering_set", ItemOffering.objects.select_related("offering")),
            Prefetch("documents", SourceDocument.objects.filter(is_primary=False).only("item_id", "source_url")),
        )
        .prefetch_related(Prefetch("itemtag_set", ItemTag.objects.select_related("tag")))
    )


def trail(breadcrumbs: object) -> list[Crumb]:
    """Return an item's own trail, without the item; Home and News where it has none. Leads nowhere but to this site."""
    steps = breadcrumbs if isinstance(breadcrumbs, list) else []
    crumbs = [_crumb(step) for step in steps if isinstance(step, dict) and step.get("label")]
    return crumbs or [Crumb("Home", reverse("home")), Crumb("News", reverse("news"))]


def _crumb(step: dict[str, object]) -> Crumb:
    path = str(step.get("path") or "")
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return Crumb(str(step["label"]), path if is_ours else "")


def standfirst(item: CuratedItem) -> str:
    """Return the summary, unless the body says it again."""
    summary, body = (" ".join(text.split()) for text in (item.summary, item.body_text))
    return "" if summary.rstrip("….")[:SAME_WORDS] in body else summary


def other_sources(item: CuratedItem) -> list[str]:
    """Return the source links of further files that were the same item."""
    links = {document.source_url: None for document in item.documents.all() if host_of(document.source_url)}
    return [link for link in links if link != item.source_url]
