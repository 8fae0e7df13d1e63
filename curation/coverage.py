"""How many items there are month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime
from typing import Any

from django.db.models import CharField, Count, QuerySet
from django.db.models.functions import Cast, Left
from django.urls import reverse
from django.utils.formats import date_format


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
        return Month(self.year + self.number // 12, self.number % 12 + 1)

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
