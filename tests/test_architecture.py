"""The packages of the code, the direction of their imports, and limits on size: see ARCHITECTURE.md."""

import ast
from collections.abc import Iterator, Mapping, Set
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("architecture")  # every file is parsed once
ROOT = Path(__file__).resolve().parent.parent
CURATION = ROOT / "curation"

#: The packages of curation/ and its modules, in dependency order: each imports from those before it alone.
ORDER = (
    "lib",
    "db",
    "passwords",
    "markdown",
    "frontmatter",
    "models",
    "caching",
    "search",
    "site_links",
    "items",
    "listing",
    "importing",
    "exporting",
    "operations",
    "tasks",
    "templating",
    "feeds",
    "api",
    "accounts",
    "views",
    "page_cache",
    "admin_site",
    "admin",
    "security",
    "management",
    "middleware",
    "checks",
    "urls",
    "apps",
)
#: Modules that Django looks for by these names. Every other module stands in a package.
ROOT_MODULES = {"__init__", "apps", "checks", "middleware", "tasks", "urls"}
#: Packages that use no database: plain values in, plain values out.
WITHOUT_DATABASE = {"lib", "markdown", "frontmatter"}
#: Packages that must not import each other: what leaves the site must not depend on how it came in.
SEPARATE = {"importing", "exporting"}

MAX_MODULE_LINES = 600
MAX_FUNCTION_LINES = 50


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported_modules(tree: ast.Module, package: str) -> Iterator[str]:
    """Yield the dotted names that a module of `package` imports, wherever in it; `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def package_of(path: Path) -> str:
    """Return the package, or the module of the root, that a file belongs to."""
    return path.relative_to(CURATION).parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> set[str]:
    package = ".".join(path.parent.relative_to(ROOT).parts)
    return set(imported_modules(parse(path), package))


def packages_used_by(path: Path) -> set[str]:
    dotted = (name.split(".") for name in imports_of(path))
    return {parts[1] for parts in dotted if parts[0] == "curation" and len(parts) > 1} - {package_of(path)}


MODULES = [path for path in python_files("curation") if path != CURATION / "__init__.py"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import curation.items", {"curation.items"}),
        ("from curation import items, models", {"curation.items", "curation.models"}),
        ("from . import plan", {"curation.importing.plan"}),
        ("from .plan import Plan", {"curation.importing.plan.Plan"}),
        ("from ..models import Topic", {"curation.models.Topic"}),
        ("def f():\n    from .. import exporting", {"curation.exporting"}),
    ],
)
def test_imports_are_read_in_every_form(source: str, expected: set[str]) -> None:
    assert set(imported_modules(ast.parse(source), "curation.importing")) == expected


def test_the_root_holds_only_what_django_looks_for() -> None:
    assert {path.stem for path in CURATION.glob("*.py")} == ROOT_MODULES


def test_every_package_has_its_place_in_the_order() -> None:
    assert {package_of(path) for path in MODULES} == set(ORDER), "name them above and in ARCHITECTURE.md"


def test_imports_point_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {package}"
        for path in MODULES
        for package in packages_used_by(path)
        if ORDER.index(package) > ORDER.index(package_of(path))
    ]
    assert wrong == []


def module_name(path: Path) -> str:
    """Return the dotted name of a module or package."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def import_graph() -> dict[str, set[str]]:
    """Return, for each module of curation/, the modules that it imports: anywhere, and for its types alone as well."""
    paths = {module_name(path): path for path in MODULES}

    def module_of(name: str) -> str:
        while name and name not in paths:
            name = name.rpartition(".")[0]
        return name

    return {name: {module_of(used) for used in imports_of(path)} - {name, ""} for name, path in paths.items()}


