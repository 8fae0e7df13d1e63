"""The topics by vocabulary, and a topic."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from curation.models import CuratedItem, ItemTopic, Topic, Vocabulary

from .head import list_head
from .lists import listed_counts, page_of


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    head = list_head(request, "Topics", "Everything there is to read, by vocabulary and topic.")
    return render(request, "curation/topics.html", {"head": head, "vocabularies": listed_topics()})


def listed_topics() -> list[tuple[Vocabulary, list[tuple[Topic, int]]]]:
    """Return the topics that have published items, with the number of these, by vocabulary and label."""
    counts = listed_counts(ItemTopic, "topic")
    listed = [topic for topic in Topic.objects.select_related("vocabulary") if topic.pk in counts]
    return [
        (vocabulary, [(topic, counts[topic.pk]) for topic in topics])
        for vocabulary, topics in groupby(listed, key=lambda topic: topic.vocabulary)
    ]


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Topic.objects.select_related("vocabulary"), slug=slug)
    page = page_of(request, CuratedItem.objects.published().listed_by(ItemTopic, topic=found))
    description = found.description or f"News about {found.label} ({found.vocabulary.name})."
    head = list_head(request, f"{found.label} ({found.vocabulary.name})", description, page)
    return render(request, "curation/topic.html", {"head": head, "topic": found, "page": page})
