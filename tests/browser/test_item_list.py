"""The item list with script: keys, marks, quick edit in the row, and short addresses."""

import re

import pytest
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from tests.factories import make_item, make_topic

from .conftest import OpenPage
from .test_editing import item, log_in  # noqa: F401  # a fixture

LIST = "/admin/curation/curateditem/"


@pytest.mark.usefixtures("item")
def test_keys_move_mark_and_edit_a_row_that_is_shown_as_saved(page: Page) -> None:
    make_topic("Robots")
    log_in(page)
    page.goto(LIST)
    bar = page.get_by_role("group", name="Actions on marked items")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="An old title", exact=True)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(bar.get_by_text("2 of 2 marked")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("e")
    form = page.locator("#quick_form")
    expect(form.get_by_label("Title")).to_be_focused()
    form.get_by_label("Title").fill("A new title")
    topics = form.get_by_role("combobox", name="Topics")
    topics.fill("None such")
    page.keyboard.press("Control+Enter")
    expect(form.get_by_text("There is no topic “None such”")).to_be_visible()
    page.get_by_role("button", name="Remove None such").click()
    topics.fill("robo")
    page.keyboard.press("Enter")
    expect(form.get_by_role("button", name="Remove Symplur: Robots")).to_be_visible()
    form.get_by_role("button", name="Publish changes").click()
    expect(page.locator("#result_list .is-saved").get_by_text("Robots")).to_be_visible()
    expect(page.get_by_role("link", name="A new title", exact=True).last).to_be_focused()
    expect(page.get_by_text("Saved “A new title”")).to_be_visible()
    assert CuratedItem.objects.filter(title="A new title", topics__label="Robots").exists()
    page.keyboard.press("/")
    expect(page.get_by_label("Search items")).to_be_focused()


@pytest.mark.usefixtures("item")
def test_filters_combine_in_a_short_address_and_a_view_is_saved(page: Page) -> None:
    make_item("Draft", status="draft")
    log_in(page)
    page.goto(LIST)
    page.locator("summary", has_text="State").click()
    page.get_by_label("Draft", exact=True).check()
    page.locator("summary", has_text="Missing").click()
    page.get_by_label("Topic", exact=True).check()
    page.locator(".filter details[open]").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"/curateditem/\?state=draft&missing=topic$"))
    expect(page.get_by_role("status").filter(has_text="1 item")).to_be_visible()
    page.get_by_text("Save this view").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("To label")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("navigation", name="Views").get_by_role("link", name="To label 1")).to_be_visible()
    page.get_by_role("link", name="Clear the filter state").click()
    expect(page).to_have_url(re.compile(r"\?missing=topic$"))


@pytest.mark.usefixtures("item")
def test_topics_of_a_filter_are_chosen_as_chips_whose_script_comes_with_the_first_one(page: Page) -> None:
    topics = [make_topic("Robots"), make_topic("Nursing", "KLAS")]
    make_item("Both", topics=topics)
    make_item("One", topics=topics[:1])
    log_in(page)
    scripts: list[str] = []
    page.on("request", lambda request: scripts.append(request.url))
    page.goto(f"{LIST}?topic=Robots, Nursing")
    assert not any("chips" in url for url in scripts if url.endswith(".js"))
    page.locator(".filter summary", has_text="Topic").click()
    panel = page.locator(".filter details[open]")
    expect(panel.get_by_role("combobox")).to_be_focused()
    expect(panel.locator(".chip-label")).to_have_text(["Robots", "Nursing"])
    assert len([url for url in scripts if "chips" in url and url.endswith(".js")]) == 1
    page.keyboard.press("Backspace")
    page.keyboard.type("klas: nurs")
    page.keyboard.press("Enter")
    expect(panel.locator(".chip-label")).to_have_text(["Robots", "Nursing"])
    panel.get_by_label("All of them").check()
    panel.get_by_role("button", name="Apply").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.get_by_text("Symplur: Robots and KLAS: Nursing")).to_be_visible()


@pytest.mark.usefixtures("item")
def test_the_link_of_a_live_item_is_copied_by_key(page: Page) -> None:
    log_in(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(LIST)
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_role("status").filter(has_text="The link is copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url.removesuffix(LIST) + "/news/an-old-title/"


@pytest.mark.usefixtures("item")
def test_a_phone_without_script_quick_edits_on_a_page_and_returns_to_the_row(open_page: OpenPage) -> None:
    page = open_page(390, script=False)
    log_in(page)
    page.goto(f"{LIST}?state=live")
    page.get_by_role("link", name="Quick edit: An old title").click()
    page.get_by_label("Title").fill("A new title")
    page.get_by_role("button", name="Publish changes").click()
    expect(page).to_have_url(re.compile(r"\?state=live#item-\d+$"))
    expect(page.locator("tr:target").get_by_role("link", name="A new title", exact=True)).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
