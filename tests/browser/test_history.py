"""The history of an item: two versions compared, and a field put back."""

from playwright.sync_api import Page, expect

from curation.items.actors import Actor
from curation.items.revisions import recording
from curation.models import CuratedItem

from .test_editing import item, log_in  # noqa: F401  # a fixture


def test_a_change_is_compared_and_put_back(page: Page, item: CuratedItem) -> None:  # noqa: F811
    with recording([item.pk], "changed", Actor.command("Ann")):
        CuratedItem.objects.filter(pk=item.pk).update(title="A new title", summary="A summary.")
    log_in(page)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="Title; Summary").click()
    change = page.get_by_role("region", name="Title")
    expect(change.locator("del")).to_have_text("An old")
    expect(change.locator("ins")).to_have_text("A new")
    change.get_by_role("button", name="Put this back").click()
    expect(page.get_by_text("Title put back.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Put back")).to_contain_text("As it was before")
    item.refresh_from_db()
    assert (item.title, item.summary) == ("An old title", "A summary.")
