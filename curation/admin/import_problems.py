"""What was wrong with the files of a run: grouped by kind, the first of each shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from curation.models import ImportRun

#: Problems of one kind that are shown, and keys that no field takes.
MAX_SHOWN, MAX_KEYS = 20, 50
LEVELS = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Place:
    """A problem where it occurred."""

    record: int
    item: int | None
    path: str
    field: str
    line: int | None
    message: str


@dataclass(slots=True)
class Group:
    """The problems of one level and code."""

    level: str
    code: str
    count: int = 0
    places: list[Place] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.places)


@dataclass(frozen=True, slots=True)
class Summary:
    """The groups of a run's problems, the worst first; keys that no field takes, with how many files have each."""

    groups: list[Group]
    unmapped: list[tuple[str, int]]


def summarise(run: ImportRun) -> Summary:
    """Read a run's problems, in one query however many there are."""
    groups: dict[tuple[str, str], Group] = {}
    unmapped: Counter[str] = Counter()
    remarkable = run.records.filter(~Q(problems=[]) | ~Q(unmapped=[])).order_by("pk")
    rows = remarkable.values_list("pk", "item", "path", "problems", "unmapped")
    for record, item, path, problems, keys in rows.iterator():
        unmapped.update(keys)
        for problem in problems:
            key = (problem["level"], problem["code"])
            _add(groups.setdefault(key, Group(*key)), record, item, path, problem)
    worst_first = sorted(groups.values(), key=lambda group: (LEVELS.index(group.level), -group.count, group.code))
    return Summary(worst_first, unmapped.most_common(MAX_KEYS))


def _add(group: Group, record: int, item: int | None, path: str, problem: dict[str, Any]) -> None:
    group.count += 1
    if len(group.places) < MAX_SHOWN:
        group.places.append(Place(record, item, path, problem["field"], problem["line"], problem["message"]))
