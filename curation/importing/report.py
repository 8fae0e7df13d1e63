"""The report of an import: counts, a line a problem, and the same as a JSON or CSV file."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from curation.frontmatter.problems import Level, Problem
from curation.importing.sources.discover import printable
from curation.items.checks import CHECKS

Outcome = Literal["created", "updated", "unchanged", "skipped", "conflicted", "rejected", "archived", "noted"]
#: Outcomes that the summary always names, and those that it names if there are any.
ALWAYS: tuple[Outcome, ...] = ("created", "updated", "unchanged", "skipped", "rejected")
RARELY: tuple[Outcome, ...] = ("conflicted", "archived")


@dataclass(frozen=True, slots=True)
class FileReport:
    """The report of one file.

    `path` is printable. The outcome "noted" is for further problems of a file, found when all files are imported;
    `item` is the ID of its item then. `unmapped` are the keys of its front matter that have no meaning here.
    `failed_checks` are the codes of the content checks that its item fails.
    """

    path: str
    outcome: Outcome
    slug: str = ""
    problems: tuple[Problem, ...] = ()
    item: int | None = None
    unmapped: tuple[str, ...] = ()
    failed_checks: tuple[str, ...] = ()


#: Maximum numbers of unmapped keys that a report names, and counts.
MAX_NAMED_KEYS, MAX_KEYS = 20, 1_000
#: The counts of every report, in this order.
COUNTS = (*ALWAYS[:4], "conflicted", "rejected", "warnings", "seen")
#: Maximum number of lines for the problems of one level and code. Further ones are counted.
MAX_LINES: dict[Level, int] = {"note": 20, "warning": 20, "error": 200}


@dataclass(slots=True)
class Report:
    """The report of a run.

    Keeps the reports of all files with `keep_all`, else only counts and the lines to print, so that memory stays flat.
    `notes` are lines about the run as a whole, printed before the summary and included in a JSON report. `kinds` counts
    problems by level and code, `unmapped` counts files by unmapped key, `failed_checks` files by the code of a content
    check; `failing` names the first of these.
    """

    keep_all: bool = False
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    files: list[FileReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: Counter[tuple[Level, str]] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    failed_checks: Counter[str] = field(default_factory=Counter)
    failing: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    printed: dict[Level, list[str]] = field(default_factory=lambda: {level: [] for level in MAX_LINES})

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
            for code in file.failed_checks:
                self.failed_checks[code] += 1
                if self.failed_checks[code] <= MAX_LINES["warning"]:
                    self.failing[code].append(file.path)
            if self.keep_all:
                self.files.append(file)

    def _add_problem(self, file: FileReport, problem: Problem) -> None:
        kind = problem.level, problem.code
        self.kinds[kind] += 1
        if self.kinds[kind] <= MAX_LINES[problem.level]:
            text = ": ".join(filter(None, (file.path, problem.field, printable(problem.message))))
            line = f", line {problem.line}" if problem.line else ""
            self.printed[problem.level].append(f"{text} [{problem.level}{line}]")

    def lines(self, level: Level) -> Iterator[str]:
        """Yield `path: field: what is wrong; what to do [level, line]` for the problems of a level, in path order.

        For each code with more than `MAX_LINES` problems, a line with the number of the others follows.
        """
        yield from self.printed[level]
        for (kind_level, code), number in self.kinds.items():
            if kind_level == level and number > MAX_LINES[level]:
                yield f"… and {number - MAX_LINES[level]:,} more of {code}; --report FILE.csv lists all [{level}]"

    def unmapped_line(self) -> str:
        """Return a line with the unmapped keys, most frequent first, and their numbers of files; "" for none."""
        if not self.unmapped:
            return ""
        number = len(self.unmapped)
        named = [
            f"`{printable(key)}` ({files:,} {'file' if files == 1 else 'files'})"
            for key, files in self.unmapped.most_common(MAX_NAMED_KEYS)
        ]
        if number > MAX_NAMED_KEYS:
            named.append(f"and {number - MAX_NAMED_KEYS:,}{' or more' if number >= MAX_KEYS else ''} others")
        keys = "1 key without a meaning here was" if number == 1 else f"{number:,} keys without a meaning here were"
        return f"{keys} kept: {', '.join(named)}"

    def check_lines(self, *, with_names: bool) -> Iterator[str]:
        """Yield a line with the numbers of items that fail each content check; `with_names`, then the files of each."""
        if not self.failed_checks:
            return
        failed = [(check, number) for check in CHECKS if (number := self.failed_checks[check.code])]
        yield f"Items to look at: {', '.join(f'{number:,} {check.noun} ({check.code})' for check, number in failed)}"
        for check, number in failed if with_names else ():
            yield from (f"{path}: {check.message} [{check.code}]" for path in self.failing[check.code])
            if more := number - len(self.failing[check.code]):
                yield f"… and {more:,} more of {check.code}; --report FILE.json lists all"

    def summary(self) -> str:
        """Return the counts in one line."""
        named = [*ALWAYS, *(outcome for outcome in RARELY if self.counts[outcome])]
        parts = [f"{self.counts[outcome]:,} {outcome}" for outcome in named]
        warnings = self.counts["warnings"]
        return ", ".join([*parts, f"{warnings:,} {'warning' if warnings == 1 else 'warnings'}"])


def write_report(report: Report, path: Path) -> None:
    """Write a report that keeps all files, as JSON or CSV by the suffix of `path`. Raises `OSError`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".json":
            records = [asdict(entry) for entry in report.files]
            document = {
                "counts": report.counts,
                "notes": report.notes,
                "unmapped": dict(report.unmapped.most_common()),
                "failed_checks": dict(report.failed_checks),
                "records": records,
            }
            json.dump(document, file, ensure_ascii=False, indent=1)
            file.write("\n")
        else:
            csv.writer(file).writerows(_rows(report))


def _rows(report: Report) -> Iterator[list[str]]:
    yield ["path", "outcome", "slug", "level", "code", "field", "line", "message"]
    for file in report.files:
        for problem in file.problems or (None,):
            values = (
                (problem.level, problem.code, problem.field, problem.line, problem.message) if problem else ("",) * 5
            )
            yield [_cell(value) for value in (file.path, file.outcome, file.slug, *values)]


def _cell(value: object) -> str:
    """Return a value as text that a spreadsheet does not interpret as a formula (OWASP, CSV Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
