"""Topics that are merged in a browser."""

import pytest
from playwright.sync_api import Page, expect

from curation.models import Topic
from tests.factories import make_item, make_topic

from .test_editing import item, log_in  # noqa: F401  # a fixture


@pytest.mark.usefixtures("item")
def test_the_page_tells_at_once_what_another_choice_does_and_the_message_undoes_it(page: Page) -> None:
    old, new = make_topic("Wearables"), make_topic("Wearable", "KLAS")
    make_item(topics=[old])
    make_item(topics=[old, new])
    log_in(page)
    page.goto("/admin/curation/topic/alike/")
    page.get_by_role("link", name="Merge…").click()
    expect(page.get_by_role("button", name="Merge into “Symplur: Wearables”")).to_be_visible()
    page.get_by_role("radio", name="KLAS: Wearable stays").check()
    page.get_by_role("button", name="Merge into “KLAS: Wearable”").click()
    expect(page.get_by_text("“Symplur: Wearables” merged into “KLAS: Wearable”: 2 items changed.")).to_be_visible()
    assert list(Topic.objects.filter(label__startswith="Wearable")) == [new]
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Put 2 items back").click()
    expect(page.get_by_text("2 items put back.").first).to_be_visible()
    assert old.itemtopic_set.count() == 2
