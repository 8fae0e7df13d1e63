"""Actions on many items, with script on a desktop and without it on a phone."""

import pytest
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from tests.factories import make_item, make_topic

from .conftest import OpenPage
from .test_editing import item, log_in  # noqa: F401  # a fixture

LIST = "/admin/curation/curateditem/"


def choose(page: Page, action: str, group: str = "") -> None:
    page.goto(LIST)
    for box in page.get_by_role("checkbox", name="Mark “").all():
        box.check()
    bar = page.get_by_role("group", name="Actions on marked items")
    if group:
        bar.get_by_text(group, exact=True).click()
    bar.get_by_role("button", name=action, exact=True).click()


@pytest.mark.usefixtures("item")
def test_topics_are_added_and_taken_off_again_by_the_undo(page: Page) -> None:
    topic = make_topic("Robots")
    make_item("Has it", topics=[topic])
    log_in(page)
    choose(page, "Add topics…", "Topics")
    page.get_by_role("combobox", name="Topics").fill("robots")
    page.get_by_role("option", name="Robots").click()
    button = page.get_by_role("button", name="Add topics to 2 items")  # one is skipped: counted again with the choice
    button.click()
    expect(page.get_by_text("2 items given the topics. 1 skipped: given these topics already.")).to_be_visible()
    assert CuratedItem.objects.filter(topics=topic).count() == 3
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Put 2 items back").click()
    expect(page.get_by_text("2 items put back.").first).to_be_visible()
    assert CuratedItem.objects.filter(topics=topic).count() == 1


@pytest.mark.usefixtures("item")
def test_a_phone_without_script_withdraws_and_undoes(open_page: OpenPage) -> None:
    page = open_page(390, script=False)
    log_in(page)
    choose(page, "Withdraw to draft…")
    expect(page.get_by_text("2 items: 2 are live now.")).to_be_visible()
    page.get_by_role("button", name="Withdraw 2 items").click()
    expect(page.get_by_role("link", name="Undo")).to_be_visible()
    assert not CuratedItem.objects.published().exists()
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Put 2 items back").click()
    expect(page.get_by_text("2 items put back.").first).to_be_visible()
    assert CuratedItem.objects.published().count() == 2
