"""Rows by the calendar months of a time zone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.db.models import Case, CharField, Count, QuerySet, When
from django.db.models.functions import Cast, Left, Substr
from django.db.models.lookups import In

from curation.lib.time_zones import in_zone

#: The first and last days of UTC's months (of February both possible ends), of which parts are in other months
#: elsewhere.
EDGES = (
    *(f"{month:02}-01" for month in range(1, 13)),
    *("01-31", "02-28", "02-29", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31", "11-30"),
    "12-31",
)


def count_by_month(rows: QuerySet[Any], column: str, zone: tzinfo) -> dict[tuple[int, int], int]:
    """Return the years and months of a zone with rows, the oldest first, and the number of rows of each; in one query.

    `column` is that of a time, not NULL. The database groups by the beginning of its text, which is in UTC on both
    databases: by month, and at the edges of months by second, which Python then assigns to months of the zone. Django's
    date functions would be called in Python for each row on SQLite.
    """
    text = Cast(column, CharField())
    month = Left(text, len("2024-03"))
    key: Left[Any] | Case = month
    if str(zone) != "UTC":
        at_edge = In(Substr(text, len("2024-") + 1, len("03-31")), EDGES)
        key = Case(When(at_edge, then=Left(text, len("2024-03-31 23:59:59"))), default=month)
    counts: Counter[tuple[int, int]] = Counter()
    for beginning, count in rows.order_by().values_list(key).annotate(Count("pk")):
        counts[_month_of(beginning, zone)] += count
    return dict(sorted(counts.items()))


def _month_of(beginning: str, zone: tzinfo) -> tuple[int, int]:
    """Return year and month of the beginning of a time in UTC: of `2024-03`, or of `2024-03-31 23:59:59` in a zone."""
    if len(beginning) > len("2024-03"):
        local = in_zone(datetime.fromisoformat(beginning).replace(tzinfo=UTC), zone)
        return local.year, local.month
    return int(beginning[:4]), int(beginning[5:])
