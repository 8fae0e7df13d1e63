"""Commands, settings, files and links that the documents name exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils.text import slugify

from tests.browser.test_jobs import COUNTS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
#: `curation/views/news.py` or `sample_content/`, but not `/news/` or `https://…`.
PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:css|html|js|md|py|toml|txt)|(?:[\w.-]+/)+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def code_lines(document: Path) -> Iterator[str]:
    """Yield the lines of the document's code blocks, without a prompt."""
    for block in FENCE.findall(document.read_text()):
        yield from (line.removeprefix("$ ").strip() for line in block.splitlines()[1:-1])


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@each_document
def test_make_targets_exist(document: Path) -> None:
    text = "\n".join([*code_lines(document), *re.findall(r"`(make [^`]+)`", document.read_text())])
    assert set(re.findall(r"^(?:\w+=\S+ )*make ([a-z-]+)", text, re.MULTILINE)) - make_targets() == set()


@each_document
def test_management_commands_exist(document: Path) -> None:
    assert set(re.findall(r"manage\.py ([a-z_]+)", document.read_text())) - set(get_commands()) == set()


@each_document
def test_named_files_exist(document: Path) -> None:
    names = set(PATH.findall(FENCE.sub("", document.read_text())))
    assert {name for name in names if not any((base / name).exists() for base in (ROOT, ROOT / "curation"))} == set()


@each_document
def test_links_have_a_target(document: Path) -> None:
    for target, anchor in LINK.findall(document.read_text()):
        path = document.parent / target if target else document
        assert path.exists(), target
        if anchor:
            assert anchor in {slugify(heading) for heading in HEADING.findall(path.read_text())}


@each_document
def test_named_tests_exist(document: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", document.read_text())
    assert [f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text()] == []


def test_the_documentation_lists_all_settings() -> None:
    # Those that were read when the settings were loaded: the names that a misspelt one is compared with.
    from medigy.settings import env

    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert listed == env.known


def test_the_counts_of_jobs_are_those_that_a_test_asserts() -> None:
    row = re.compile(r"^\| ([^|]+) \| (\d+) · (\d+) · (\d+) \|", re.MULTILINE)
    rows = row.findall((ROOT / "docs/editing.md").read_text())
    assert {job: tuple(map(int, counts)) for job, *counts in rows} == COUNTS
