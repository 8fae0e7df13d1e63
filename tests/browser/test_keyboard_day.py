"""A day at the desk by keyboard alone: from the log-in to the last undo, no pointer is moved."""

import pytest
from playwright.sync_api import Locator, Page, expect

from curation.items.actors import Actor
from curation.items.workflow import perform
from curation.models import CuratedItem
from tests.factories import make_item, make_topic

from .test_editing import PASSWORD, item

__all__ = ["item"]

LINK = "https://www.healthcareitnews.com/news/hospital-home"
MAX_STOPS = 60


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(MAX_STOPS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The Tab key does not reach {target}.")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def activate(page: Page, target: Locator) -> None:
    tab_to(page, target)
    press(page, "Enter")


def log_in(page: Page) -> None:
    page.goto("/admin/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("editor")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.locator(".user-menu summary")).to_be_visible()


def chip_labels(page: Page) -> Locator:
    return page.locator(".chips-field").filter(has=page.get_by_role("combobox", name="Topics")).locator(".chip-label")


def write_a_story(page: Page) -> None:
    page.get_by_role("heading", name="New item from a link").wait_for()
    tab_to(page, page.get_by_label("Link to the story"))
    page.keyboard.type(LINK)
    press(page, "Enter")
    expect(page.get_by_label("Source link:")).to_have_value(LINK)
    expect(page.get_by_role("combobox", name="Topics")).to_be_visible()
    for letter, words in (("t", "Hospital at home"), ("s", "Fewer came back."), ("b", "The *text*.")):
        press(page, "Control+/", letter)
        page.keyboard.type(words)
    press(page, "Control+/", "o")
    for start, label in (("nurs", "Nursing"), ("digi", "Digital Health")):
        page.keyboard.type(start)
        expect(page.get_by_role("option").filter(has_text=label).first).to_be_visible()
        press(page, "Enter")
    press(page, "ArrowLeft", "Alt+ArrowLeft")
    expect(chip_labels(page)).to_have_text(["Digital Health", "Nursing"])
    press(page, "Control+s")
    expect(page.get_by_role("main").get_by_text("as a draft.")).to_be_visible()
    expect(chip_labels(page)).to_have_text(["Digital Health", "Nursing"])
    press(page, "Control+Enter")
    expect(page.get_by_text("is live since").or_(page.get_by_text("Live since")).first).to_be_visible()


def mark(page: Page, key: str, title: str) -> None:
    """Move along the rows until one has the focus, and mark it."""
    link = page.get_by_role("link", name=title, exact=True)
    for _ in range(MAX_STOPS):
        press(page, key)
        if link.evaluate("element => element === document.activeElement"):
            return press(page, "x")
    raise AssertionError(f"{key} does not reach “{title}”.")


def withdraw_two(page: Page) -> None:
    press(page, "g", "i")
    expect(page.get_by_role("heading", level=1, name="Items")).to_be_visible()
    page.wait_for_load_state()
    mark(page, "j", "An old title")
    press(page, "j", "k")
    mark(page, "j", "Another story")
    bar = page.get_by_role("group", name="Actions on marked items")
    expect(bar.get_by_text("2 of")).to_be_visible()
    activate(page, bar.get_by_role("button", name="Withdraw to draft…", exact=True))
    activate(page, page.get_by_role("button", name="Withdraw 2 items"))
    expect(page.get_by_text("2 items withdrawn").first).to_be_visible()
    activate(page, page.get_by_role("link", name="Undo"))
    activate(page, page.get_by_role("button", name="Put 2 items back"))
    expect(page.get_by_text("2 items put back.").first).to_be_visible()


def review_two(page: Page) -> None:
    press(page, "g", "r")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("First")
    page.wait_for_load_state()
    press(page, "a")
    expect(page.get_by_text("“First” is approved. Live since")).to_be_visible()
    expect(heading).to_have_text("Second")
    press(page, "r")
    page.keyboard.type("Ask them again.")
    press(page, "Enter")
    expect(page.get_by_text("Nothing waits for your review.")).to_be_visible()
    activate(page, page.get_by_role("button", name="Undo"))
    expect(heading).to_have_text("Second")


def complete_one(page: Page) -> None:
    press(page, "Control+k")
    page.keyboard.type("items")
    expect(page.get_by_role("option", name="Today")).to_have_count(0)
    expect(page.get_by_role("option").first).to_have_text("Items")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1, name="Items")).to_be_visible()
    activate(page, page.locator(".filter summary", has_text="Missing"))
    tab_to(page, page.get_by_label("Own summary"))
    press(page, "Space")
    activate(page, page.locator(".filter details[open]").get_by_role("button", name="Apply"))
    expect(page.get_by_role("link", name="Clear the filter missing")).to_be_visible()
    activate(page, page.get_by_role("link", name="One by one"))
    expect(page.get_by_label("Summary")).to_be_focused()
    page.keyboard.type("In our own words.")
    press(page, "Control+Enter")
    expect(page.get_by_text("Saved “")).to_be_visible()


@pytest.mark.usefixtures("item")
def test_a_whole_day_is_done_by_keyboard_alone(page: Page) -> None:
    for label in ("Nursing", "Digital Health"):
        make_topic(label)
    for title in ("First", "Second"):
        waiting = make_item(title, status="draft", summary="Short.", published_at=None)
        perform("submitted", CuratedItem.objects.filter(pk=waiting.pk), Actor("Ben"), reason="Please look.")
    log_in(page)
    write_a_story(page)
    story = CuratedItem.objects.get(title="Hospital at home")
    assert (story.source_url, story.summary, story.body) == (LINK, "Fewer came back.", "The *text*.")
    assert [row.topic.label for row in story.itemtopic_set.all()] == ["Digital Health", "Nursing"]
    withdraw_two(page)
    review_two(page)
    complete_one(page)
    statuses = dict(CuratedItem.objects.values_list("title", "status"))
    assert (statuses["First"], statuses["Second"], statuses["Hospital at home"]) == ("published", "review", "published")
    assert CuratedItem.objects.filter(summary="In our own words.").count() == 1
