"""An export between a change of read rules and the next import changes no field that nobody edited."""

from pathlib import Path

import pytest

from curation.exporting import documents
from curation.frontmatter.reading import document
from curation.frontmatter.reading.rules import READ_RULES, ReadRule, first_text
from curation.frontmatter.reading.rules_version import version_of
from curation.models import CuratedItem

from .conftest import export_markdown, import_markdown

pytestmark = pytest.mark.django_db

FILE = "---\ntitle: A title\nslug: a\ndate: 2023-01-31\nrubric: Interview\ntags: [b, a]\n---\nA *body*.\n"


@pytest.fixture
def imported_by_other_rules(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import the file, then read the kind from a key that no rule named before."""
    (content / "a.md").write_text(FILE)
    import_markdown(content)
    rules = [
        rule if rule.field != "kind" else ReadRule("kind", ("rubric",), first_text("rubric")) for rule in READ_RULES
    ]
    monkeypatch.setattr(document, "READ_RULES", rules)
    monkeypatch.setattr(documents, "RULES_VERSION", version_of(rules))


@pytest.mark.usefixtures("imported_by_other_rules")
def test_a_file_that_nobody_edited_is_exported_byte_for_byte(dest: Path) -> None:
    assert CuratedItem.objects.get().kind == ""
    export_markdown(dest)
    assert (dest / "content" / "a.md").read_text() == FILE


@pytest.mark.usefixtures("imported_by_other_rules")
def test_only_edited_fields_are_written(dest: Path) -> None:
    CuratedItem.objects.update(title="Another title")
    export_markdown(dest)
    assert (dest / "content" / "a.md").read_text() == FILE.replace("A title", "Another title")