def import_cycle(graph: Mapping[str, Set[str]]) -> list[str]:
    """Return the modules of one import cycle, in order, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return []


def test_a_cycle_is_found() -> None:
    assert set(import_cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert import_cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_the_import_graph_has_every_kind_of_import() -> None:
    graph = import_graph()
    assert "curation.models" in graph["curation.items.record"]  # a package
    assert "curation.frontmatter.reading.dates" in graph["curation.frontmatter.reading.publication"]  # relative


def test_no_modules_import_each_other_in_a_cycle() -> None:
    assert import_cycle(import_graph()) == []


#: The parts of frontmatter/, in dependency order: each imports from those before it alone.
FRONTMATTER_ORDER = (
    *("limits", "pickling", "problems", "values", "record", "record_json", "comparison", "dialects"),
    *("text", "reading", "writing"),
    "__init__",
)


def test_the_parts_of_frontmatter_import_one_way() -> None:
    def part(name: str) -> str:
        return [*name.split("."), "__init__"][2]

    graph = {name: used for name, used in import_graph().items() if name.startswith("curation.frontmatter")}
    assert {part(name) for name in graph} == set(FRONTMATTER_ORDER)
    wrong = [
        f"{name} imports {other}"
        for name, used in graph.items()
        for other in used & graph.keys()
        if FRONTMATTER_ORDER.index(part(other)) > FRONTMATTER_ORDER.index(part(name))
    ]
    assert wrong == []


def test_import_and_export_do_not_use_each_other() -> None:
    assert [path for path in MODULES if package_of(path) in SEPARATE and packages_used_by(path) & SEPARATE] == []


def test_the_lowest_packages_use_no_database() -> None:
    lowest = [path for path in MODULES if package_of(path) in WITHOUT_DATABASE]
    assert [path for path in lowest if any(name.startswith("django.db") for name in imports_of(path))] == []


def test_the_site_needs_nothing_that_only_developers_have() -> None:
    developers = {"tests", "benchmarks", "drills", "scripts", "sample_content"}
    assert [path for path in MODULES if {name.split(".")[0] for name in imports_of(path)} & developers] == []


HAND_WRITTEN = python_files("benchmarks", "curation", "drills", "medigy", "sample_content", "scripts", "tests")


def test_modules_stay_readable_in_one_sitting() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in HAND_WRITTEN}
    assert {path: length for path, length in lengths.items() if length > MAX_MODULE_LINES} == {}


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name and length in lines of every function of a file."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef):
            yield f"{path.relative_to(ROOT)}: {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_stay_readable_in_one_breath() -> None:
    # A test may set out its case at length.
    lengths = dict(f for path in HAND_WRITTEN if "tests" not in path.parts for f in functions_of(path))
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


#: Names that Django looks for in each module.
DJANGO_CLASSES = {"Command", "Media", "Meta"}


def classes_of(path: Path) -> list[str]:
    """Return the names of the classes of a module, without inner classes."""
    return [node.name for node in parse(path).body if isinstance(node, ast.ClassDef)]


def test_no_class_name_stands_in_two_modules() -> None:
    modules_of: dict[str, list[str]] = {}
    for path in python_files("benchmarks", "curation", "drills", "medigy", "sample_content", "scripts"):
        for name in set(classes_of(path)) - DJANGO_CLASSES:
            modules_of.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: modules for name, modules in modules_of.items() if len(modules) > 1} == {}


#: What decodes pictures: Pillow, and the functions of `lib/images.py` and Django that call it.
DECODERS = {
    *(f"curation.lib.images.{name}" for name in ("clean", "is_large", "read_look", "save_renditions")),
    *("django.core.files.images.get_image_dimensions", "django.forms.ImageField", "django.forms.fields.ImageField"),
}


def decoders_used_by(tree: ast.Module, package: str) -> set[str]:
    """Return the decoders that a module of a package imports, or reads from a module that it imports."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            dotted = imported_modules(ast.Module([node], []), package)
            names |= {alias.asname or alias.name: name for alias, name in zip(node.names, dotted, strict=True)}
    read = {
        f"{names[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }
    used = {*names.values(), *read}
    pillow = {".".join(name.split(".")[:2]) for name in used if name.split(".")[0] == "PIL"}
    return used & DECODERS | pillow - {"PIL.features"}  # the formats that this Pillow can read


@pytest.mark.parametrize(
    "text",
    [
        "from PIL import Image",
        "import PIL",
        "from curation.lib.images import clean as tidy",
        "from curation.lib import images\nimages.is_large(b'')",
        "from django import forms\nclass F(forms.Form):\n    upload = forms.ImageField()",
    ],
)
def test_each_way_to_decode_a_picture_is_found(text: str) -> None:
    assert len(decoders_used_by(ast.parse(text), "curation.admin")) == 1


def test_pictures_are_decoded_in_limited_processes_alone() -> None:
    found = {
        path.relative_to(CURATION).as_posix(): used
        for path in MODULES
        if (used := decoders_used_by(parse(path), ".".join(path.parent.relative_to(ROOT).parts)))
    }
    assert "PIL.Image" in found.pop("lib/images.py")  # the decoders
    assert found == {"lib/image_subprocess.py": {name for name in DECODERS if name.startswith("curation")}}
