"""What an editor does: log in, find an item, change it, see it on the site."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from tests.admin.images import picture_bytes
from tests.factories import make_item, make_topic

from .conftest import Faults

PASSWORD = "a-good-long-password"


@pytest.fixture
def item(monkeypatch: pytest.MonkeyPatch) -> CuratedItem:
    monkeypatch.setenv("DEMO_EDITOR_PASSWORD", PASSWORD)
    call_command("create_demo_editor", "--force")
    make_item("Another story")
    return make_item("An old title", body="The old text.", topics=[make_topic("Remote Monitoring", "Gartner")])


def log_in(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_an_editor_changes_an_item_and_sees_it_on_the_site(page: Page, item: CuratedItem) -> None:
    log_in(page)
    page.get_by_role("main").get_by_role("link", name="Items", exact=True).click()
    page.get_by_role("searchbox").fill("old title")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="An old title").click()
    page.get_by_label("Title:", exact=True).fill("A new title")
    page.get_by_label("Body:", exact=True).fill("The *new* text.")
    expect(page.frame_locator("iframe").get_by_text("The new text.")).to_be_visible()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="View on site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A new title")
    expect(page.get_by_text("The new text.")).to_be_visible()


def test_an_editor_puts_a_picture_into_the_text_and_sees_it_there(
    page: Page, item: CuratedItem, tmp_path: Path
) -> None:
    (tmp_path / "a chart.png").write_bytes(picture_bytes())
    log_in(page)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    body = page.get_by_label("Body:", exact=True)
    body.evaluate("text => text.setSelectionRange(text.value.length, text.value.length)")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Insert pictures…").click()
    chosen.value.set_files([tmp_path / "a chart.png"])
    expect(page.get_by_role("status").filter(has_text="a chart.png is in the text")).to_be_visible()
    page.keyboard.type("A chart")  # the cursor is where the words belong
    expect(body).to_have_value(re.compile(r"The old text\.\n\n!\[A chart\]\(/images/[0-9a-f]{16}/a%20chart\.png\)"))
    expect(page.frame_locator("iframe.body-preview").get_by_role("img", name="A chart")).to_be_visible()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="View on site").click()
    shown = page.get_by_role("img", name="A chart")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 8


def test_a_picture_that_is_none_is_named_with_the_reason(
    page: Page, item: CuratedItem, tmp_path: Path, faults: Faults
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    log_in(page)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Insert pictures…").click()
    chosen.value.set_files([tmp_path / "broken.png"])
    expect(page.get_by_role("status").filter(has_text="broken.png is not in the text: “broken.png”")).to_be_visible()
    expect(page.get_by_label("Body:", exact=True)).to_have_value("The old text.")
    assert [fault.partition(" ")[0] for fault in faults] == ["400"]
    faults.clear()
