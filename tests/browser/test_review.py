"""The review queue, one by one, and conflicts, by key."""

import re
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from curation.items.actors import Actor
from curation.items.workflow import perform
from curation.models import Conflict, CuratedItem
from tests.factories import make_item

from .conftest import Faults, OpenPage
from .test_accessibility import ann  # noqa: F401  # a fixture


def submit(*titles: str) -> list[CuratedItem]:
    items = [make_item(title, status="draft", published_at=None) for title in titles]
    for item in items:
        perform("submitted", CuratedItem.objects.filter(pk=item.pk), Actor("Ben"), reason="Please look.")
    return items


def test_a_queue_is_reviewed_by_key(page: Page, ann: User) -> None:  # noqa: F811
    first, second, third = submit("First", "Second", "Third")
    page.goto("/admin/review/")
    frame = page.frame_locator(".framed-page iframe")
    expect(frame.get_by_role("heading", name="First")).to_be_visible()
    page.get_by_label("Dark").check()
    expect(frame.locator("body")).to_have_css("background-color", "rgb(16, 21, 20)")
    page.get_by_label("Phone").check()
    assert (page.locator(".framed-page iframe").bounding_box() or {"width": 0})["width"] == 390
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second")
    page.keyboard.press("r")
    expect(page.get_by_label("Note: what is to be done")).to_be_focused()
    page.keyboard.type("Ask them again.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Third")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text("First")
    page.keyboard.press("a")
    expect(page.get_by_text("“First” is approved. Live since")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text("“Third” is approved. Goes live")).to_be_visible()
    expect(page.get_by_text("Nothing waits for your review.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Third")
    for item in (first, second, third):
        item.refresh_from_db()
    assert [item.status for item in (first, second, third)] == ["published", "draft", "review"]


def test_summaries_are_written_one_after_the_other(
    page: Page,
    ann: User,  # noqa: F811
    open_page: OpenPage,
    faults: Faults,
) -> None:
    for title in ("Third", "Second", "First"):
        make_item(title, summary="")
    page.goto("/admin/one-by-one/?missing=summary")
    summary, heading = page.get_by_label("Summary"), page.get_by_role("heading", level=1)
    expect(summary).to_be_focused()
    page.keyboard.type("Nurses came back.")
    page.keyboard.press("Control+Enter")
    expect(heading).to_have_text("Second")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    expect(page.get_by_text("Saved “First”: Summary.")).to_be_visible()
    expect(page).to_have_title(re.compile("2 of 3"))
    summary.blur()
    page.keyboard.press("j")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    page.keyboard.press("Escape")
    summary.blur()
    page.keyboard.press("k")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    summary.fill("second")  # as the title
    page.route("**/admin/one-by-one/**", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not saved: the server cannot be reached.")).to_be_visible()
    expect(heading).to_have_text("Second")
    expect(summary).to_have_value("second")
    page.unroute("**/admin/one-by-one/**")
    summary.fill("A second one.")
    cookies: Any = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    expect(page.get_by_text("Not saved: you are logged out.")).to_be_visible()
    expect(summary).to_have_value("A second one.")
    faults[:] = [fault for fault in faults if "/admin/session/" not in fault and "/admin/one-by-one/" not in fault]
    page.context.add_cookies(cookies)
    page.keyboard.press("Control+Enter")
    expect(heading).to_have_text("Third")
    plain = open_page(script=False)
    plain.context.add_cookies(cookies)
    plain.goto("/admin/one-by-one/?missing=summary")
    plain.get_by_label("Summary").fill("Without script.")
    plain.get_by_role("button", name="Save and next").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("1 done: nothing is left")
    assert not CuratedItem.objects.filter(summary="").exists()


def test_a_save_during_the_save_before_follows_it(page: Page, ann: User) -> None:  # noqa: F811
    for title in ("Third", "Second", "First"):
        make_item(title, summary="")
    page.goto("/admin/one-by-one/?missing=summary")
    waiting: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if route.request.method == "POST" and not waiting:
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/admin/one-by-one/**", hold_the_first)
    heading = page.get_by_role("heading", level=1)
    for summary, following in (("The first.", "Second"), ("The second.", "Second")):
        page.keyboard.type(summary)
        page.keyboard.press("Control+Enter")
        expect(heading).to_have_text(following)
    waiting[0].continue_()
    expect(heading).to_have_text("Third")
    expect(page.get_by_text("Saved “Second”: Summary.")).to_be_visible()


def test_conflicts_are_decided_by_key(page: Page, ann: User) -> None:  # noqa: F811
    items = [make_item(title, slug=title.lower()) for title in ("One", "Two", "Three")]
    for item in items:
        Conflict.objects.create(item=item, field="title", base="", theirs=f"{item.title} of the file", ours=item.title)
    page.goto("/admin/curation/conflict/")
    current = page.locator(".conflict.is-current h2")
    page.keyboard.press("j")
    expect(current).to_contain_text("Two")
    page.keyboard.press("t")
    expect(page.get_by_text("Title taken from the file.")).to_be_visible()
    expect(current).to_contain_text("One")
    page.keyboard.press("e")
    page.get_by_label("Title, of both").fill("One of both")
    page.wait_for_load_state()  # the keys are there
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Title edited.")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_text("No open conflicts.")).to_be_visible()
    assert sorted(CuratedItem.objects.values_list("title", flat=True)) == ["One of both", "Three", "Two of the file"]
