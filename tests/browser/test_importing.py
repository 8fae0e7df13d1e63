"""An editor imports files: dropped or chosen, previewed, imported, undone."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from tests.admin.imports.uploading import story

from .test_editing import PASSWORD, log_in

DROP = """files => {
    const dropped = new DataTransfer();
    for (const [name, text] of Object.entries(files)) dropped.items.add(new File([text], name));
    for (const type of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def upload_form(page: Page, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Page:
    monkeypatch.setenv("DEMO_EDITOR_PASSWORD", PASSWORD)
    call_command("create_demo_editor", "--force")
    log_in(page)
    page.get_by_role("banner").get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Import Markdown").click()
    expect(page.get_by_text("Drop files anywhere on this page")).to_be_visible()
    return page


def test_dropped_files_are_previewed_imported_and_undone(upload_form: Page) -> None:
    page = upload_form
    page.evaluate(DROP, {"a.md": story("First", "first"), "b.md": "nothing"})
    page.evaluate(DROP, {"c.md": story("Third", "third"), "a.md": story("First, again", "first")})
    expect(page.locator(".chosen-files li")).to_have_text(["a.md (1 kB)", "b.md (1 kB)", "c.md (1 kB)"])
    page.get_by_role("button", name="Show what this would do").click()
    expect(page.get_by_text("3 files: 1 would be rejected, 2 would be created, 0 unchanged.")).to_be_visible()
    page.get_by_role("button", name="Import 2 files").click()
    expect(page.get_by_text("Finished")).to_be_visible()
    assert sorted(CuratedItem.objects.values_list("title", flat=True)) == ["First, again", "Third"]
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="See what an undo would do").click()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("is undone: 2 items moved to the bin").first).to_be_visible()
    assert not CuratedItem.objects.not_binned().exists()


def test_the_pages_fit_a_phone(upload_form: Page) -> None:
    page = upload_form
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate(DROP, {"a.md": story("First", "first", body="word " * 200), f"{'long-name-' * 20}.md": "nothing"})
    assert overflow(page) == 0
    page.get_by_role("button", name="Show what this would do").click()
    expect(page.get_by_text("Nothing is imported yet.")).to_be_visible()
    assert overflow(page) == 0
    page.get_by_role("button", name="Import 1 file").click()
    expect(page.get_by_text("Finished")).to_be_visible()
    assert overflow(page) == 0


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
