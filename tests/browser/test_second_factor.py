"""Logging in with an authenticator app and with a passkey, from setting it up to the dialogue over a form."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.models import CuratedItem
from curation.passwords.attempts import MAX_PAIR_ATTEMPTS
from tests.accounts.codes import PASSWORD, code_of, make_member, set_up_app
from tests.factories import make_item

from .conftest import Faults, OpenPage


@pytest.fixture
def ann(live_server: Any) -> User:
    return make_member("ann", "Publisher")


def send_password(page: Page, site: str = "") -> None:
    page.goto(f"{site}/admin/curation/curateditem/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.goto("/admin/")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Log out").click()


def add_authenticator(page: Page) -> None:
    """Give the browser a virtual authenticator that answers by itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_publisher_sets_up_an_app_and_logs_in_with_it(page: Page, ann: User, tmp_path: Path) -> None:
    send_password(page)
    page.get_by_role("link", name="Set up an authenticator app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_text("Type it instead").click()
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code:").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the codes").click()
    download.value.save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text().split() == codes
    page.get_by_role("link", name="I have kept them: go on").click()
    expect(page).to_have_url("/admin/curation/curateditem/")
    log_out(page)
    send_password(page)
    page.get_by_label("Code:").fill(code_of(secret, 1))
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/curation/curateditem/")


def test_a_publisher_adds_a_passkey_and_logs_in_with_it(page: Page, ann: User) -> None:
    add_authenticator(page)
    send_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    log_out(page)
    send_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url("/admin/curation/curateditem/")
    page.goto("/admin/account/second-factor/")
    page.get_by_role("link", name="Rename Laptop").click()
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    expect(page.get_by_text("Set up one of these to go on")).to_be_visible()


def test_a_browser_without_passkeys_says_so(page: Page, ann: User) -> None:
    page.add_init_script("delete PublicKeyCredential.parseRequestOptionsFromJSON")
    send_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("They need HTTPS")


def test_a_site_at_an_ip_address_says_why_it_has_no_passkeys(
    page: Page, ann: User, live_server: Any, faults: Faults
) -> None:
    address = live_server.url.replace("localhost", "127.0.0.1")
    send_password(page, address)
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.locator("#passkey-error")).to_be_hidden()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("an address with a name")
    faults[:] = [fault for fault in faults if not fault.startswith(f"request to another host: {address}/")]


def test_without_script_a_code_logs_in(open_page: OpenPage, ann: User) -> None:
    secret, page = set_up_app(ann), open_page(script=False)
    send_password(page)
    page.get_by_label("Code:").fill("12")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_label("Code:").fill(code_of(secret))
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url("/admin/curation/curateditem/")


def save(page: Page) -> None:
    """Press the button, although another request of the page may have opened the dialogue over it."""
    page.locator("button[name=_save]").dispatch_event("click")


def open_form(page: Page, item: CuratedItem, password: str = PASSWORD) -> None:
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    page.get_by_label("Title:", exact=True).fill("Typed without a session")
    page.context.clear_cookies()
    save(page)
    dialog = page.get_by_role("dialog", name="You were logged out")
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Log in").click()


def test_the_dialogue_tells_who_guesses_to_wait(page: Page, ann: User, faults: Faults, settings: Any) -> None:
    settings.SECOND_FACTOR_EXEMPT = ["ann"]
    item = make_item("Old")
    send_password(page)
    open_form(page, item, "wrong")
    dialog = page.get_by_role("dialog")
    for _ in range(MAX_PAIR_ATTEMPTS):
        expect(dialog.get_by_role("alert")).to_contain_text("Please enter the correct username")
        dialog.get_by_label("Password").fill("wrong")
        with page.expect_response("**/admin/login/") as answer:
            dialog.get_by_role("button", name="Log in").click()
    assert answer.value.status == HTTPStatus.TOO_MANY_REQUESTS
    expect(dialog.get_by_role("alert")).to_contain_text("Wait 15 minutes")
    expect(page.get_by_label("Title:", exact=True)).to_have_value("Typed without a session")
    faults[:] = [fault for fault in faults if not fault.startswith(("403", "429"))]


def test_the_dialogue_over_a_form_asks_for_the_code(page: Page, ann: User, faults: Faults) -> None:
    secret, item = set_up_app(ann), make_item("Old")
    send_password(page)
    page.get_by_label("Code:").fill(code_of(secret))
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/curation/curateditem/")
    open_form(page, item)
    dialog = page.get_by_role("dialog", name="Second factor")
    dialog.get_by_label("Code").fill("12")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This code is not right")
    dialog.get_by_label("Code").fill(code_of(secret, 1))
    dialog.get_by_label("Code").press("Enter")
    expect(page.get_by_text("Saved “")).to_be_visible()
    item.refresh_from_db()
    assert item.title == "Typed without a session"
    faults[:] = [fault for fault in faults if not fault.startswith("403")]


def test_the_dialogue_takes_a_passkey_and_leads_to_setting_one_up(page: Page, ann: User, faults: Faults) -> None:
    add_authenticator(page)
    item = make_item("Old")
    send_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them: go on").click()
    open_form(page, item)
    page.get_by_role("dialog", name="Second factor").get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Saved “")).to_be_visible()
    faults[:] = [fault for fault in faults if not fault.startswith("403")]


def test_the_dialogue_leads_to_the_page_that_sets_one_up(page: Page, ann: User, faults: Faults, settings: Any) -> None:
    settings.SECOND_FACTOR_EXEMPT = ["ann"]
    item = make_item("Old")
    send_password(page)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    page.get_by_label("Title:", exact=True).fill("Typed without a session")
    settings.SECOND_FACTOR_EXEMPT = []
    save(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Set up a second factor").click()
    tab = opened.value
    tab.get_by_role("link", name="Set up an authenticator app").click()
    tab.get_by_text("Type it instead").click()
    tab.get_by_label("Code:").fill(code_of(tab.locator(".secret").inner_text()))
    tab.get_by_role("button", name="Set up").click()
    expect(tab.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    dialog.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Saved “")).to_be_visible()
    faults[:] = [fault for fault in faults if not fault.startswith("403")]
