"""Items that go with an item: those that share most with it, and those beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from curation.models import CuratedItem, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet, ItemRelation
from curation.prepared import Given, Prepared
from curation.stories import Named, Story
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


@dataclass(slots=True)
class Candidate:
    """An item that may be related, and what it shares: offerings and topics (`tied`), and words."""

    title: str
    listed_at: str
    tied: int = 0
    words: int = 0

    @property
    def is_related(self) -> bool:
        return self.tied > 0 or self.words >= ENOUGH_WORDS


def related_items(story: Story) -> list[Teaser]:
    """Return the published items that share most offerings, topics and words of the title with one, in two queries.

    The newest come first among equals.
    """
    candidates = _candidates(story)
    words = _words(story.item.title)
    for candidate in candidates.values():
        candidate.words = WORD * len(words & _words(candidate.title))

    def rank(pk: int) -> tuple[int, str, int]:
        return candidates[pk].tied + candidates[pk].words, candidates[pk].listed_at, pk

    best = sorted((pk for pk in candidates if candidates[pk].is_related), key=rank, reverse=True)[:SHOWN]
    return teasers(best, with_topics=False)


def _candidates(story: Story) -> dict[int, Candidate]:
    """Return the items that may be related to one, by key; in one query."""
    topics, offerings = [topic.pk for topic in story.topics], [offering.pk for offering in story.offerings]
    candidates: dict[int, Candidate] = {}
    for weight, pk, title, listed_at in _newest_of_all(topics=topics, offerings=offerings, now=timezone.now()):
        candidates.setdefault(pk, Candidate(title, listed_at)).tied += weight
    candidates.pop(story.item.pk, None)
    return candidates


def _words(title: str) -> set[str]:
    return set(WORDS.findall(title.casefold()))


BIG = BigIntegerField()
NOW: Any = Given("now", DateTimeField())


@Prepared
def _newest_of_all() -> QuerySet[Any, tuple[int, int, str, str]]:
    """Write the query for the newest items of all, and of some topics and offerings: weight, key, title and time.

    The time is the database's own text, which sorts as well and need not be read. Nested, for SQLite takes no `LIMIT`
    inside a union.
    """
    newest = CuratedItem.objects.published(NOW).newest_first().values("pk")[:NEWEST]
    topics, offerings = (Given.many(*given) for given in (("topics", BIG, TOPICS), ("offerings", BIG, OFFERINGS)))
    return _rows(CuratedItem.objects.filter(pk__in=newest), 0, "pk", "title", "published_at").union(
        *(_newest_of(ItemTopic, TOPIC, topic=topic) for topic in topics),
        *(_newest_of(ItemOffering, OFFERING, offering=offering) for offering in offerings),
        all=True,
    )


def _newest_of(relation: type[ItemRelation], weight: int, **target: Any) -> QuerySet[Any, Any]:
    """Return the newest items of a relation's target as rows of candidates."""
    listed = relation.objects.listed(NOW).filter(**target)
    newest = listed.order_by("-listed_at", "-item_id").values("pk")[:NEWEST]
    return _rows(relation._default_manager.filter(pk__in=newest), weight, "item_id", "item__title", "listed_at")


def _rows(rows: QuerySet[Any], weight: int, *columns: str) -> QuerySet[Any, Any]:
    *others, time = columns
    return rows.order_by().values_list(Value(weight, IntegerField()), *map(F, others), Cast(time, CharField()))


def newer_and_older(item: CuratedItem) -> tuple[Named | None, Named | None]:
    """Return the published items next to one in the list of all; in one query."""
    rows = _beside(at=item.published_at, pk=item.pk, now=timezone.now())
    beside = {place: Named("item", pk, slug, title) for place, pk, slug, title in rows}
    return beside.get("newer"), beside.get("older")


@Prepared
def _beside() -> QuerySet[Any, tuple[str, int, str, str]]:
    """Write the query for the items next to a place, each an end of an index range."""
    others, at, pk = CuratedItem.objects.published(NOW), Given("at", DateTimeField()), Given("pk", BIG)
    same = Q(published_at=at)
    newer = others.filter(published_at__gte=at).exclude(same, pk__lte=pk).order_by("published_at", "pk")
    older = others.filter(published_at__lte=at).exclude(same, pk__gte=pk).newest_first()

    def row(items: ItemQuerySet, place: str) -> QuerySet[Any, Any]:
        only = CuratedItem.objects.filter(pk__in=items.values("pk")[:1])
        return only.order_by().values_list(Value(place, CharField()), "pk", "slug", "title")

    return row(newer, "newer").union(row(older, "older"), all=True)
