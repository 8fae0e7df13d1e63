"""The recipes of CONTRIBUTING.md, applied to a copy of the code, do what they promise and touch few files.

The promises are the modules of `tests/recipes/`, which are run in the copy.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.recipes.recipe import ROOT, Step, read_steps

LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".env", "node_modules", "var", "__pycache__", ".hypothesis"), ".*_cache", "*.sqlite3*"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A section of CONTRIBUTING.md.

    `promise` is the module of `tests/recipes/` that tries the result, `also` are tests of the product that the result
    must pass, and `max_files` is the largest number of files that the recipe may touch. `migration` is the name of the
    migration that it needs.
    """

    heading: str
    promise: str
    max_files: int
    also: tuple[str, ...] = ()
    migration: str = ""

    @property
    def steps(self) -> list[Step]:
        return read_steps(self.heading)

    @property
    def files(self) -> set[str]:
        return {step.path for step in self.steps if not step.path.startswith("tests/")}


RECIPES = (
    Recipe(
        "Add a front-matter key",
        "reading_time.py",
        8,
        also=(
            "tests/frontmatter/test_documentation.py",
            "tests/frontmatter/writing",
            "tests/admin/test_form_completeness.py",
        ),
        migration="reading_time",
    ),
    Recipe("Add a filter", "institution.py", 2, also=("tests/api/test_documentation.py",)),
    Recipe(
        "Add a reader page", "kind_page.py", 4, also=("tests/api/test_documentation.py", "tests/test_architecture.py")
    ),
    Recipe(
        "Add a bulk action",
        "set_institution.py",
        2,
        also=("tests/admin/items/test_actions.py", "tests/items/bulk"),
    ),
)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.promise.removesuffix(".py"))
def test_a_recipe_touches_few_files_and_fits_their_text(recipe: Recipe, tmp_path: Path) -> None:
    assert 0 < len(recipe.files) <= recipe.max_files
    for name in recipe.files:
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    for step in recipe.steps:
        step.apply(tmp_path)
    assert all((tmp_path / name).read_text() != (ROOT / name).read_text() for name in recipe.files)


STORY = """---
title: Story
slug: story
date: 2023-01-31
institution: Mayo Clinic
readingTime: 4
---
Text.
"""


class Copy:
    """A copy of the code, with a database of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        self.variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO"))},
            "SECRET_KEY": "only-for-tests-" + "x" * 40,
            "DEBUG": "0",
            "CI": "",
            "DATABASE_URL": f"sqlite:///{root / 'db.sqlite3'}",
        }

    def run(self, *arguments: str) -> None:
        """Run Python in the copy. Fails with the output where the process does."""
        command = (sys.executable, *arguments)
        done = subprocess.run(
            command, cwd=self.root, env=self.variables, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"

    def apply(self, recipe: Recipe) -> None:
        for step in recipe.steps:
            step.apply(self.root)
        if recipe.migration:
            self.run("manage.py", "makemigrations", "curation", "--name", recipe.migration, "--verbosity=0")


@pytest.mark.long
def test_the_recipes_do_what_they_promise_also_to_items_that_were_imported_before(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    folder = copy.root / "content"
    folder.mkdir()
    (folder / "story.md").write_text(STORY)
    copy.run("manage.py", "migrate", "--verbosity=0")
    copy.run("manage.py", "import_markdown", "content")
    for recipe in RECIPES:
        copy.apply(recipe)
    copy.run("manage.py", "makemigrations", "--check", "--dry-run", "--verbosity=0")
    copy.run("-m", "ruff", "check", "--quiet", ".")
    copy.run("-m", "ruff", "format", "--check", "--quiet", ".")
    copy.run("manage.py", "migrate", "--verbosity=0")
    copy.run("tests/recipes/check_known_item.py", "filter")
    copy.run("manage.py", "import_markdown", "content")
    copy.run("tests/recipes/check_known_item.py", "key")
    promises = [f"tests/recipes/{recipe.promise}" for recipe in RECIPES]
    copy.run("-m", "pytest", "-x", *promises, *sorted({path for recipe in RECIPES for path in recipe.also}))
