"""Problems of a content file: errors, which reject it, warnings and notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .limits import MAX_PROBLEMS
from .pickling import PickledByValues

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Problem(PickledByValues):
    """A problem of a file.

    `level` is "error" (the file is rejected), "warning" or "note" (nothing to do). `code` is the kind of problem in
    reports (`link-scheme`; docs/front-matter.md lists them). `message` is one sentence: what is wrong, a semicolon,
    what to do. `field` is the dotted key (`link.href`, `relatedOfferings[2].permalink`) or "". `line` counts from 1.
    """

    level: Level
    code: str
    message: str
    field: str = ""
    line: int | None = None


#: Stands for the problems of a file beyond `MAX_PROBLEMS`.
MORE_PROBLEMS = Problem(
    "warning", "more-problems", f"more than {MAX_PROBLEMS} problems; correct these to see the others"
)


def bounded(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return all errors and the first `MAX_PROBLEMS` others, followed by `MORE_PROBLEMS` where there are more."""
    included, remaining = list[Problem](), MAX_PROBLEMS
    is_cut = False
    for problem in problems:
        if problem.level != "error":
            is_cut = is_cut or problem == MORE_PROBLEMS or not remaining
            if problem == MORE_PROBLEMS or not remaining:
                continue
            remaining -= 1
        included.append(problem)
    return (*included, MORE_PROBLEMS) if is_cut else tuple(included)


class Rejected(Exception):
    """Raised for a file that cannot become an item. At least one of its `problems` is an error."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems

    @classmethod
    def for_error(cls, code: str, message: str, field: str = "", line: int | None = None) -> Rejected:
        """Return the rejection for one error."""
        return cls(Problem("error", code, message, field, line))


class SectionPage(Exception):
    """Raised for an `_index.md`: a section of the old site, not an item."""
