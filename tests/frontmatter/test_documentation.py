"""docs/front-matter.md has the same keys, limits and problems as the code."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from curation.frontmatter import limits
from curation.frontmatter.reading.rules import KEPT, READ_RULES

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "front-matter.md"


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables under a heading."""
    section = re.split(r"^## ", DOCUMENT.read_text(), flags=re.MULTILINE)
    text = next(part for part in section if part.startswith(f"{heading}\n"))
    for line in re.findall(r"^\| (.*) \|$", text, re.MULTILINE):
        cells = [cell.strip() for cell in line.split("|")]
        if not set(cells[0]) <= {"-"} and cells[0] not in ("key", "what", "code"):
            yield cells


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_key_is_explained_with_the_fields_it_becomes() -> None:
    coded: defaultdict[str, set[str]] = defaultdict(set, {key: set() for key in KEPT})
    for rule in READ_RULES:
        for key in rule.keys:
            coded[key].add(rule.field)
    documented = {key: set(names(cells[1])) for cells in rows("Keys") for key in names(cells[0])}
    assert documented == coded


def test_no_key_is_explained_twice() -> None:
    keys = [key for cells in rows("Keys") for key in names(cells[0])]
    assert sorted(keys) == sorted(set(keys))


def test_every_limit_is_stated() -> None:
    coded = {value for name, value in vars(limits).items() if name.isupper()}
    stated = {int(number.replace(",", "")) for cells in rows("Limits") for number in re.findall(r"[\d,]*\d", cells[1])}
    assert stated == coded


def test_every_problem_is_explained() -> None:
    documented = {(code, cells[1]) for cells in rows("Problems") for code in names(cells[0])}
    assert documented == set(problem_codes())


#: Names of functions that report a problem, and its level. Their first argument is the code.
REPORTERS = {"error": "error", "for_error": "error", "rejection": "error", "warn": "warning", "note": "note"}


def problem_codes() -> Iterator[tuple[str, str]]:
    """Yield the code and level of each problem that the package can report, from the calls that report them."""
    for path in (ROOT / "curation" / "frontmatter").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            texts = [str(argument.value) for argument in call.args if isinstance(argument, ast.Constant)]
            if name in REPORTERS and texts:
                yield texts[0], REPORTERS[name]
            elif name == "HidingReason":
                yield (texts[-2], texts[-1]) if len(call.args) > 2 else ("hidden", "note")
            elif name == "Problem" and len(texts) > 1:  # else its code comes from a call above
                yield texts[1], texts[0]
