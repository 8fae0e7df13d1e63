"""Items a month as a column chart: the numbers that its SVG is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from curation.coverage import Month

#: In units of the drawing, which is stretched to the width of its place.
HEIGHT, STEP, WIDTH = 100, 10, 8
#: A month that has items shows, however many another has.
LEAST = 2
#: A chart goes back so many months at the least, so that a few do not fill its width, and at the most.
SHORTEST, LONGEST = 12, 600


@dataclass(frozen=True, slots=True)
class Bar:
    """A month's column; (x, y) is its upper left corner."""

    month: Month
    count: int
    x: int
    y: int
    height: int
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Chart:
    """Months in a row, those without items among them, as columns of a drawing of `width` and `height`."""

    bars: list[Bar]
    highest: Bar
    total: int
    width: int
    height: int = HEIGHT


def chart(months: Mapping[Month, int], longest: int = LONGEST) -> Chart | None:
    """Return the chart of the months from the first to the last that has items, of the last `longest` of them.

    `None` where there is no more than one month that has any: nothing to compare.
    """
    if len(months) < 2:
        return None
    row = _in_a_row(min(months), max(months), longest)
    most = max(months.get(month, 0) for month in row)
    bars = [_bar(index, month, months.get(month, 0), most) for index, month in enumerate(row)]
    highest = max(bars, key=lambda bar: (bar.count, bar.month))
    return Chart(bars, highest, sum(bar.count for bar in bars), STEP * len(bars))


def _in_a_row(first: Month, last: Month, longest: int) -> list[Month]:
    """Return the months up to the last, from the first on: `SHORTEST` at the least, `longest` at the most."""
    length = min(max(last - first + 1, SHORTEST), longest, last - Month(1, 1) + 1)
    return [last.back(months) for months in reversed(range(length))]


def _bar(index: int, month: Month, count: int, most: int) -> Bar:
    height = max(LEAST, round(HEIGHT * count / most)) if count else 0
    return Bar(month, count, STEP * index + (STEP - WIDTH) // 2, HEIGHT - height, height)
