"""An item that goes to the bin and comes back, and a draft over a live item."""

from playwright.sync_api import Page, expect

from curation.models import CuratedItem, ItemDraft

from .test_editing import item, log_in  # noqa: F401  # a fixture


def form_of(item: CuratedItem) -> str:  # noqa: F811
    return f"/admin/curation/curateditem/{item.pk}/change/"


def test_a_deleted_item_is_gone_for_readers_and_comes_back_whole(page: Page, item: CuratedItem) -> None:  # noqa: F811
    log_in(page)
    page.goto(form_of(item))
    page.get_by_role("main").get_by_text("More", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Move to the bin").click()
    expect(page.get_by_text("Readers get “This story was removed” at its address.")).to_be_visible()
    assert page.request.get(item.get_absolute_url()).status == 410
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("restored")).to_be_visible()
    assert page.request.get(item.get_absolute_url()).status == 200
    page.goto(item.get_absolute_url())
    expect(page.get_by_role("link", name="Remote Monitoring").first).to_be_visible()


def test_readers_see_a_draft_over_a_live_item_once_it_is_published(page: Page, item: CuratedItem) -> None:  # noqa: F811
    log_in(page)
    page.goto(form_of(item))
    page.get_by_label("Title:", exact=True).fill("The title to come")
    page.get_by_role("button", name="Keep as draft over the live version").click()
    expect(page.get_by_role("heading", name="Draft over the live version")).to_be_visible()
    expect(page.get_by_label("Title:", exact=True)).to_have_value("The title to come")
    assert "An old title" in page.request.get(item.get_absolute_url()).text()
    page.get_by_role("button", name="Publish changes").click()
    expect(page.get_by_role("main").get_by_role("link", name="The title to come").first).to_be_visible()
    assert "The title to come" in page.request.get(item.get_absolute_url()).text()
    assert not ItemDraft.objects.exists()
