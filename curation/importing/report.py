"""What an import did: counts, a line a problem, and the same as a JSON or CSV file."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from curation.frontmatter.records import Level, Problem
from curation.importing.discover import printable

Outcome = Literal["created", "updated", "unchanged", "skipped", "conflicted", "rejected", "archived"]
#: Outcomes that the summary always names, and those that it names where there are any.
ALWAYS: tuple[Outcome, ...] = ("created", "updated", "unchanged", "skipped", "rejected")
RARELY: tuple[Outcome, ...] = ("conflicted", "archived")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. `path` is printable."""

    path: str
    outcome: Outcome
    slug: str = ""
    problems: tuple[Problem, ...] = ()


#: What every report counts, in this order.
COUNTS = (*ALWAYS[:4], "conflicted", "rejected", "warnings", "seen")


@dataclass(slots=True)
class Report:
    """What became of a run. Unless `keep_all` is set, files without a problem are only counted: memory stays flat."""

    keep_all: bool = False
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    remarkable: list[FileReport] = field(default_factory=list)

    def add(self, files: Iterable[FileReport]) -> None:
        for file in files:
            self.counts[file.outcome] += 1
            self.counts["warnings"] += sum(problem.level == "warning" for problem in file.problems)
            self.counts["seen"] += file.outcome != "archived"
            if file.problems or self.keep_all:
                self.remarkable.append(file)

    def lines(self, level: Level) -> Iterator[str]:
        """Yield `path: field: what is wrong; what to do [level, line]` for each problem of a level, in path order."""
        for file in self.remarkable:
            for problem in file.problems:
                if problem.level == level:
                    what = ": ".join(filter(None, (file.path, problem.field, printable(problem.message))))
                    yield f"{what} [{level}, line {problem.line}]" if problem.line else f"{what} [{level}]"

    def summary(self) -> str:
        """Return the counts in one line."""
        named = [*ALWAYS, *(outcome for outcome in RARELY if self.counts[outcome])]
        parts = [f"{self.counts[outcome]:,} {outcome}" for outcome in named]
        warnings = self.counts["warnings"]
        return ", ".join([*parts, f"{warnings:,} {'warning' if warnings == 1 else 'warnings'}"])


def write_report(report: Report, path: Path) -> None:
    """Write a report that kept all files, as its name ends: `.json` or `.csv`. Raises `OSError`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".json":
            records = [asdict(entry) for entry in report.remarkable]
            json.dump({"counts": report.counts, "records": records}, file, ensure_ascii=False, indent=1)
            file.write("\n")
        else:
            csv.writer(file).writerows(_rows(report))


def _rows(report: Report) -> Iterator[list[str]]:
    yield ["path", "outcome", "slug", "level", "code", "field", "line", "message"]
    for file in report.remarkable:
        for problem in file.problems or (None,):
            told = (problem.level, problem.code, problem.field, problem.line, problem.message) if problem else ("",) * 5
            yield [_cell(value) for value in (file.path, file.outcome, file.slug, *told)]


def _cell(value: object) -> str:
    """Return a value that a spreadsheet will not take for a formula (OWASP, CSV Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
