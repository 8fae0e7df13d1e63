"""The Markdown that a body is written in: from the file's dialect, its own key, or the import's option."""

from pathlib import Path

import pytest

from curation.importing.history.undo import undo
from curation.models import CuratedItem, ImportRun, SourceDocument

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db

#: A list without a blank line before it: one only in CommonMark.
BODY = "Intro:\n- one\n"


def the_item() -> CuratedItem:
    return CuratedItem.objects.get()


def has_list() -> bool:
    return "<li>" in the_item().body_html


def test_a_file_for_hugo_is_commonmark(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body=BODY)
    import_()
    assert (the_item().flavour, has_list()) == ("commonmark", True)


def test_an_article_of_pelican_is_python_markdown(content: Path, import_: RunImport) -> None:
    (content / "a.md").write_text(f"Title: A story\nDate: 2024-01-31\nSlug: a\n\n{BODY}")
    import_()
    assert (the_item().flavour, has_list()) == ("markdown", False)
    document = SourceDocument.objects.get()
    assert (document.dialect, document.front_matter_format) == ("pelican", "meta")
    assert document.data == (content / "a.md").read_bytes()


def test_a_file_may_name_its_flavour(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body=BODY, flavour="markdown")
    import_()
    assert (the_item().flavour, has_list()) == ("markdown", False)


def test_an_import_may_set_the_flavour_of_all_files(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body=BODY)
    import_(flavour="markdown")
    assert (the_item().flavour, has_list()) == ("markdown", False)
    import_(flavour="commonmark", force=True)
    assert (the_item().flavour, has_list()) == ("commonmark", True)


def test_an_editors_choice_stays_after_the_next_import(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body=BODY)
    import_()
    item = the_item()
    item.flavour = "markdown"
    item.save()
    write_file("a.md", body=BODY + "- two\n")
    assert import_().counts["updated"] == 1
    assert (the_item().flavour, has_list()) == ("markdown", False)


def test_an_undo_restores_the_flavour(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body=BODY)
    import_()
    write_file("a.md", body=BODY, flavour="markdown")
    import_()
    undo(ImportRun.objects.latest("pk"))
    assert (the_item().flavour, has_list()) == ("commonmark", True)


def test_the_ledger_has_the_option(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_(flavour="markdown")
    assert ImportRun.objects.latest("pk").options["flavour"] == "markdown"
