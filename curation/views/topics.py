"""The topics by vocabulary, a vocabulary, and a topic."""

from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from curation.caching.memo import memoised
from curation.lib.site_url import absolute_url
from curation.listing.lists import TOPICS, VOCABULARIES
from curation.models import ItemTopic, Topic, Vocabulary, with_published_items
from curation.templating.breadcrumbs import Breadcrumb
from curation.templating.head import list_head

from .coverage import topic_panel
from .lists import is_first, list_page


def topics(request: HttpRequest) -> HttpResponse:
    url = absolute_url(request.path)
    head = list_head(url, "Topics", "All topics with published items, by vocabulary.")
    return render(request, "topics.html", {"head": head, "vocabularies": listed_topics()})


def listed_topics() -> list[tuple[Vocabulary, list[tuple[Topic, int]]]]:
    """Return the topics with published items and the number of these, by vocabulary and label."""
    counts = dict(ItemTopic.objects.listed().order_by().values_list("topic").annotate(Count("pk")))
    listed = [topic for topic in Topic.objects.select_related("vocabulary") if topic.pk in counts]
    return [
        (vocabulary, [(topic, counts[topic.pk]) for topic in topics])
        for vocabulary, topics in groupby(listed, key=lambda topic: topic.vocabulary)
    ]


def topic(request: HttpRequest, key: str) -> HttpResponse:
    item_list = TOPICS.get(key)
    found = item_list.subject
    trail = [
        Breadcrumb("Topics", reverse("topics")),
        Breadcrumb(found.vocabulary.name, found.vocabulary.get_absolute_url()),
    ]
    # Of several topics, it would count items that have two of them twice.
    panel = topic_panel(found) if is_first(request) and not TOPICS.shows_others(found) else None
    same = memoised(f"namesakes of {found.pk}", lambda: list(namesakes(found)))
    successors = memoised(f"successors of {found.pk}", lambda: list(visible_successors(found)))
    context: dict[str, Any] = {"topic": found, "namesakes": same, "successors": successors, "panel": panel}
    return list_page(request, item_list, "topic.html", trail, **context)


def namesakes(topic: Topic) -> QuerySet[Topic]:
    """Return the topics with published items that have the same label in other vocabularies, or are equivalent."""
    is_same = Q(name_key=topic.name_key)
    if topic.equivalence_id:
        is_same |= Q(equivalence=topic.equivalence_id)
    same = Topic.objects.filter(is_same, pk__in=with_published_items(Topic).values("pk"))
    return same.exclude(pk=topic.pk).select_related("vocabulary")


def visible_successors(topic: Topic) -> QuerySet[Topic]:
    """Return the successor of a retired topic, if it has published items."""
    if topic.successor_id is None:
        return Topic.objects.none()
    return with_published_items(Topic).filter(pk=topic.successor_id).select_related("vocabulary")


def vocabulary(request: HttpRequest, key: str) -> HttpResponse:
    item_list = VOCABULARIES.get(key)
    trail = [Breadcrumb("Topics", reverse("topics"))]
    return list_page(request, item_list, "vocabulary.html", trail, vocabulary=item_list.subject)
