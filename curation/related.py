"""Items that go with an item: those that share most with it, and those beside it."""

from collections import Counter
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from curation.models import CuratedItem, ItemTopic

SHOWN = 4
#: Related items are looked for under so many of the item's topics, among so many newest of each: a bounded cost.
TOPICS = 5
NEWEST = 20


def related_items(item: CuratedItem) -> list[CuratedItem]:
    """Return the published items that share most topics with one, newest first among equals; in two queries.

    Uses the topics that were loaded with the item, as `itemtopic_set` in their order.
    """
    topics = [relation.topic_id for relation in item.itemtopic_set.all()[:TOPICS]]
    if not topics:
        return []
    first, *others = (_newest_of(topic) for topic in topics)
    listed: dict[int, datetime | None] = {}
    shared: Counter[int] = Counter()
    for pk, listed_at in first.union(*others, all=True):
        listed[pk] = listed_at
        shared[pk] += 1
    del shared[item.pk]
    best = sorted(shared, key=lambda pk: (shared[pk], listed[pk], pk), reverse=True)[:SHOWN]
    found = CuratedItem.objects.published().select_related("publisher", "image").in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def _newest_of(topic: int) -> QuerySet[ItemTopic, tuple[int, datetime | None]]:
    """Return item and time of a topic's newest relations; nested, for SQLite takes no `LIMIT` inside a union."""
    newest = ItemTopic.objects.filter(topic=topic, listed_at__lte=timezone.now()).order_by("-listed_at", "-item_id")
    return ItemTopic.objects.filter(pk__in=newest.values("pk")[:NEWEST]).order_by().values_list("item_id", "listed_at")


def newer_and_older(item: CuratedItem) -> tuple[CuratedItem | None, CuratedItem | None]:
    """Return the published items next to one in the list of all, each an end of an index range; in two queries."""
    others = CuratedItem.objects.published().only("slug", "title")
    at, same = item.published_at, Q(published_at=item.published_at)
    if at is None:
        return None, None
    newer = others.filter(published_at__gte=at).exclude(same, pk__lte=item.pk).order_by("published_at", "pk")
    older = others.filter(published_at__lte=at).exclude(same, pk__gte=item.pk).newest_first()
    return newer.first(), older.first()
