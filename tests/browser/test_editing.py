"""The work of an editor: log in, find an item, change it, see it on the site."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, Route, expect

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


def log_in(page: Page, username: str = "editor") -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".user-menu summary")).to_be_visible()


@pytest.mark.journey
def test_an_editor_changes_an_item_and_sees_it_on_the_site(page: Page, item: CuratedItem) -> None:
    log_in(page)
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Items", exact=True).click()
    page.get_by_label("Search items").fill("old title")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="An old title", exact=True).click()
    page.get_by_label("Title:", exact=True).fill("A new title")
    page.get_by_label("Body:", exact=True).fill("The *new* text.")
    expect(page.frame_locator("iframe").get_by_text("The new text.")).to_be_visible()
    page.get_by_role("button", name="Publish and stay").click()
    expect(page.get_by_role("main").get_by_text("Saved “")).to_be_visible()
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
    page.keyboard.type("A chart")  # the cursor is between the brackets
    expect(body).to_have_value(re.compile(r"The old text\.\n\n!\[A chart\]\(/images/[0-9a-f]{16}/a%20chart\.png\)"))
    expect(page.frame_locator("iframe.body-preview").get_by_role("img", name="A chart")).to_be_visible()
    page.get_by_role("button", name="Publish and stay").click()
    expect(page.get_by_role("main").get_by_text("Saved “")).to_be_visible()
    page.get_by_role("link", name="View on site").click()
    shown = page.get_by_role("img", name="A chart")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 8


def test_a_file_that_is_not_a_picture_is_named_with_the_reason(
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


def drop(page: Page, target: Locator, *paths: Path) -> None:
    """Drop files of the disk on an element, as a person does."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"type": kind, "x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchDragEvent", {**place, "data": data})


def open_body(page: Page, item: CuratedItem) -> Locator:
    log_in(page)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    body = page.get_by_label("Body:", exact=True)
    body.evaluate("text => text.setSelectionRange(0, 3)")
    return body


def test_dropped_pictures_are_inserted_below_the_line_in_their_order(
    page: Page, item: CuratedItem, tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture_bytes())
    body = open_body(page, item)
    drop(page, body, tmp_path / "a.png", tmp_path / "b.png")
    expect(page.get_by_role("status").filter(has_text="b.png is in the text")).to_contain_text("a.png is in the text")
    page.keyboard.type("The second")
    expect(body).to_have_value(
        re.compile(r"^The old text\.\n\n!\[\]\(/images/\w{16}/a\.png\)\n\n!\[The second\]\(/images/\w{16}/b\.png\)$")
    )


def test_a_dropped_file_that_is_not_a_picture_is_named_and_typed_text_stays(
    page: Page, item: CuratedItem, tmp_path: Path
) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "a.png").write_bytes(picture_bytes())
    body = open_body(page, item)
    page.get_by_label("Title:", exact=True).fill("Typed")
    drop(page, body, tmp_path / "report.pdf")
    expect(page.get_by_role("status").filter(has_text="report.pdf is not in the text: it is not a pic")).to_be_visible()
    drop(page, page.get_by_label("Summary:", exact=True), tmp_path / "a.png")
    expect(body).to_have_value("The old text.")
    expect(page.get_by_label("Title:", exact=True)).to_have_value("Typed")
    assert len(page.context.pages) == 1  # Chromium opens an unhandled file in a new page


def test_a_pasted_picture_is_inserted_and_text_typed_meanwhile_stays(page: Page, item: CuratedItem) -> None:
    def slowly(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    body = open_body(page, item)
    page.route("**/upload-picture/", slowly)
    body.evaluate(
        """(text, bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
          text.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
          text.setSelectionRange(13, 13);
        }""",
        list(picture_bytes()),
    )
    page.keyboard.type(" More.")
    expect(page.get_by_role("status").filter(has_text="image.png is in the text")).to_be_visible()
    page.keyboard.type(" And more.")
    expect(body).to_have_value(re.compile(r"^The old text\. More\. And more\.\n\n!\[\]\(/images/\w{16}/image\.png\)$"))
