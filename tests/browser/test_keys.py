"""The keys of the desk, outside of fields and in them."""

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import EditorProfile

from .test_accessibility import take_session


def test_keys_act_outside_of_fields_unless_the_profile_switches_them_off(page: Page, live_server: LiveServer) -> None:
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

    EditorProfile.objects.update_or_create(user=user, defaults={"single_keys": False})
    page.goto("/admin/")
    page.keyboard.press("?")
    expect(dialog).not_to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Keys").click()
    expect(dialog).to_contain_text("are switched off in your profile")
