"""A column chart of items per month or per year: the numbers for its SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from curation.listing.activity import Month

#: Height of the chart, distance and width of its columns, in units of the SVG's view box. The SVG is stretched to the
#: width of its container.
HEIGHT, STEP, WIDTH = 100, 10, 8
#: Minimum height of the column of a month that has items.
MIN_BAR_HEIGHT = 2
#: Minimum number of items for a column of full height, so that a few items do not fill the chart.
MIN_SCALE = 4
#: Minimum and maximum number of columns. Two months alone would fill the width.
MIN_COLUMNS, MAX_COLUMNS = 12, 600
#: Years are drawn in place of months where the last months have fewer items than this, or fewer months with items, and
#: there are earlier ones.
FEW_ITEMS, FEW_MONTHS = 6, 3


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year: its name, its first day and its last day."""

    name: str
    since: date
    until: date

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Bar:
    """The column of a period; (x, y) is its upper left corner."""

    period: Period
    count: int
    x: int
    y: int
    height: int
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Chart:
    """Consecutive periods, also those without items, as columns of an SVG of `width` and `height`.

    `total` is the number of items in these periods, `overall` that of all items; `unit` is "month" or "year".
    """

    bars: list[Bar]
    highest: Bar
    total: int
    overall: int
    unit: str
    width: int
    height: int = HEIGHT


def chart(months: Mapping[Month, int], max_months: int = MAX_COLUMNS) -> Chart | None:
    """Return the chart of the months from the first to the last with items, at most the last `max_months` of them.

    Draws years where those months have few of the items. Returns `None` for fewer than two months with items: there is
    nothing to compare.
    """
    if len(months) < 2:
        return None
    overall = sum(months.values())
    counted = [(_period(month), months.get(month, 0)) for month in _range(min(months), max(months), max_months)]
    counts = [count for _, count in counted if count]
    if sum(counts) < overall and (sum(counts) < FEW_ITEMS or len(counts) < FEW_MONTHS):
        return _chart(_years(months), overall, "year")
    return _chart(counted, overall, "month")


def _chart(counted: Sequence[tuple[Period, int]], overall: int, unit: str) -> Chart:
    scale = max(MIN_SCALE, *(count for _, count in counted))
    bars = [_bar(index, period, count, scale) for index, (period, count) in enumerate(counted)]
    highest = max(bars, key=lambda bar: (bar.count, bar.period.since))
    return Chart(bars, highest, sum(bar.count for bar in bars), overall, unit, STEP * len(bars))


def _range(first: Month, last: Month, max_months: int) -> list[Month]:
    """Return consecutive months up to the last: from the first on, `MIN_COLUMNS` at least, `max_months` at most."""
    length = min(max(last - first + 1, MIN_COLUMNS), max_months, last - Month(1, 1) + 1)
    return [last.minus(months) for months in reversed(range(length))]


def _period(month: Month) -> Period:
    return Period(str(month), month.first_day, month.last_day)


def _years(months: Mapping[Month, int]) -> list[tuple[Period, int]]:
    """Return the years from the first to the last with items, at most the last `MAX_COLUMNS` of them."""
    counts: Counter[int] = Counter()
    for month, count in months.items():
        counts[month.year] += count
    years = range(min(counts), max(counts) + 1)[-MAX_COLUMNS:]
    return [(Period(f"{year}", date(year, 1, 1), date(year, 12, 31)), counts[year]) for year in years]


def _bar(index: int, period: Period, count: int, scale: int) -> Bar:
    height = max(MIN_BAR_HEIGHT, round(HEIGHT * count / scale)) if count else 0
    return Bar(period, count, STEP * index + (STEP - WIDTH) // 2, HEIGHT - height, height)
