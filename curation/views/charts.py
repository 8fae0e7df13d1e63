"""Items a month, or a year, as a column chart: the numbers that its SVG is drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from curation.coverage import Month

#: In units of the drawing, which is stretched to the width of its place.
HEIGHT, STEP, WIDTH = 100, 10, 8
#: A month that has items shows, however many another has; a few items do not fill the height.
LEAST, LOWEST_TOP = 2, 4
#: A chart goes back so many months at the least, so that a few do not fill its width, and at the most.
SHORTEST, LONGEST = 12, 600
#: Where the last months have fewer items, or fewer of them any, while there are earlier ones, years are drawn.
FEW_ITEMS, FEW_MONTHS = 6, 3


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year, and its first and last day."""

    name: str
    since: date
    until: date

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Bar:
    """A period's column; (x, y) is its upper left corner."""

    period: Period
    count: int
    x: int
    y: int
    height: int
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Chart:
    """Periods in a row, those without items among them, as columns of a drawing of `width` and `height`.

    `total` is the number of items in them, of `overall` that there are; `unit` is "month" or "year".
    """

    bars: list[Bar]
    highest: Bar
    total: int
    overall: int
    unit: str
    width: int
    height: int = HEIGHT


def chart(months: Mapping[Month, int], longest: int = LONGEST) -> Chart | None:
    """Return the chart of the months from the first to the last that has items, of the last `longest` of them; of the
    years, where those months have next to nothing of what there is.

    `None` where there is no more than one month that has any: nothing to compare.
    """
    if len(months) < 2:
        return None
    overall = sum(months.values())
    row = [(_month(month), months.get(month, 0)) for month in _in_a_row(min(months), max(months), longest)]
    counts = [count for _, count in row if count]
    if sum(counts) < overall and (sum(counts) < FEW_ITEMS or len(counts) < FEW_MONTHS):
        return _drawn(_years(months), overall, "year")
    return _drawn(row, overall, "month")


def _drawn(row: Iterable[tuple[Period, int]], overall: int, unit: str) -> Chart:
    row = list(row)
    top = max(LOWEST_TOP, *(count for _, count in row))
    bars = [_bar(index, period, count, top) for index, (period, count) in enumerate(row)]
    highest = max(bars, key=lambda bar: (bar.count, bar.period.since))
    return Chart(bars, highest, sum(bar.count for bar in bars), overall, unit, STEP * len(bars))


def _in_a_row(first: Month, last: Month, longest: int) -> list[Month]:
    """Return the months up to the last, from the first on: `SHORTEST` at the least, `longest` at the most."""
    length = min(max(last - first + 1, SHORTEST), longest, last - Month(1, 1) + 1)
    return [last.back(months) for months in reversed(range(length))]


def _month(month: Month) -> Period:
    return Period(str(month), month.start.date(), month.last_day)


def _years(months: Mapping[Month, int]) -> list[tuple[Period, int]]:
    """Return the years from the first to the last that has items, the last `LONGEST` of them."""
    counted: Counter[int] = Counter()
    for month, count in months.items():
        counted[month.year] += count
    years = range(min(counted), max(counted) + 1)[-LONGEST:]
    return [(Period(f"{year}", date(year, 1, 1), date(year, 12, 31)), counted[year]) for year in years]


def _bar(index: int, period: Period, count: int, top: int) -> Bar:
    height = max(LEAST, round(HEIGHT * count / top)) if count else 0
    return Bar(period, count, STEP * index + (STEP - WIDTH) // 2, HEIGHT - height, height)
