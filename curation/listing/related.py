"""Items that go with an item: related ones, and its neighbours in the list of all items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, DateTimeField, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from curation.db.compiled_query import ParamList, compiled_query
from curation.models import CuratedItem, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet
from curation.models.relations import ItemRelation

from .detail import ItemDetail, Link
from .summaries import ItemSummary, load_summaries

#: Maximum number of related items.
MAX_RELATED = 4
#: Candidates are the newest items of all, and of the item's first topics and offerings: a bounded number of rows.
MAX_TOPICS, MAX_OFFERINGS, NEWEST = 4, 2, 20
#: Points for an offering, a topic or a word of the title that both items have.
OFFERING_WEIGHT, TOPIC_WEIGHT, WORD_WEIGHT = 3, 2, 1
#: Shorter words are too common to relate items.
WORD = re.compile(r"\w{5,}")
#: Items that share words alone are related from this number on.
MIN_WORDS = 2


@dataclass(slots=True)
class Candidate:
    """An item that may be related, with its points for shared offerings and topics (`relations`) and words."""

    title: str
    time: str
    relations: int = 0
    words: int = 0

    @property
    def is_related(self) -> bool:
        return self.relations > 0 or self.words >= MIN_WORDS * WORD_WEIGHT


def related_items(detail: ItemDetail) -> list[ItemSummary]:
    """Return the published items that share most offerings, topics and words of the title with an item.

    Of items with equal points the newest come first. Costs two queries.
    """
    candidates = _candidates(detail)
    words = _words(detail.item.title)
    for candidate in candidates.values():
        candidate.words = WORD_WEIGHT * len(words & _words(candidate.title))

    def rank(pk: int) -> tuple[int, str, int]:
        return candidates[pk].relations + candidates[pk].words, candidates[pk].time, pk

    best = sorted((pk for pk in candidates if candidates[pk].is_related), key=rank, reverse=True)[:MAX_RELATED]
    return load_summaries(best, with_topics=False)


def _candidates(detail: ItemDetail) -> dict[int, Candidate]:
    """Return the candidates by primary key, without the item itself; in one query."""
    topics, offerings = [topic.pk for topic in detail.topics], [offering.pk for offering in detail.offerings]
    candidates: dict[int, Candidate] = {}
    for row in _candidate_rows(topics=topics, offerings=offerings, now=timezone.now()):
        candidates.setdefault(row.key, Candidate(row.title, row.time)).relations += row.weight
    candidates.pop(detail.item.pk, None)
    return candidates


def _words(title: str) -> set[str]:
    return set(WORD.findall(title.casefold()))


class CandidateRow(NamedTuple):
    """An item among the newest of all (weight 0), of a topic or of an offering.

    The time is the text that the database stores: it sorts as well, and nothing has to parse it.
    """

    weight: int
    key: int
    title: str
    time: str


@compiled_query(
    CandidateRow,
    topics=ParamList(BigIntegerField(), MAX_TOPICS),
    offerings=ParamList(BigIntegerField(), MAX_OFFERINGS),
    now=DateTimeField(),
)
def _candidate_rows(topics: Any, offerings: Any, now: Any) -> QuerySet[Any, Any]:
    def newest_of(relation: type[ItemRelation], weight: int, **target: Any) -> QuerySet[Any, Any]:
        listed = relation.objects.listed(now).filter(**target)
        newest = listed.newest_first().values("pk")[:NEWEST]
        rows = relation._default_manager.filter(pk__in=newest).annotate(title=F("item__title"))
        return _with_columns(rows, weight, key="item_id", time="listed_at")

    # Each limit is in a nested query, since SQLite takes none inside a union.
    newest = CuratedItem.objects.published(now).newest_first().values("pk")[:NEWEST]
    return _with_columns(CuratedItem.objects.filter(pk__in=newest), 0, key="pk", time="published_at").union(
        *(newest_of(ItemTopic, TOPIC_WEIGHT, topic=topic) for topic in topics),
        *(newest_of(ItemOffering, OFFERING_WEIGHT, offering=offering) for offering in offerings),
        all=True,
    )


def _with_columns(rows: QuerySet[Any], weight: int, *, key: str, time: str) -> QuerySet[Any, Any]:
    columns = {"weight": Value(weight, IntegerField()), "key": F(key), "time": Cast(time, CharField())}
    annotated: QuerySet[Any] = rows.order_by().annotate(**columns)
    return annotated.values_list(*CandidateRow._fields)


class NeighbourRow(NamedTuple):
    place: str
    pk: int
    slug: str
    title: str


@compiled_query(NeighbourRow, at=DateTimeField(), pk=BigIntegerField(), now=DateTimeField())
def _neighbour_rows(at: Any, pk: Any, now: Any) -> QuerySet[Any, Any]:
    """Each neighbour is an end of an index range."""
    # Without the item: a draft over it may have another time.
    others, same = CuratedItem.objects.published(now).exclude(pk=pk), Q(published_at=at)
    newer = others.filter(published_at__gte=at).exclude(same, pk__lte=pk).order_by("published_at", "pk")
    older = others.filter(published_at__lte=at).exclude(same, pk__gte=pk).newest_first()

    def first(items: ItemQuerySet, place: str) -> QuerySet[Any, Any]:
        item = CuratedItem.objects.filter(pk__in=items.values("pk")[:1]).order_by()
        return item.annotate(place=Value(place, CharField())).values_list(*NeighbourRow._fields)

    return first(newer, "newer").union(first(older, "older"), all=True)


def newer_and_older(item: CuratedItem) -> tuple[Link | None, Link | None]:
    """Return the published items next to one in the list of all, `None` at its ends; in one query."""
    rows = _neighbour_rows(at=item.published_at, pk=item.pk, now=timezone.now())
    links = {row.place: Link("item", row.pk, row.slug, row.title) for row in rows}
    return links.get("newer"), links.get("older")
