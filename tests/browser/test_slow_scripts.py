"""Pages that are used before their scripts run: typed and chosen values count; no control that needs one is offered."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from curation.models import CuratedItem
from tests.factories import make_topic

from .conftest import OpenPage
from .test_editing import item, log_in

__all__ = ["item"]

ITEMS = "/admin/curation/curateditem/"
#: Controls that would do nothing, or something else, without script.
NEEDS_SCRIPT = "button[type=button], a[href='#'], [data-popup], #passkey-form [type=submit]:enabled"


def hold_scripts(page: Page) -> Callable[[], None]:
    """Hold the scripts of the next page; return a function that lets them go on."""
    held: list[Route] = []
    is_held = True

    def handle(route: Route) -> None:
        if is_held:
            held.append(route)
        else:
            route.continue_()

    def release() -> None:
        nonlocal is_held
        is_held = False
        for route in held:
            route.continue_()

    page.route(re.compile(r"/static/admin-curation/.*\.js|/admin/combined/.*\.js"), handle)
    return release


def test_what_is_typed_into_a_form_counts(page: Page, item: CuratedItem) -> None:
    CuratedItem.objects.filter(pk=item.pk).update(status=CuratedItem.Status.DRAFT)
    log_in(page)
    release = hold_scripts(page)
    page.goto(f"{ITEMS}{item.pk}/change/", wait_until="commit")
    page.get_by_label("Source link:").fill("https://example.org/typed")
    page.locator(".moment").get_by_label("Publication time: date").fill("2099-03-14")
    release()
    expect(page.locator("[name=source_url] + .open-link")).to_have_attribute("href", "https://example.org/typed")
    expect(page.get_by_role("button", name="Schedule", exact=True)).to_be_visible()
    expect(page.locator("#goes-live")).to_contain_text("14 Mar 2099")
    expect(page.locator(".kept-state")).to_contain_text("Kept ")


def test_a_choice_in_a_filter_can_be_applied(page: Page, item: CuratedItem) -> None:
    topic = make_topic("Robots")
    log_in(page)
    release = hold_scripts(page)
    page.goto(f"{ITEMS}?topic={topic.pk}", wait_until="commit")
    page.locator("summary", has_text="Topic").click()
    page.get_by_label("Topics, with commas between them").fill("")
    release()
    page.wait_for_load_state()
    page.locator(".filter details[open]").get_by_role("button", name="Apply").click()
    expect(page.locator("#result_list").get_by_role("link", name=item.title, exact=True)).to_be_visible()


def test_an_action_is_counted_for_what_is_typed(page: Page, item: CuratedItem) -> None:
    CuratedItem.objects.filter(pk=item.pk).update(section="NEWS")
    log_in(page)
    page.goto(ITEMS)
    for box in page.get_by_role("checkbox", name="Mark “").all():
        box.check()
    page.get_by_role("group", name="Actions on marked items").get_by_text("Set", exact=True).click()
    release = hold_scripts(page)
    page.get_by_role("button", name="Set the section label…").click(no_wait_after=True)
    page.get_by_label("Section label").fill("NEWS")
    release()
    expect(page.get_by_role("button", name="Set the section label of 1 item")).to_be_visible()


def test_without_script_nothing_is_offered_that_needs_it(open_page: OpenPage, item: CuratedItem) -> None:
    User.objects.filter(username="editor").update(is_superuser=True)
    page = open_page(script=False)
    log_in(page)
    found = []
    for path in (
        ITEMS,
        f"{ITEMS}{item.pk}/change/",
        "/admin/auth/user/add/",
        "/admin/account/second-factor/passkeys/add/",
    ):
        page.goto(path)
        offered = page.locator(NEEDS_SCRIPT).locator("visible=true")
        found += [(path, each.evaluate("element => element.outerHTML")) for each in offered.all()]
    assert found == []
