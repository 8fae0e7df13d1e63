"""The keys of the desk, outside of fields and in them."""

import re

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import Conflict, EditorProfile, Revision
from tests.factories import make_item

from .test_accessibility import take_session

LIST = "/admin/curation/curateditem/"


def test_keys_act_outside_of_fields_alone_but_for_those_with_ctrl(page: Page, live_server: LiveServer) -> None:
    user = User.objects.create_superuser("ann")
    client = Client()
    client.force_login(user)
    take_session(page, client, live_server)
    page.goto("/admin/curation/tag/add/")
    dialog = page.get_by_role("dialog", name="Keys of this page")
    name = page.get_by_label("Name:")
    name.press("?")
    expect(name).to_have_value("?")
    expect(dialog).not_to_be_visible()
    name.blur()
    page.keyboard.press("?")
    expect(dialog).to_contain_text("Ctrl s")
    page.keyboard.press("Escape")
    name.fill("home care")
    name.press("Control+s")
    expect(page.get_by_role("main").get_by_text("was added successfully")).to_be_visible()


def test_single_keys_that_are_switched_off_do_nothing_on_any_page(page: Page, live_server: LiveServer) -> None:
    user = User.objects.create_superuser("ann")
    EditorProfile.objects.create(user=user, single_keys=False)
    items = [make_item(title, status="review", summary="", published_at=None) for title in ("First", "Second")]
    Conflict.objects.create(item=items[0], field="title", base="", theirs="Theirs", ours="First")
    client = Client()
    client.force_login(user)
    take_session(page, client, live_server)
    edit_page = f"/admin/curation/curateditem/{items[0].pk}/change/"
    one_by_one = "/admin/one-by-one/?missing=summary"
    for path in ("/admin/", LIST, "/admin/review/", one_by_one, "/admin/curation/conflict/", edit_page):
        page.goto(path)
        page.wait_for_load_state()
        page.evaluate("document.activeElement.blur()")
        url, shown = page.url, page.locator("main").inner_text()
        for key in ("?", "/", "n", "j", "k", "x", "Shift+X", "e", "p", "a", "s", "r", "t", "g", "t"):
            page.keyboard.press(key)
        assert (page.url, page.evaluate("document.activeElement.tagName")) == (url, "BODY"), path
        assert page.locator("main").inner_text() == shown, path
        assert page.get_by_role("dialog").count() == 0, path
        assert page.locator("main kbd:visible", has_text=re.compile("^[A-Z]$")).count() == 0, path
    page.keyboard.press("Control+/")
    page.keyboard.press("t")
    expect(page.get_by_label("Title:", exact=True)).to_be_focused()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("are switched off in your profile")
    expect(page.get_by_role("dialog")).not_to_contain_text("New item")
    assert not Revision.objects.exists()
