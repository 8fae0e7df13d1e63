"""Content files for the tests, as bytes."""

from pathlib import Path
from typing import Any

import yaml

from curation.frontmatter import read
from curation.frontmatter.problems import Level, Problem, Rejected
from curation.frontmatter.record import Document, ItemRecord

CONTENT = Path(__file__).resolve().parent.parent / "content"

#: The keys that no item does without, in the OpenProject dialect.
REQUIRED: dict[str, Any] = {
    "source": "open-project-curations",
    "id": 1,
    "title": "A title",
    "slug": "a-title",
    "date": "2023-01-31",
}


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump(values: dict[str, Any]) -> str:
    """Return values as YAML, without aliases."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def sample(name: str) -> Document:
    """Read one of the files under tests/content/."""
    return read((CONTENT / name).read_bytes(), name)


def read_text(front_matter: str, body: str = "", name: str = "a-file.md") -> Document:
    """Read a file with YAML front matter as it is written."""
    return read(f"---\n{front_matter}\n---\n{body}".encode(), name)


def read_keys(name: str = "a-file.md", **keys: Any) -> Document:
    """Read a file with the required keys and those given; `None` leaves a key out. A `__` in a name is a dot."""
    values = {key.replace("__", "."): value for key, value in {**REQUIRED, **keys}.items() if value is not None}
    return read_text(dump(values), name=name)


def record(**keys: Any) -> ItemRecord:
    return read_keys(**keys).record


def warnings(**keys: Any) -> list[tuple[str, str]]:
    """Return the code and key of each warning of a file with these keys."""
    return problems_of("warning", **keys)


def notes(**keys: Any) -> list[tuple[str, str]]:
    """Return the code and key of each note on a file with these keys."""
    return problems_of("note", **keys)


def problems_of(level: Level, **keys: Any) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in read_keys(**keys).problems if problem.level == level]


def rejection(data: bytes, name: str = "a-file.md") -> tuple[Problem, ...]:
    """Return the problems for which a file is rejected."""
    try:
        read(data, name)
    except Rejected as rejected:
        return rejected.problems
    raise AssertionError("the file was accepted")


def reject_text(front_matter: str) -> Problem:
    """Return the one problem for which a file with this YAML front matter is rejected."""
    (problem,) = rejection(f"---\n{front_matter}\n---\n".encode())
    return problem


def reject_keys(**keys: Any) -> list[tuple[str, str]]:
    """Return the code and key of each error of a file with these keys."""
    values = {key: value for key, value in {**REQUIRED, **keys}.items() if value is not None}
    problems = rejection(f"---\n{dump(values)}---\n".encode())
    return [(problem.code, problem.field) for problem in problems if problem.level == "error"]
