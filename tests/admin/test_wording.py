"""Pages and messages of the desk speak to editors. Words for who keeps the server stand in sections of their own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATORS_WORDS = re.compile(r"manage\.py|db_worker|(?<![\w-])--[a-z][a-z-]+")
KEEPERS_SECTION = re.compile(r'<details class="keeper">.*?</details>', re.DOTALL)
#: Packages whose messages editors read. `importing/report.py` words the reports of the command.
PACKAGES = ("accounts", "admin", "admin_site", "importing", "items", "passwords")
#: The module for operators whose messages the desk shows.
SHOWN_ON_DESK = ROOT / "curation/operations/stale_tasks.py"
COMMANDS_OWN = ROOT / "curation/importing/report.py"


def texts(source: str) -> Iterator[str]:
    """Yield the texts in a module, without docstrings."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def messages() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "templates/admin").rglob("*.html")):
        yield path, KEEPERS_SECTION.sub("", path.read_text())
    modules = [path for package in PACKAGES for path in sorted((ROOT / "curation" / package).rglob("*.py"))]
    for path in (*modules, SHOWN_ON_DESK):
        if path != COMMANDS_OWN:
            yield from ((path, text) for text in texts(path.read_text()))


@pytest.mark.long
def test_no_page_or_message_of_the_desk_names_commands_or_their_options() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}" for path, text in messages() if (match := OPERATORS_WORDS.search(text))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["start manage.py run", "use (--force)", "the db_worker stopped"])
def test_words_of_operators_are_found(text: str) -> None:
    assert OPERATORS_WORDS.search(text)
