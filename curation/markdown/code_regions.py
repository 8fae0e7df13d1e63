"""Find the code in a body, where shortcodes are not expanded."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .commonmark import code_lines

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BACKTICKS = re.compile("`+")


class CodeRegions:
    """The code blocks and code spans of a Markdown body."""

    def __init__(self, body: str) -> None:
        self.regions = sorted(_regions(body))
        self.starts = [start for start, _end in self.regions]

    def region_at(self, position: int) -> tuple[int, int] | None:
        """Return the start and end of the code region that contains a position, or `None`."""
        index = bisect_right(self.starts, position) - 1
        if index < 0 or position >= self.regions[index][1]:
            return None
        return self.regions[index]


def _regions(body: str) -> Iterator[tuple[int, int]]:
    lines = [0, *(match.end() for match in re.finditer("\n", body)), len(body) + 1]
    end = 0
    for first, last in sorted(code_lines(body)):
        start = lines[first]
        if start < end:  # a block within another
            continue
        yield from _spans(body, end, start)
        end = min(lines[last], len(body))
        yield start, end
    yield from _spans(body, end, len(body))


def _spans(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the code spans of some paragraphs: from a run of backticks to the next of the same length."""
    bounds = [start, *(match.end() for match in _BLANK_LINE.finditer(body, start, end)), end]
    for first, last in pairwise(bounds):
        runs = list(_BACKTICKS.finditer(body, first, last))
        by_length: defaultdict[int, list[int]] = defaultdict(list)
        for index in range(len(runs) - 1, -1, -1):
            by_length[len(runs[index][0])].append(index)
        done = -1
        for index, run in enumerate(runs):
            closers = by_length[len(run[0])]
            while closers and closers[-1] <= index:
                closers.pop()
            if index <= done or not closers or _is_escaped(body, run.start()):
                continue
            done = closers[-1]
            yield run.start(), runs[done].end()


def _is_escaped(body: str, place: int) -> bool:
    backslashes = place - len(body[:place].rstrip("\\")) if body[place - 1 : place] == "\\" else 0
    return backslashes % 2 == 1
