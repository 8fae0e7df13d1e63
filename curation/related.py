"""Items that go with an item: those that share most with it, and those beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.utils import timezone

from curation.models import CuratedItem, ItemOffering, ItemTopic
from curation.models.items import ItemRelation
from curation.teasers import Teaser, teasers

SHOWN = 4
#: Related items are looked for under so many of the item's topics and offerings, among so many newest of each, and of
#: all items: a bounded cost.
TOPICS, OFFERINGS, NEWEST = 4, 2, 20
#: How much it counts to share an offering, a topic, or a word of the title. Shorter words say little.
OFFERING, TOPIC, WORD = 3, 2, 1
WORDS = re.compile(r"\w{5,}")
#: Items that share nothing but words are related if they share so many.
ENOUGH_WORDS = 2

Rows = QuerySet[Any, tuple[int, int, str, datetime]]


@dataclass(slots=True)
class Candidate:
    """An item that may be related, and what it shares: offerings and topics (`tied`), and words."""

    title: str
    listed_at: datetime
    tied: int = 0
    words: int = 0

    @property
    def is_related(self) -> bool:
        return self.tied > 0 or self.words >= ENOUGH_WORDS


def related_items(item: CuratedItem) -> list[Teaser]:
    """Return the published items that share most offerings, topics and words of the title with one, in two queries.

    The newest come first among equals. Uses the topics and offerings that were loaded with the item, in their order.
    """
    candidates = _candidates(item)
    words = _words(item.title)
    for candidate in candidates.values():
        candidate.words = WORD * len(words & _words(candidate.title))

    def rank(pk: int) -> tuple[int, datetime, int]:
        return candidates[pk].tied + candidates[pk].words, candidates[pk].listed_at, pk

    best = sorted((pk for pk in candidates if candidates[pk].is_related), key=rank, reverse=True)[:SHOWN]
    return teasers(best, with_topics=False)


def _candidates(item: CuratedItem) -> dict[int, Candidate]:
    """Return the items that may be related to one, by key; in one query."""
    queries = [_newest_of(ItemTopic, TOPIC, topic=row.topic_id) for row in item.itemtopic_set.all()[:TOPICS]]
    queries += [
        _newest_of(ItemOffering, OFFERING, offering=row.offering_id) for row in item.itemoffering_set.all()[:OFFERINGS]
    ]
    candidates: dict[int, Candidate] = {}
    for weight, pk, title, listed_at in _newest().union(*queries, all=True):
        candidates.setdefault(pk, Candidate(title, listed_at)).tied += weight
    candidates.pop(item.pk, None)
    return candidates


def _words(title: str) -> set[str]:
    return set(WORDS.findall(title.casefold()))


def _newest() -> Rows:
    """Return the newest of all items as rows of candidates; nested, for SQLite takes no `LIMIT` inside a union."""
    newest = CuratedItem.objects.published().newest_first().values("pk")[:NEWEST]
    return _rows(CuratedItem.objects.filter(pk__in=newest), 0, "pk", "title", "published_at")


def _newest_of(relation: type[ItemRelation], weight: int, **target: int) -> Rows:
    """Return the newest items of a relation's target as rows of candidates."""
    listed = relation._default_manager.filter(**target, listed_at__lte=timezone.now())
    newest = listed.order_by("-listed_at", "-item_id").values("pk")[:NEWEST]
    return _rows(relation._default_manager.filter(pk__in=newest), weight, "item_id", "item__title", "listed_at")


def _rows(rows: QuerySet[Any], weight: int, *columns: str) -> Rows:
    return rows.order_by().values_list(Value(weight, IntegerField()), *map(F, columns))


def newer_and_older(item: CuratedItem) -> tuple[CuratedItem | None, CuratedItem | None]:
    """Return the published items next to one in the list of all, each an end of an index range; in two queries."""
    others = CuratedItem.objects.published().only("slug", "title")
    at, same = item.published_at, Q(published_at=item.published_at)
    if at is None:
        return None, None
    newer = others.filter(published_at__gte=at).exclude(same, pk__lte=item.pk).order_by("published_at", "pk")
    older = others.filter(published_at__lte=at).exclude(same, pk__gte=item.pk).newest_first()
    return newer.first(), older.first()
