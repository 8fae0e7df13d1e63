"""Lists with script: filters and further pages load in place, and address, history and focus follow."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from curation.listing.pagination import PAGE_SIZE
from tests.factories import make_item, make_topic

from .conftest import Faults, OpenPage
from .test_stability import make_image

MORE = 3


@pytest.fixture(autouse=True)
def _items() -> None:
    """More than one page of items, of which one has a topic."""
    for number in range(PAGE_SIZE + MORE - 1):
        make_item(f"Number {number}")
    make_item("The one", topics=[make_topic("Remote Monitoring", "Gartner")])


def mark_document(page: Page) -> None:
    """Mark the document, so that `is_same_document()` is false once another one has replaced it."""
    page.evaluate("window.isMarked = true")


def is_same_document(page: Page) -> bool:
    return bool(page.evaluate("window.isMarked === true"))


def choose_topic(page: Page) -> None:
    page.get_by_label("Topic", exact=True).select_option(label="Remote Monitoring")
    expect(page.get_by_role("article")).to_have_count(1)


@pytest.mark.journey
def test_a_filter_changes_the_list_in_place(page: Page) -> None:
    page.goto("/news/")
    mark_document(page)
    page.get_by_label("Topic", exact=True).focus()
    choose_topic(page)
    expect(page).to_have_url(re.compile(r"/news/\?topic=gartner-remote-monitoring$"))
    expect(page).to_have_title(re.compile("Remote Monitoring"))
    expect(page.get_by_role("status")).to_have_text("1 item")
    expect(page.get_by_label("Topic", exact=True)).to_be_focused()
    assert is_same_document(page)


def test_removing_a_filter_moves_the_focus_to_the_list(page: Page) -> None:
    page.goto("/news/?topic=gartner-remote-monitoring")
    mark_document(page)
    page.get_by_role("link", name="Remove the filter Topic").press("Enter")
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE)
    expect(page).to_have_url(re.compile(r"/news/$"))
    expect(page.get_by_label("Topic", exact=True)).to_have_value("")
    expect(page.get_by_role("heading", name=f"{PAGE_SIZE + MORE} items")).to_be_focused()
    assert is_same_document(page)


def test_going_back_and_forward_shows_list_and_form_as_they_were(page: Page) -> None:
    page.goto("/news/")
    choose_topic(page)
    page.go_back()
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE)
    expect(page.get_by_label("Topic", exact=True)).to_have_value("")
    page.go_forward()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_label("Topic", exact=True)).to_have_value("gartner-remote-monitoring")


def test_going_back_from_an_item_shows_the_whole_page(page: Page) -> None:
    page.goto("/news/")
    choose_topic(page)
    page.get_by_role("link", name="The one").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The one")
    page.go_back()
    expect(page.get_by_role("navigation", name="Sections")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)


def test_open_filters_stay_open(open_page: OpenPage) -> None:
    page = open_page(390)
    page.goto("/news/")
    page.get_by_text("Filters", exact=True).click()
    choose_topic(page)
    expect(page.get_by_label("Vocabulary", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/news/", "/vocabulary/symplur/"])
def test_the_next_page_is_added_below(page: Page, path: str) -> None:
    topic = make_topic("Common")
    for number in range(PAGE_SIZE + MORE):
        make_item(f"Common {number}", topics=[topic])
    page.goto(path)
    mark_document(page)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("article")).to_have_count(2 * PAGE_SIZE if path == "/news/" else PAGE_SIZE + MORE)
    expect(page).to_have_url(re.compile(f"{path}$"))
    expect(page.get_by_role("article").nth(PAGE_SIZE).get_by_role("link").first).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(re.compile("more$"))
    assert is_same_document(page)


def test_reloading_and_coming_back_keep_further_pages_and_the_place(page: Page) -> None:
    page.goto("/news/")
    title = page.title()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE + MORE)
    last = page.get_by_role("article").last
    last.scroll_into_view_if_needed()
    top = page.evaluate("window.scrollY")
    page.reload()
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE + MORE)
    page.wait_for_function("top => window.scrollY === top", arg=top)
    assert page.title() == title
    last.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Number 0")
    page.go_back()
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE + MORE)
    page.goto("/news/")
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE)


@pytest.mark.parametrize("picture", [True, False])
def test_text_of_a_list_can_be_selected(page: Page, picture: bool) -> None:
    image = make_image(600, 400) if picture else None
    item = make_item("With a summary", summary="Words to copy into a mail.", image=image)
    page.goto("/news/")
    box = page.get_by_text(item.summary).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 8, steps=4)
    page.mouse.up()
    assert page.evaluate("String(getSelection())").startswith("Words to copy")
    if picture:
        page.locator("article .thumbnail").click(force=True)  # the link of the title lies above
        expect(page.get_by_role("heading", level=1)).to_have_text(item.title)


def test_an_error_is_shown_at_its_field_until_it_is_corrected(page: Page) -> None:
    page.goto("/news/")
    offering = page.get_by_label("Offering", exact=True)
    offering.fill("None such")
    offering.press("Enter")
    expect(page.locator("#id_offering_error")).to_have_text("There is no offering “None such” here.")
    expect(page.get_by_role("status")).to_have_text("No items match")
    offering.fill("")
    offering.press("Enter")
    expect(page.get_by_role("article")).to_have_count(PAGE_SIZE)
    expect(page.locator("#id_offering_error")).to_have_count(0)


def test_two_filters_chosen_one_after_the_other_both_apply(page: Page) -> None:
    page.goto("/news/")
    page.get_by_label("Topic", exact=True).select_option(label="Remote Monitoring")
    page.get_by_label("Vocabulary", exact=True).select_option(label="Gartner")
    expect(page).to_have_url(re.compile("topic=gartner-remote-monitoring&vocabulary=gartner$"))
    expect(page.get_by_label("Vocabulary", exact=True)).to_have_value("gartner")


def test_a_list_that_fails_to_load_in_place_loads_as_a_page(page: Page, faults: Faults) -> None:
    def fail_in_place(route: Route) -> None:
        if route.request.resource_type == "xhr":
            route.abort()
        else:
            route.fallback()

    page.route("**/news/?*", fail_in_place)
    page.goto("/news/")
    mark_document(page)
    choose_topic(page)
    expect(page).to_have_url(re.compile(r"topic=gartner-remote-monitoring"))
    assert not is_same_document(page)
    faults.clear()


def test_without_script_the_same_buttons_and_links_work(open_page: OpenPage) -> None:
    page = open_page(script=False)
    page.goto("/news/")
    page.get_by_label("Topic", exact=True).select_option(label="Remote Monitoring")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Topic").click()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("article")).to_have_count(MORE)
