"""What an import did: counts, a line a problem, and the exit status that follows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from curation.frontmatter.records import Level, Problem
from curation.importing.discover import SourceFile, printable

Outcome = Literal["created", "updated", "unchanged", "skipped", "rejected"]
OUTCOMES: tuple[Outcome, ...] = ("created", "updated", "unchanged", "skipped", "rejected")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    source: SourceFile
    outcome: Outcome
    slug: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Report:
    """What became of a run. Files without a problem are only counted, so memory stays flat."""

    counts: Counter[str] = field(default_factory=Counter)
    remarkable: list[FileReport] = field(default_factory=list)

    def add(self, files: Iterable[FileReport]) -> None:
        for file in files:
            self.counts[file.outcome] += 1
            self.counts["warnings"] += sum(problem.level == "warning" for problem in file.problems)
            self.counts["seen"] += 1
            if file.problems:
                self.remarkable.append(file)

    def lines(self, level: Level) -> Iterator[str]:
        """Yield `path: field: what is wrong; what to do` for each problem of a level, in path order."""
        for file in self.remarkable:
            for problem in file.problems:
                if problem.level == level:
                    yield ": ".join(filter(None, (_place(file, problem), problem.field, printable(problem.message))))

    def summary(self) -> str:
        """Return the counts in one line."""
        parts = [f"{self.counts[outcome]:,} {outcome}" for outcome in OUTCOMES]
        return ", ".join([*parts, f"{self.counts['warnings']:,} warnings"])


def _place(file: FileReport, problem: Problem) -> str:
    return f"{file.source.name}:{problem.line}" if problem.line else file.source.name
