"""Fields with script: chips of all forms; of an item, the body with its toolbar, pasted text, and the preview."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import CuratedItem, Topic
from tests.admin.images import picture_bytes
from tests.factories import make_item, make_offering, make_topic

from .conftest import OpenPage
from .test_editing import PASSWORD, log_in


@pytest.fixture(autouse=True)
def _editor(live_server: LiveServer) -> None:
    User.objects.create_superuser("editor", password=PASSWORD)


def open_form(page: Page, story: CuratedItem) -> None:
    log_in(page)
    page.goto(f"/admin/curation/curateditem/{story.pk}/change/")


def field(page: Page, name: str) -> Locator:
    return page.locator(".chips-field").filter(has=page.get_by_role("combobox", name=name))


def chips(page: Page, name: str) -> Locator:
    return field(page, name).locator(".chip-label")


def paste(target: Locator, **data: str) -> None:
    """Paste texts by their MIME types, with `_` for `/`, into an element."""
    target.evaluate(
        """(element, data) => {
          const clipboardData = new DataTransfer();
          for (const [type, text] of Object.entries(data)) clipboardData.setData(type.replace("_", "/"), text);
          element.focus();
          element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        data,
    )


@pytest.mark.journey
def test_chips_are_chosen_ordered_and_removed_by_keyboard_and_saved(page: Page) -> None:
    for label, vocabulary in (("Nursing Supply", "KLAS"), ("Nursing", "Symplur"), ("AI", "Symplur")):
        make_topic(label, vocabulary)
    story = make_item("A story", topics=[make_topic("Robots", "Gartner")], tags=["old"])
    make_offering("Kestrelby")
    open_form(page, story)
    topics = page.get_by_role("combobox", name="Topics")
    topics.fill("nurs")
    topics.press("Enter")  # before the answer is there
    expect(chips(page, "Topics")).to_have_text(["Robots", "Nursing"])
    paste(topics, text_plain="AI, Nursing Supply, Nursing")
    expect(chips(page, "Topics")).to_have_text(["Robots", "Nursing", "AI", "Nursing Supply"])
    topics.press("ArrowLeft")
    page.keyboard.press("Alt+ArrowLeft")
    expect(chips(page, "Topics")).to_have_text(["Robots", "Nursing", "Nursing Supply", "AI"])
    page.keyboard.press("Alt+Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(chips(page, "Topics")).to_have_text(["Nursing Supply", "Nursing", "AI"])
    page.get_by_role("combobox", name="Tags").fill("home care,")
    page.keyboard.type("nursing")
    page.get_by_role("combobox", name="Related offerings").click()
    expect(chips(page, "Tags")).to_have_text(["old", "home care", "nursing"])
    page.keyboard.type("Kest")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="The item is about Kestrelby").click()
    page.get_by_role("button", name="Publish and stay").click()
    expect(page.get_by_role("main").get_by_text("Saved “")).to_be_visible()
    assert [row.topic.label for row in story.itemtopic_set.all()] == ["Nursing Supply", "Nursing", "AI"]
    assert set(story.tags.values_list("name", flat=True)) == {"old", "home care", "nursing"}
    assert [row.is_primary for row in story.itemoffering_set.all()] == [True]
    expect(chips(page, "Topics")).to_have_text(["Nursing Supply", "Nursing", "AI"])


def centre(chip: Locator) -> tuple[float, float]:
    box = chip.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, chip: Locator, to: tuple[float, float]) -> None:
    page.mouse.move(*centre(chip))
    page.mouse.down()
    page.mouse.move(*to, steps=8)
    page.mouse.up()


def swipe(page: Page, chip: Locator, to: tuple[float, float]) -> None:
    """Move a finger from a chip to a point."""
    touch = page.context.new_cdp_session(page)
    (x, y), steps = centre(chip), 8
    for step in range(steps + 1):
        point = {"x": x + (to[0] - x) * step / steps, "y": y + (to[1] - y) * step / steps}
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_chips_are_dragged_to_another_place_by_mouse_and_finger_and_saved(page: Page) -> None:
    story = make_item("A story", topics=[make_topic(label) for label in ("AI", "Nursing Supply", "Robots")])
    open_form(page, story)
    field_of_chips = field(page, "Topics")
    topics = field_of_chips.locator(".chip")
    topics.first.scroll_into_view_if_needed()
    x, y = centre(topics.nth(1))
    drag(page, topics.first, (x + 5, y))
    expect(chips(page, "Topics")).to_have_text(["Nursing Supply", "AI", "Robots"])
    expect(field_of_chips.get_by_role("status")).to_have_text("Moved to position 2 of 3.")
    drag(page, topics.first, centre(page.get_by_role("combobox", name="Topics")))
    expect(chips(page, "Topics")).to_have_text(["AI", "Robots", "Nursing Supply"])
    assert page.evaluate("getSelection().toString()") == ""
    x, y = centre(topics.first)
    swipe(page, topics.nth(2), (x - 5, y))
    expect(chips(page, "Topics")).to_have_text(["Nursing Supply", "AI", "Robots"])
    swipe(page, topics.first, (x, y - 200))  # scrolls
    expect(chips(page, "Topics")).to_have_text(["Nursing Supply", "AI", "Robots"])
    page.get_by_role("button", name="Publish and stay").click()
    expect(page.get_by_role("main").get_by_text("Saved “")).to_be_visible()
    assert [row.topic.label for row in story.itemtopic_set.all()] == ["Nursing Supply", "AI", "Robots"]


