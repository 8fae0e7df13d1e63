"""An item's page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from curation.bodies import load
from curation.models import CuratedItem
from curation.related import newer_and_older, related_items
from curation.stories import Named, Story, published_story

from .head import item_head
from .trails import item_trail

#: A body that holds so many characters of the summary's beginning says it again.
SAME_WORDS = 80


@require_safe
def item(request: HttpRequest, slug: str) -> HttpResponse:
    story = published_story(slug)
    if story is None:
        raise Http404("There is no such item.")
    return item_page(request, story)


def item_page(request: HttpRequest, story: Story) -> HttpResponse:
    """Answer the page of an item; who may see it is the caller's to decide."""
    load([story.item], crumbs=True)
    trail = item_trail(story.item)
    newer, older = newer_and_older(story.item)
    context = {
        "head": item_head(request, story, trail),
        "item": story.item,
        "story": story,
        "trail": trail,
        "standfirst": standfirst(story.item),
        "topics": topics_by_vocabulary(story),
        "source_label": f"Read at {story.item.source_name}",
        "related": related_items(story),
        "newer": newer,
        "older": older,
    }
    return render(request, "item.html", context)


def standfirst(item: CuratedItem) -> str:
    """Return the summary, unless the body says it again."""
    summary, body = (" ".join(text.split()) for text in (item.shown_summary, item.body_text))
    return "" if summary.rstrip("….")[:SAME_WORDS] in body else summary


def topics_by_vocabulary(story: Story) -> dict[str, list[Named]]:
    """Return an item's topics, each vocabulary where its first topic stands."""
    topics: dict[str, list[Named]] = {}
    for topic in story.topics:
        topics.setdefault(topic.group, []).append(topic)
    return topics
