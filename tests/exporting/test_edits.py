"""Only the fields that an editor changed are changed in the export, and importing that changes nothing."""

import shutil
from difflib import unified_diff
from pathlib import Path

import pytest

from curation.models import Alias, CuratedItem, SourceDocument
from tests.frontmatter.files import CONTENT

from .conftest import export_markdown, import_markdown
from .edits import BOOKMARK, EDITS, Edit, save
from .items import all_items, comparable_values, delete_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(content: Path) -> Path:
    """A file of each dialect and syntax, imported."""
    folder = content / "samples"
    shutil.copytree(CONTENT, folder)
    (folder / "openproject.md").rename(folder / "5d0b6c1e.md")  # its mdName
    assert import_markdown(content).startswith("6 created")
    return content


@pytest.mark.parametrize(("slug", "edit", "expected"), EDITS, ids=[f"{n}-{slug}" for n, (slug, *_) in enumerate(EDITS)])
def test_an_edit_changes_the_lines_that_it_must(slug: str, edit: Edit, expected: str, sample: Path, dest: Path) -> None:
    edit(CuratedItem.objects.get(slug=slug))
    before = all_items()
    assert export_markdown(dest, "--all").startswith("5 as they came in, 1 with edits, 0 new, ")
    assert difference(sample, dest / "content") == [line.lstrip() for line in expected.splitlines() if line.strip()]

    assert import_markdown(dest).startswith("0 created, 0 updated, 6 unchanged, 0 skipped, 0 rejected")
    assert all_items() == before
    delete_everything()
    assert import_markdown(dest).startswith("6 created")
    assert {slug: comparable_values(record) for slug, record in all_items().items()} == {
        slug: comparable_values(record) for slug, record in before.items()
    }


def difference(old: Path, new: Path) -> list[str]:
    """Return the lines that differ between the files of two folders."""
    lines: list[str] = []
    for path in sorted(old.rglob("*.md")):
        before, after = (file.read_text().splitlines() for file in (path, new / path.relative_to(old)))
        changes = list(unified_diff(before, after, n=0, lineterm=""))[2:]
        lines += [line for line in changes if not line.startswith("@@")]
    return lines


def test_an_exported_edit_is_not_a_change_when_imported(sample: Path, dest: Path) -> None:
    for item in CuratedItem.objects.all():
        save(title=f"New: {item.title}", summary="A summary", body="Another body")(item)
    before = all_items()
    export_markdown(dest, "--all")
    shutil.copytree(dest / "content", sample, dirs_exist_ok=True)
    assert import_markdown(sample).startswith("0 created, 0 updated, 6 unchanged, 0 skipped, 0 rejected")
    assert all_items() == before
    assert export_markdown(dest, "--all").startswith("6 as they came in, 0 with edits")


def test_aliases_stand_in_the_order_of_the_file_and_those_made_here_follow_by_name(content: Path, dest: Path) -> None:
    (content / "a.md").write_text("---\ntitle: A\nslug: a\naliases: [/z, /m]\n---\n")
    import_markdown(content)
    for path in ("/y", "/b", "/x"):
        Alias.objects.create(item=CuratedItem.objects.get(), path=path)
    export_markdown(dest, "--all")
    assert "\naliases: [/z, /m, /b, /x, /y]\n" in (dest / "content" / "a.md").read_text()


def test_an_alias_that_was_never_the_items_stays_in_its_file(content: Path, dest: Path) -> None:
    (content / "thief.md").write_text("---\ntitle: Thief\nslug: thief\naliases: [/news/victim, /x]\n---\n")
    (content / "victim.md").write_text("---\ntitle: Victim\nslug: victim\naliases: /x\n---\n")
    import_markdown(content)
    assert export_markdown(dest, "--all").startswith("2 as they came in, 0 with edits")


def test_a_field_that_a_dialect_cannot_express_is_reported(sample: Path, dest: Path) -> None:
    Alias.objects.get(path__startswith="/post/").delete()
    assert export_markdown(dest, "--all").startswith("6 as they came in, 0 with edits, 0 new, 0 pictures and PDFs, 1 w")


def test_offerings_that_two_files_name_differently_are_exported_as_imported(content: Path, dest: Path) -> None:
    offering = "\n  - label: {}\n    permalink: /offering/{}\n    offeringId: {}"
    for name, entries in (("a", [("First", "x", 1)]), ("b", [("Second", "x-2", 1), ("Third", "x", 2)])):
        related = "".join(offering.format(*entry) for entry in entries)
        text = f"---\ntitle: {name}\nslug: {name}\ndate: 2023-01-31\nrelatedOfferings:{related}\n---\n"
        (content / f"{name}.md").write_text(text)
    import_markdown(content)
    assert export_markdown(dest, "--all").startswith("2 as they came in, 0 with edits, 0 new, 0 pictures and PDFs, 0 w")


def test_a_file_that_cannot_be_read_any_more_is_written_as_new_and_reported(sample: Path, dest: Path) -> None:
    SourceDocument.objects.filter(item__slug=BOOKMARK).update(front_matter="title: [")
    assert export_markdown(dest, "--all").startswith("5 as they came in, 0 with edits, 1 new, ")
    written = (dest / "content" / "samples" / "bookmark.md").read_text()
    assert "title: Letters, read twice\n" in written
    assert "source: open-project-curations\n" in written


REPEATED = """---
archetype: bookmark
title: A story
slug: {slug}
date: 2019-05-01T02:15:47Z
link: https://example.org/{slug}
linkBrand: example.org
dropmark.editURL: http://x.dropmark.com/616548/7
---
A *body*.
"""


def test_a_further_file_of_an_edited_item_stays_one_of_it(content: Path, dest: Path) -> None:
    for slug in ("old", "new"):
        (content / f"{slug}.md").write_text(REPEATED.format(slug=slug))
    import_markdown(content)
    save(title="A better story", body="A new body.")(CuratedItem.objects.get())
    before = all_items()
    assert export_markdown(dest, "--all").startswith("0 as they came in, 2 with edits")
    assert import_markdown(dest).startswith("0 created, 0 updated, 2 unchanged, 0 skipped, 0 rejected")
    delete_everything()
    assert import_markdown(dest).startswith("1 created, 1 updated, 0 unchanged, 0 skipped, 0 rejected")
    assert {slug: comparable_values(record) for slug, record in all_items().items()} == {
        slug: comparable_values(record) for slug, record in before.items()
    }


def test_the_file_of_an_archived_item_is_archived(content: Path, dest: Path) -> None:
    (content / "a.md").write_text(REPEATED.format(slug="a"))
    (content / "b.md").write_text("---\ntitle: B\nslug: b\ndate: 2023-01-31\n---\n")
    import_markdown(content)
    (content / "a.md").unlink()
    import_markdown("--prune", content)
    export_markdown(dest, "--slug", "a")
    assert "\nstatus: archived\n" in (dest / "content" / "a.md").read_text()
    assert import_markdown(dest).startswith("0 created, 0 updated, 1 unchanged")