def test_formatted_text_is_pasted_as_markdown_and_the_preview_shows_the_whole_page(page: Page) -> None:
    story = make_item("A story", body="The text.", topics=[make_topic("Robots")])
    open_form(page, story)
    body = page.get_by_label("Body:", exact=True)
    body.evaluate("text => text.setSelectionRange(4, 8)")
    body.press("Control+b")
    expect(body).to_have_value("The **text**.")
    body.evaluate("text => text.setSelectionRange(text.value.length, text.value.length)")
    html = """<html><head><style>p { color: red }</style></head><body><b style="font-weight: normal"
      id="docs-internal-guid-1"><h1 style="color: red">A head</h1><p onclick="x()">One
      <span style="font-weight:700">word</span>,
      <a href="https://example.org/a">a link</a>, <a href="javascript:alert(1)">none</a>.</p>
      <ul><li>a</li><li>b</li></ul><script>document.title = "run"</script><img src="https://example.org/x.png">
      <table><tr><th>A</th><th>B|C</th></tr><tr><td>1</td><td>2</td></tr></table></b></body></html>"""
    body.press("End")
    body.press("Enter")
    body.press("Enter")
    paste(body, text_html=html, text_plain="A head")
    table = r"\| A \| B\\\|C \|\n\| --- \| --- \|\n\| 1 \| 2 \|"
    expect(body).to_have_value(
        re.compile(
            r"^The \*\*text\*\*\.\n\n## A head\n\nOne \*\*word\*\*, \[a link\]\(https://example\.org/a\), none\.\n\n"
            rf"- a\n- b\n\n{table}$"
        )
    )
    page.get_by_label("Title:", exact=True).fill("A new title")
    preview = page.frame_locator("iframe.body-preview")
    for words in ("A new title", "A head", "Robots"):
        expect(preview.locator("main").get_by_text(words).first).to_be_visible()
    frame = page.locator("iframe.body-preview")
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Desktop").click()
    assert frame.evaluate("frame => getComputedStyle(frame.contentDocument.body).colorScheme") == "dark"
    assert frame.evaluate("frame => frame.contentWindow.innerWidth") == 1280
    body.focus()
    page.keyboard.press("Control+/")
    page.keyboard.press("v")
    expect(body).to_be_hidden()
    page.goto(f"{page.url.partition('/curateditem/')[0]}/curateditem/add/")
    expect(body).to_be_visible()
    chart = {"name": "chart.png", "mimeType": "image/png", "buffer": picture_bytes()}
    page.get_by_label("Upload an image:").set_input_files([chart])
    expect(page.get_by_role("img", name="chart.png")).to_be_visible()
    page.get_by_role("button", name="Preview", exact=True).click()
    page.keyboard.press("Control+/")
    page.keyboard.press("b")
    expect(body).to_be_focused()
    page.keyboard.press("Control+/")
    page.keyboard.press("v")
    page.keyboard.press("Control+/")
    page.keyboard.press("v")
    expect(frame).to_be_hidden()


def test_a_pasted_picture_becomes_that_of_the_item_and_a_preview_link_shows_it(page: Page, open_page: OpenPage) -> None:
    story = make_item("A story", status="draft")
    open_form(page, story)
    page.get_by_label("Title:", exact=True).evaluate(
        """(title, bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "robot.png", { type: "image/png" }));
          title.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        list(picture_bytes()),
    )
    expect(chips(page, "Image")).to_have_text(["robot.png"])
    expect(page.locator("#chosen-picture img")).to_be_visible()
    page.get_by_role("button", name="Save and stay").click()
    expect(page.get_by_role("main").get_by_text("Saved “")).to_be_visible()
    page.get_by_role("button", name="Copy preview link").click()
    link = page.get_by_role("textbox", name="Preview link").input_value()
    visitor = open_page()
    visitor.goto(link[link.index("/preview/") :])
    expect(visitor.get_by_text("Draft: readers do not see this.")).to_be_visible()
    picture = visitor.locator(".picture img")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") == 8


def test_topics_of_an_offering_are_chosen_and_removed_by_keyboard_and_saved(page: Page) -> None:
    offering = make_offering("Kestrelby")
    offering.topics.add(make_topic("AI"), make_topic("Robots"))
    make_topic("Nursing")
    log_in(page)
    page.goto(f"/admin/curation/offering/{offering.pk}/change/")
    topics = page.get_by_role("combobox", name="Topics")
    topics.fill("nurs")
    topics.press("Enter")
    expect(chips(page, "Topics")).to_have_text(["AI", "Robots", "Nursing"])
    topics.press("ArrowLeft")
    page.keyboard.press("Alt+ArrowLeft")  # they have no order
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(chips(page, "Topics")).to_have_text(["AI", "Nursing"])
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert {topic.label for topic in offering.topics.all()} == {"AI", "Nursing"}


def test_a_row_that_is_added_in_a_window_is_chosen(page: Page) -> None:
    log_in(page)
    page.goto("/admin/curation/topic/add/")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Add another vocabulary").click()
    opened.value.get_by_label("Name:").fill("Symplur")
    opened.value.get_by_role("button", name="Save").click()
    expect(chips(page, "Vocabulary")).to_have_text(["Symplur"])
    page.get_by_role("combobox", name="Vocabulary").press("Backspace")
    expect(chips(page, "Vocabulary")).to_have_count(0)
    page.get_by_role("combobox", name="Vocabulary").fill("sym")
    page.get_by_role("option", name="Symplur").click()
    page.get_by_label("Label:").fill("AI")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert str(Topic.objects.get()) == "Symplur: AI"
