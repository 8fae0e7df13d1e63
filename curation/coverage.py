"""How many items there are month by month, and what goes with those of a topic or an offering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, QuerySet
from django.db.models.functions import Cast, Left
from django.urls import reverse
from django.utils.formats import date_format

from curation.models import CuratedItem, Publisher, Topic
from curation.models.items import ItemRelation

#: Topics and publishers are counted among so many newest items, which bounds the cost; most topics have fewer.
SAMPLE = 1000
#: So many of each are told.
SHOWN = 8


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar, in UTC. Raises `ValueError` or `OverflowError` for one that is not."""

    year: int
    number: int

    def __post_init__(self) -> None:
        date(self.year, self.number, 1)
        if self.year == MAXYEAR:
            raise ValueError("The calendar ends in this year.")

    def __str__(self) -> str:
        return date_format(self.start, "F Y")

    @classmethod
    def of(cls, moment: datetime) -> Month:
        at = moment.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def next(self) -> Month:
        return self.back(-1)

    def back(self, months: int) -> Month:
        """Return the month so many before this one."""
        year, index = divmod(self.year * 12 + self.number - 1 - months, 12)
        return Month(year, index + 1)

    def __sub__(self, other: Month) -> int:
        return (self.year - other.year) * 12 + self.number - other.number

    @property
    def last_day(self) -> date:
        return (self.next.start - timedelta(days=1)).date()

    @property
    def name(self) -> str:
        return date_format(self.start, "F")

    def get_absolute_url(self) -> str:
        return reverse("archive_month", args=[self.year, f"{self.number:02}"])


def by_month(rows: QuerySet[Any], moment: str) -> dict[Month, int]:
    """Return the months that have rows, the oldest first, and how many each; in one query.

    `moment` is the column of a time. The database counts by its text, as which SQLite keeps it: its own functions for
    dates would be called in Python, row by row.
    """
    month = Left(Cast(moment, CharField()), len("2024-03"))
    counted = rows.order_by().values_list(month).annotate(Count("pk")).order_by(month)
    return {Month(int(text[:4]), int(text[5:])): count for text, count in counted}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is to be told of the items of a topic or an offering.

    `months` are those that have items. `topics` that come with it and `publishers`, each with a number of items, are
    those of its newest items, at most `SAMPLE`.
    """

    months: dict[Month, int]
    topics: list[tuple[Topic, int]]
    publishers: list[tuple[Publisher, int]]


def coverage_of(relation: type[ItemRelation], **target: Any) -> Coverage:
    """Return the coverage of the target of a relation (`ItemTopic, topic=topic`), in three queries.

    Costs the reading of one range of an index, and a fixed number of rows, however many items there are.
    """
    newest = _listed(relation, target).order_by("-listed_at", "-item_id").values("item")[:SAMPLE]
    return Coverage(
        months=months_of(relation, **target),
        topics=_topics_of(newest, target.get("topic")),
        publishers=_publishers_of(newest),
    )


def months_of(relation: type[ItemRelation], **target: Any) -> dict[Month, int]:
    """Return the months in which items of a relation's target came out, and how many each."""
    return by_month(_listed(relation, target), "listed_at")


def _listed(relation: type[ItemRelation], target: Mapping[str, Any]) -> QuerySet[Any]:
    return relation.objects.listed().filter(**target)


def _topics_of(items: QuerySet[Any, Any], but: Topic | None) -> list[tuple[Topic, int]]:
    """Return the topics of most of some items, but the one that is given."""
    topics = Topic.objects.filter(itemtopic__item__in=items).select_related("vocabulary")
    others = topics.exclude(pk=but.pk) if but else topics
    most = others.annotate(shared=Count("pk")).order_by("-shared", "label", "pk")[:SHOWN]
    return [(topic, topic.shared) for topic in most]


def _publishers_of(items: QuerySet[Any, Any]) -> list[tuple[Publisher, int]]:
    publishers = Publisher.objects.filter(items__in=CuratedItem.objects.published_among(items))
    most = publishers.annotate(shared=Count("pk")).order_by("-shared", "name", "pk")[:SHOWN]
    return [(publisher, publisher.shared) for publisher in most]
