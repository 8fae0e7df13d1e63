"""Two editors with one item open in two browsers."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import CuratedItem
from tests.factories import make_item

from .conftest import Faults


@pytest.fixture
def item(live_server: LiveServer) -> CuratedItem:
    return make_item("A story", summary="The old summary.", body="The old text.")


@pytest.fixture
def pages(browser: Browser, live_server: LiveServer, item: CuratedItem) -> Iterator[list[Page]]:
    """Return the item's form as Ann and as Ben have it open."""
    contexts, opened, faults, cookies = [], [], Faults(), []
    for name in ("Ann", "Ben"):
        client = Client()
        client.force_login(User.objects.create_superuser(name.lower(), first_name=name))
        cookies.append(client.cookies["sessionid"])
    # From here on, the server alone uses the connection, which SQLite in memory shares with it.
    for cookie in cookies:
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        faults.watch(context, live_server.url)
        contexts.append(context)
        opened.append(context.new_page())
        opened[-1].goto(f"/admin/curation/curateditem/{item.pk}/change/")
    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def save(page: Page) -> None:
    page.get_by_role("button", name="Publish and stay").click()


def test_two_editors_see_each_other_and_lose_nothing(pages: list[Page], item: CuratedItem) -> None:
    ann, ben = pages
    ben.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(ben.get_by_text("Ann is here")).to_be_in_viewport()
    ann.get_by_label("Summary:", exact=True).fill("By Ann.")
    ann.get_by_label("Title:", exact=True).fill("Ann’s story")
    save(ann)
    expect(ann.get_by_role("main").get_by_text("Saved “")).to_be_visible()
    # The notes are renewed when a page becomes visible again.
    ben.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    note = ben.get_by_text("Ann saved Title")
    note.get_by_role("button", name="Take it in").click()
    expect(ben.get_by_label("Title:", exact=True)).to_have_value("Ann’s story")
    ben.get_by_label("Summary:", exact=True).fill("By Ben.")
    ben.get_by_label("Body:", exact=True).fill("By Ben.")
    save(ben)
    expect(ben.get_by_role("heading", name="Changed by you and by others")).to_be_visible()
    ben.get_by_role("radio", name="Keep mine").check()
    save(ben)
    expect(ben.get_by_role("main").get_by_text("Saved “")).to_be_visible()
    item.refresh_from_db()
    assert (item.title, item.summary, item.body) == ("Ann’s story", "By Ben.", "By Ben.")
    assert any(row.changes.get("summary") == ["The old summary.", "By Ann."] for row in item.revisions.all())
