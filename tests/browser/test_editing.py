"""What an editor does: log in, find an item, change it, see it on the site."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from tests.factories import make_item, make_topic

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
