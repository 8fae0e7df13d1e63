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

Outcome = Literal["created", "updated", "unchanged", "skipped", "conflicted", "rejected", "archived", "noted"]
#: Outcomes that the summary always names, and those that it names where there are any.
ALWAYS: tuple[Outcome, ...] = ("created", "updated", "unchanged", "skipped", "rejected")
RARELY: tuple[Outcome, ...] = ("conflicted", "archived")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. `path` is printable. "noted" is no outcome: what else there is to say of a file, when
    the others are in; `item` is the id of its item then. `unmapped` are the keys of its front matter that mean nothing
    here.
    """

    path: str
    outcome: Outcome
    slug: str = ""
    problems: tuple[Problem, ...] = ()
    item: int | None = None
    unmapped: tuple[str, ...] = ()


#: Keys without a meaning that a report names, and those that it counts.
MAX_KEYS_NAMED, MAX_KEYS = 20, 1_000
#: What every report counts, in this order.
COUNTS = (*ALWAYS[:4], "conflicted", "rejected", "warnings", "seen")


#: Lines that a level's problems of one code take; the others are counted. Errors name the files that are not there.
MAX_LINES: dict[Level, int] = {"note": 20, "warning": 20, "error": 200}


@dataclass(slots=True)
class Report:
    """What became of a run: every file with `keep_all`, else only counts and the lines to show, so memory stays flat.

    `notes` are about the run as a whole, each a line: they stand before the summary and in a JSON report.
    """

    keep_all: bool = False
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    remarkable: list[FileReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: Counter[tuple[Level, str]] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    shown: dict[Level, list[str]] = field(default_factory=lambda: {level: [] for level in MAX_LINES})

    def add(self, files: Iterable[FileReport]) -> None:
        for file in files:
            if file.outcome != "noted":
                self.counts[file.outcome] += 1
                self.counts["seen"] += file.outcome != "archived"
            self.counts["warnings"] += sum(problem.level == "warning" for problem in file.problems)
            for problem in file.problems:
                self._add_problem(file, problem)
            for key in file.unmapped:
                if key in self.unmapped or len(self.unmapped) < MAX_KEYS:
                    self.unmapped[key] += 1
            if self.keep_all:
                self.remarkable.append(file)

    def _add_problem(self, file: FileReport, problem: Problem) -> None:
        kind = problem.level, problem.code
        self.kinds[kind] += 1
        if self.kinds[kind] <= MAX_LINES[problem.level]:
            what = ": ".join(filter(None, (file.path, problem.field, printable(problem.message))))
            place = f", line {problem.line}" if problem.line else ""
            self.shown[problem.level].append(f"{what} [{problem.level}{place}]")

    def lines(self, level: Level) -> Iterator[str]:
        """Yield `path: field: what is wrong; what to do [level, line]` for the problems of a level, in path order, then
        a line for each kind of which there are more than `MAX_LINES`.
        """
        yield from self.shown[level]
        for (its_level, code), number in self.kinds.items():
            if its_level == level and number > MAX_LINES[level]:
                yield f"… and {number - MAX_LINES[level]:,} more of {code}; --report FILE.csv lists all [{level}]"

    def unmapped_line(self) -> str:
        """Return the keys that mean nothing here, most frequent first, with the number of their files; "" for none."""
        if not self.unmapped:
            return ""
        number = len(self.unmapped)
        named = [
            f"`{printable(key)}` ({files:,} {'file' if files == 1 else 'files'})"
            for key, files in self.unmapped.most_common(MAX_KEYS_NAMED)
        ]
        if number > MAX_KEYS_NAMED:
            named.append(f"and {number - MAX_KEYS_NAMED:,}{' or more' if number >= MAX_KEYS else ''} others")
        keys = "1 key without a meaning here was" if number == 1 else f"{number:,} keys without a meaning here were"
        return f"{keys} kept: {', '.join(named)}"

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
            whole = {
                "counts": report.counts,
                "notes": report.notes,
                "unmapped": dict(report.unmapped.most_common()),
                "records": records,
            }
            json.dump(whole, file, ensure_ascii=False, indent=1)
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
