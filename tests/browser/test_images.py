"""Images in Chromium: many uploaded at once, a focal point set by a click, one chosen among thumbnails."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import Image
from tests.admin.conftest import member_of
from tests.admin.images import make_image, picture_bytes
from tests.factories import make_item


@pytest.fixture
def editor(page: Page, live_server: LiveServer) -> Page:
    """A page of a publisher who is logged in."""
    session = member_of("Publisher", "editor").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def file(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "image/png", "buffer": data}


def test_many_pictures_are_sent_one_by_one_with_a_result_each(editor: Page) -> None:
    editor.goto("/admin/curation/image/")
    editor.get_by_text("Add images").click()
    files = [file("a.png", picture_bytes()), file("b.txt.png", b"text"), file("c.png", picture_bytes())]
    editor.get_by_label("Pictures", exact=True).set_input_files(files)
    editor.get_by_role("button", name="Add them").click()
    expect(editor.get_by_text("2 stored, 1 refused.")).to_be_visible()
    lines = editor.locator(".upload-results li")
    expect(lines).to_have_text([re.compile("a.png is stored"), re.compile("Refused: “b.txt.png”"), re.compile("c.png")])
    assert {*Image.objects.values_list("original_name", flat=True)} == {"a.png", "c.png"}


def test_a_click_on_a_picture_sets_its_focal_point(editor: Page) -> None:
    image = make_image(size=(400, 300))
    editor.goto(f"/admin/curation/image/{image.pk}/change/")
    picture = editor.locator(".focus-picture img")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] / 4, "y": box["height"] * 3 / 4})
    across = editor.get_by_label("Focal point from the left")
    across.press("ArrowUp")
    expect(editor.locator(".focus-mark circle").first).to_have_attribute("cx", re.compile(r"\d+%"))
    editor.get_by_role("button", name="Save", exact=True).click()
    expect(editor.locator(".messagelist")).to_contain_text("was changed successfully")
    image.refresh_from_db()
    assert abs(image.focus_x - 26) < 2
    assert abs(image.focus_y - 75) < 2


def test_an_image_is_chosen_among_thumbnails(editor: Page) -> None:
    image, item = make_image("ward.png"), make_item()
    Image.objects.update(alt="A ward at night")
    make_image("other.png")
    editor.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    editor.get_by_role("button", name="Choose among thumbnails…").click()
    dialog = editor.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("ward")
    dialog.get_by_role("searchbox").press("Enter")
    expect(dialog.get_by_role("button", name="other.png")).to_have_count(0)
    dialog.get_by_role("button", name="ward.png").click()
    expect(dialog).to_have_count(0)
    expect(editor.locator("#id_image")).to_have_value(str(image.pk))
    expect(editor.locator("#id_image_alt")).to_have_attribute("placeholder", "A ward at night")
    expect(editor.locator("#chosen-picture img")).to_be_visible()
