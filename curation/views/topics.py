"""The topics by vocabulary, a vocabulary, a topic, and a tag."""

from itertools import groupby

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from curation import listings
from curation.kept import kept
from curation.models import ItemTopic, Topic, Vocabulary, with_published_items

from .coverage import topic_panel
from .head import list_head
from .lists import is_first, list_page, listed_counts
from .trails import Crumb


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    head = list_head(request, "Topics", "Everything there is to read, by vocabulary and topic.")
    return render(request, "topics.html", {"head": head, "vocabularies": listed_topics()})


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
    listing = listings.topic(slug)
    found = listing.subject
    trail = [Crumb("Topics", reverse("topics")), Crumb(found.vocabulary.name, found.vocabulary.get_absolute_url())]
    panel = topic_panel(found) if is_first(request) else None
    same = kept(f"namesakes of {found.pk}", lambda: list(namesakes(found)))
    return list_page(request, listing, "topic.html", trail, topic=found, namesakes=same, panel=panel)


def namesakes(topic: Topic) -> QuerySet[Topic]:
    """Return the topics of the same label in other vocabularies that have published items."""
    same = Topic.objects.filter(name_key=topic.name_key, pk__in=with_published_items(Topic).values("pk"))
    return same.exclude(pk=topic.pk).select_related("vocabulary")


@require_safe
def vocabulary(request: HttpRequest, slug: str) -> HttpResponse:
    listing = listings.vocabulary(slug)
    trail = [Crumb("Topics", reverse("topics"))]
    return list_page(request, listing, "vocabulary.html", trail, vocabulary=listing.subject)


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    listing = listings.tag(slug)
    return list_page(request, listing, "tag.html", tag=listing.subject)
