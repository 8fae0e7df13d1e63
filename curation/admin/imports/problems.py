"""The problems of a run's files, grouped by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, get_args

from django.db.models import Q

from curation.frontmatter.problems import Level
from curation.models import ImportRecord, ImportRun

#: Maximum number of problems shown per group.
MAX_PER_GROUP = 20
#: Maximum number of keys without a column that are shown.
MAX_KEYS = 50
#: The kinds of problems whose codes are no plain words.
WORDS = {
    "alias-path": "redirects that are no paths of this site",
    "alias-taken": "redirects that other items have",
    "derived-differs": "keys that contradict each other",
    "gone": "files that are gone",
    "link": "links that lead nowhere here",
    "media": "pictures and files that are missing or cannot be used",
    "not-a-list": "texts in place of lists",
    "not-text": "values that are no texts",
    "repeat": "files that repeat others",
    "same-link": "items with the same source link",
    "separator": "tags that were split",
    "summary-cut": "summaries that stop inside a sentence",
    "topic-malformed": "entries that are no topics",
}
#: The outcomes of files whose problems the page of a run shows with the files.
SHOWN_WITH_FILES = (ImportRecord.Outcome.REJECTED, ImportRecord.Outcome.SKIPPED)
#: The code of the problems that the page of a run shows as conflicts.
CONFLICT = "conflict"
#: The levels of problems, the most severe first.
LEVELS: tuple[str, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class ProblemOccurrence:
    """A problem with the IDs of its import record and item."""

    record: int
    item: int | None
    path: str
    field: str
    line: int | None
    message: str


@dataclass(slots=True)
class ProblemGroup:
    """The problems of one level and code: how many there are, and the first `MAX_PER_GROUP`."""

    level: str
    code: str
    count: int = 0
    occurrences: list[ProblemOccurrence] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The kind of problem in words, by default those of its code: “date malformed”."""
        return WORDS.get(self.code) or self.code.replace("-", " ")

    @property
    def more(self) -> int:
        """The number of problems that are not shown."""
        return self.count - len(self.occurrences)


@dataclass(frozen=True, slots=True)
class ProblemSummary:
    """Problem groups, the most severe first, and the keys without a column with their numbers of files."""

    groups: list[ProblemGroup]
    unmapped: list[tuple[str, int]]


def summarise_problems(run: ImportRun) -> ProblemSummary:
    """Read the problems of a run that its files are not shown with, in one query."""
    groups: dict[tuple[str, str], ProblemGroup] = {}
    unmapped: Counter[str] = Counter()
    records = run.records.filter(~Q(problems=[]) | ~Q(unmapped=[])).order_by("pk")
    rows = records.values_list("pk", "item", "path", "outcome", "problems", "unmapped")
    for record, item, path, outcome, problems, keys in rows.iterator():
        unmapped.update(keys)
        for problem in problems:
            if outcome in SHOWN_WITH_FILES or problem["code"] == CONFLICT:
                continue
            key = (problem["level"], problem["code"])
            _add(groups.setdefault(key, ProblemGroup(*key)), record, item, path, problem)
    by_severity = sorted(groups.values(), key=lambda group: (LEVELS.index(group.level), -group.count, group.code))
    return ProblemSummary(by_severity, unmapped.most_common(MAX_KEYS))


def _add(group: ProblemGroup, record: int, item: int | None, path: str, problem: dict[str, Any]) -> None:
    group.count += 1
    if len(group.occurrences) < MAX_PER_GROUP:
        details = problem["field"], problem["line"], problem["message"]
        group.occurrences.append(ProblemOccurrence(record, item, path, *details))
