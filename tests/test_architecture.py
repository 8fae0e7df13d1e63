"""The rooms of the code, the one way their doors open, and how large things may grow: see ARCHITECTURE.md."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CURATION = ROOT / "curation"

#: Every module or package of curation/, innermost first. A room imports from its own row and those above it.
ROOMS = (
    {
        "frontmatter",
        "rendering",
        "links",
        "names",
        "slugs",
        "references",
        "sentences",
        "imaging",
        "image_containers",
        "processes",
        "storing",
    },
    {"models"},
    {
        "importing",
        "exporting",
        "publishing",
        "search",
        "snapshot",
        "bulk",
        "facets",
        "pagination",
        "cursors",
        "patience",
        "prepared",
        "related",
        "renaming",
        "resolving",
        "selections",
        "sitepages",
        "sitemaps",
        "stories",
        "teasers",
        "rerendering",
        "coverage",
        "kept",
        "isolation",
        "decoding",
    },
    {"tasks", "orphans"},
    {
        "bodies",
        "views",
        "filters",
        "searches",
        "listings",
        "feeds",
        "api",
        "admin",
        "changelists",
        "middleware",
        "context",
        "jinja",
        "markup",
        "templatetags",
        "management",
        "urls",
        "apps",
        "checks",
    },
    {"caching"},
)
#: Rooms that know no database: plain values in, plain values out.
PURE = ROOMS[0]
#: Rooms of one row that stay apart: what leaves the site must not depend on how it came in.
APART = ({"importing", "exporting"},)

MAX_MODULE_LINES = 600
MAX_FUNCTION_LINES = 50


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


def imported_modules(source: str, package: str) -> Iterator[str]:
    """Yield the dotted names that a module of `package` imports, wherever in it; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(CURATION).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    package = ".".join(path.parent.relative_to(ROOT).parts)
    return set(imported_modules(path.read_text(), package))


def rooms_used_by(path: Path) -> set[str]:
    dotted = (name.split(".") for name in imports_of(path))
    return {parts[1] for parts in dotted if parts[0] == "curation" and len(parts) > 1} - {room_of(path)}


def row_of(room: str) -> int:
    return next(number for number, row in enumerate(ROOMS) if room in row)


MODULES = [path for path in python_files("curation") if path != CURATION / "__init__.py"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import curation.links", {"curation.links"}),
        ("from curation import links, models", {"curation.links", "curation.models"}),
        ("from . import plan", {"curation.importing.plan"}),
        ("from .plan import Plan", {"curation.importing.plan.Plan"}),
        ("from ..models import Topic", {"curation.models.Topic"}),
        ("def f():\n    from .. import exporting", {"curation.exporting"}),
    ],
)
def test_imports_are_read_in_every_form(source: str, expected: set[str]) -> None:
    assert set(imported_modules(source, "curation.importing")) == expected


def test_every_module_has_a_room() -> None:
    assert {room_of(path) for path in MODULES} - set().union(*ROOMS) == set(), "name them above and in ARCHITECTURE.md"


def test_doors_open_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {room}"
        for path in MODULES
        for room in rooms_used_by(path)
        if row_of(room) > row_of(room_of(path))
    ]
    assert wrong == []


def test_rooms_apart_stay_apart() -> None:
    wrong = [path for path in MODULES for pair in APART if room_of(path) in pair and rooms_used_by(path) & pair]
    assert wrong == []


def test_pure_rooms_know_no_database() -> None:
    pure = [path for path in MODULES if room_of(path) in PURE]
    assert [path for path in pure if any(name.startswith("django.db") for name in imports_of(path))] == []


def test_the_site_needs_nothing_that_only_developers_have() -> None:
    developers = {"tests", "benchmarks", "drills", "scripts", "sample_content"}
    assert [path for path in MODULES if {name.split(".")[0] for name in imports_of(path)} & developers] == []


HAND_WRITTEN = python_files("benchmarks", "curation", "drills", "medigy", "sample_content", "scripts", "tests")


def test_modules_stay_readable_in_one_sitting() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in HAND_WRITTEN}
    assert {path: length for path, length in lengths.items() if length > MAX_MODULE_LINES} == {}


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name and length in lines of every function of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield f"{path.relative_to(ROOT)}: {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_stay_readable_in_one_breath() -> None:
    # A test may set out its case at length.
    lengths = dict(f for path in HAND_WRITTEN if "tests" not in path.parts for f in functions_of(path))
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}
