"""Compare pages: for each file and each aspect, whether both sites' pages are equal."""

from collections import Counter
from dataclasses import dataclass, field

from benchmarks.fidelity import rules
from benchmarks.fidelity.facts import ASPECTS, Facts, facts_of
from benchmarks.fidelity.sites import FidelityPage

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between two pages of one file in one aspect: Hugo's line and ours."""

    file: str
    aspect: str
    hugo: str
    ours: str


@dataclass(slots=True)
class Comparison:
    """The result for a set of files: the numbers that agree in each aspect, without and with the rules."""

    compared: Counter[str] = field(default_factory=Counter)
    agree_as_is: Counter[str] = field(default_factory=Counter)
    agree: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    explained_files: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def share(self, aspect: str) -> float:
        """Return the share of files that agree in an aspect, 1.0 where none was compared."""
        return self.agree[aspect] / self.compared[aspect] if self.compared[aspect] else 1.0

    @property
    def overall(self) -> float:
        """The share that agrees over all files and aspects."""
        return self.agree.total() / self.compared.total() if self.compared.total() else 1.0

    def add(self, file: str, hugo: FidelityPage | None, ours: FidelityPage | None) -> None:
        """Compare one file's pages; `None` if readers get no page. `hugo` is changed."""
        self._count(file, SHOWN, ("no", "yes")[hugo is not None], ("no", "yes")[ours is not None])
        if hugo is None or ours is None:
            return
        here, as_is = facts_of(ours), facts_of(hugo)
        for rule, places in rules.apply(hugo).items():
            self.explained[rule] += places
            self.explained_files[rule] += 1
        meant = facts_of(hugo)
        for aspect in ASPECTS:
            self.agree_as_is[aspect] += getattr(as_is, aspect) == getattr(here, aspect)
            self._count_aspect(file, aspect, meant, here)

    def _count_aspect(self, file: str, aspect: str, meant: Facts, here: Facts) -> None:
        self._count(file, aspect, *first_difference(getattr(meant, aspect), getattr(here, aspect)))

    def _count(self, file: str, aspect: str, hugo: str, ours: str) -> None:
        self.compared[aspect] += 1
        if hugo == ours:
            self.agree[aspect] += 1
        else:
            self.differences.append(Difference(file, aspect, hugo, ours))
        if aspect == SHOWN:
            self.agree_as_is[aspect] += hugo == ours


def first_difference(hugo: tuple[str, ...], ours: tuple[str, ...]) -> tuple[str, str]:
    """Return the first lines that differ, or two empty texts."""
    for number in range(max(len(hugo), len(ours))):
        lines = [side[number] if number < len(side) else "(nothing)" for side in (hugo, ours)]
        if lines[0] != lines[1]:
            return lines[0], lines[1]
    return "", ""
