"""An item's page."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from curation.links import host_of
from curation.models import CuratedItem, SourceDocument, Topic, Vocabulary
from curation.models.items import ItemQuerySet
from curation.related import newer_and_older, related_items

from .head import item_head
from .trails import item_trail

#: A body that holds so many characters of the summary's beginning says it again.
SAME_WORDS = 80


@require_safe
def item(request: HttpRequest, slug: str) -> HttpResponse:
    return item_page(request, get_object_or_404(whole_items(CuratedItem.objects.published()), slug=slug))


def item_page(request: HttpRequest, found: CuratedItem) -> HttpResponse:
    """Answer the page of an item, one of `whole_items()`; who may see it is the caller's to decide."""
    trail = item_trail(found.breadcrumbs)
    newer, older = newer_and_older(found)
    context = {
        "head": item_head(request, found, trail),
        "item": found,
        "trail": trail,
        "standfirst": standfirst(found),
        "topics": topics_by_vocabulary(found),
        "source_label": f"Read at {found.source_name}",
        "other_sources": other_sources(found),
        "related": related_items(found),
        "newer": newer,
        "older": older,
    }
    return render(request, "item.html", context)


def whole_items(items: ItemQuerySet) -> ItemQuerySet:
    """Return items with all that the page of one shows, in six queries."""
    return (
        items.select_related("publisher__icon", "image")
        .defer("body", "media_provenance")
        .prefetch_related(
            Prefetch("documents", SourceDocument.objects.filter(is_primary=False).only("item_id", "source_url")),
        )
        .with_relations("itemauthor_set", "itemtopic_set", "itemoffering_set", "itemtag_set")
    )


def standfirst(item: CuratedItem) -> str:
    """Return the summary, unless the body says it again."""
    summary, body = (" ".join(text.split()) for text in (item.summary, item.body_text))
    return "" if summary.rstrip("….")[:SAME_WORDS] in body else summary


def topics_by_vocabulary(item: CuratedItem) -> dict[Vocabulary, list[Topic]]:
    """Return an item's topics, each vocabulary where its first topic stands."""
    topics = [relation.topic for relation in item.itemtopic_set.all()]
    vocabularies = dict.fromkeys(topic.vocabulary for topic in topics)
    return {vocabulary: [topic for topic in topics if topic.vocabulary == vocabulary] for vocabulary in vocabularies}


def other_sources(item: CuratedItem) -> list[str]:
    """Return the source links of further files that were the same item."""
    links = {document.source_url: None for document in item.documents.all() if host_of(document.source_url)}
    return [link for link in links if link != item.source_url]
