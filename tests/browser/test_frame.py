"""The frame of the desk: “Find anything” by keyboard, the menu of a phone, and room for names and counts."""

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import Conflict
from tests.factories import make_item, make_topic

from .conftest import OpenPage
from .test_accessibility import take_session


def test_find_anything_opens_what_is_chosen_by_keyboard(open_page: OpenPage, live_server: LiveServer) -> None:
    item, client = make_item("Zebras at home"), Client()
    make_topic("Zebra care")
    client.force_login(User.objects.create_superuser("ann"))
    page = open_page(390)
    take_session(page, client, live_server)
    page.goto("/admin/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find anything")
    expect(page.get_by_role("option", name="New item")).to_be_visible()
    field.fill("zebra")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url(f"**/curateditem/{item.pk}/change/")

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Topics").click()
    expect(page.get_by_role("link", name="Zebra care")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_buttons_of_an_item_fill_their_panel_and_on_a_phone_begin_at_the_edge(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    item, client = make_item(), Client()
    client.force_login(User.objects.create_superuser("ann"))
    page = open_page(1440)
    take_session(page, client, live_server)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    boxes = [button.bounding_box() for button in page.locator(".item-verbs .button").all()]
    assert len({box and box["width"] for box in boxes}) == 1
    page.set_viewport_size({"width": 390, "height": 800})
    tools = [tool.bounding_box() for tool in page.locator(".object-tools > li").all()]
    rows = {box["y"]: box["x"] for box in reversed(tools) if box}
    assert len(rows) == 2
    assert len(set(rows.values())) == 1


def test_the_header_has_room_for_a_long_name_and_two_counts_at_every_width(
    page: Page, client: Client, live_server: LiveServer
) -> None:
    client.force_login(User.objects.create_superuser("ann", first_name="Wilhelmina-Alexandra"))
    Conflict.objects.create(item=make_item("Waiting", status="review", published_at=None), field="title")
    take_session(page, client, live_server)
    page.goto("/admin/curation/tag/")
    expect(page.locator("#desk-nav .count")).to_have_count(2)
    wide = []
    for width in (320, 390, 699, 700, 820, 1099, 1100, 1180, 1259, 1260, 1280, 1339, 1340, 1399, 1400, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            wide.append(width)
    assert wide == []
