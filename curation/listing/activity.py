"""Numbers of items by month, and the topics and publishers of the items of a topic or an offering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from curation.db.calendar import count_by_month
from curation.lib.time_zones import local_day, site_zone, start_of_day
from curation.models import CuratedItem, Publisher, Topic
from curation.models.relations import ItemRelation, RelationQuerySet

#: Topics and publishers are counted among this many of the newest items, which bounds the cost; most topics have fewer.
SAMPLE_ITEMS = 1000
#: Maximum number of topics, and of publishers.
MAX_COUNTED = 8


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of the site's time zone.

    Raises `ValueError` or `OverflowError` for numbers that are not a month.
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        date(self.year, self.number, 1)
        if self.year == MAXYEAR:
            raise ValueError("The calendar ends in this year.")

    def __str__(self) -> str:
        return date_format(self.first_day, "F Y")

    @classmethod
    def of(cls, moment: datetime) -> Month:
        day = local_day(moment)
        return cls(day.year, day.month)

    @property
    def start(self) -> datetime:
        """The first time of the month, in UTC."""
        return start_of_day(self.first_day, site_zone())

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def next(self) -> Month:
        return self.minus(-1)

    def minus(self, months: int) -> Month:
        """Return the month that many months before this one."""
        year, index = divmod(self.year * 12 + self.number - 1 - months, 12)
        return Month(year, index + 1)

    def __sub__(self, other: Month) -> int:
        return (self.year - other.year) * 12 + self.number - other.number

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def name(self) -> str:
        return date_format(self.first_day, "F")

    def get_absolute_url(self) -> str:
        return reverse("archive_month", args=[self.year, f"{self.number:02}"])


def by_month(rows: QuerySet[Any], moment: str) -> dict[Month, int]:
    """Return the months with rows, the oldest first, and the number of rows of each; in one query.

    `moment` is the column of a time.
    """
    return {Month(*month): count for month, count in count_by_month(rows, moment, site_zone()).items()}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Statistics of the items of a topic or an offering.

    `months` has the number of items of each month with any. `topics` that occur with it, and `publishers`, have the
    number of items each, among the newest `SAMPLE_ITEMS`.
    """

    months: dict[Month, int]
    topics: list[tuple[Topic, int]]
    publishers: list[tuple[Publisher, int]]


def coverage_of(relation: type[ItemRelation], **target: Any) -> Coverage:
    """Return the coverage of the target of a relation (`ItemTopic, topic=topic`), in three queries.

    They read one range of an index, and a fixed number of rows however many items there are.
    """
    newest = _listed(relation, target).newest_first().values("item")[:SAMPLE_ITEMS]
    return Coverage(
        months=months_of(relation, **target),
        topics=_topics_of(newest, target.get("topic")),
        publishers=_publishers_of(newest),
    )


def months_of(relation: type[ItemRelation], **target: Any) -> dict[Month, int]:
    """Return the months with items of a relation's target, and the number of items of each."""
    return by_month(_listed(relation, target), "listed_at")


def _listed(relation: type[ItemRelation], target: Mapping[str, Any]) -> RelationQuerySet:
    return relation.objects.listed().filter(**target)


def _topics_of(items: QuerySet[Any, Any], exclude: Topic | None) -> list[tuple[Topic, int]]:
    """Return the most frequent topics of items with their numbers, without `exclude`."""
    topics = Topic.objects.filter(itemtopic__item__in=items).select_related("vocabulary")
    others = topics.exclude(pk=exclude.pk) if exclude else topics
    most = others.annotate(shared=Count("pk")).order_by("-shared", "label", "pk")[:MAX_COUNTED]
    return [(topic, topic.shared) for topic in most]


def _publishers_of(items: QuerySet[Any, Any]) -> list[tuple[Publisher, int]]:
    publishers = Publisher.objects.filter(items__in=CuratedItem.objects.published_among(items))
    most = publishers.annotate(shared=Count("pk")).order_by("-shared", "name", "pk")[:MAX_COUNTED]
    return [(publisher, publisher.shared) for publisher in most]
