"""Times of the desk: the browser's zone is stored at the first login, and forms say when a time is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from curation.models import CuratedItem, EditorProfile

from .conftest import Faults
from .test_editing import item, log_in  # noqa: F401  # a fixture

ZONE = ZoneInfo("America/New_York")


def open_in_new_york(browser: Browser, live_server: LiveServer, faults: Faults) -> Page:
    context = browser.new_context(base_url=live_server.url, timezone_id=str(ZONE))
    faults.watch(context, live_server.url)
    page = context.new_page()
    log_in(page)
    expect(page.locator(".user-menu summary")).to_be_visible()
    return page


def test_an_editor_schedules_an_item_for_an_hour_of_the_own_city(
    browser: Browser,
    live_server: LiveServer,
    faults: Faults,
    item: CuratedItem,  # noqa: F811  # the fixture
) -> None:
    page = open_in_new_york(browser, live_server, faults)
    assert EditorProfile.objects.get().time_zone == str(ZONE)
    CuratedItem.objects.filter(pk=item.pk).update(status=CuratedItem.Status.DRAFT)
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    page.locator(".user-menu summary").click()
    expect(page.get_by_role("link", name="Profile: New York time")).to_be_visible()
    moment = page.locator(".field-published_at .moment")
    moment.get_by_label("Publication time: date").fill("2027-03-14")
    moment.get_by_label("Publication time: time of day").fill("02:30")
    line = moment.locator(".moment-line")
    expect(line).to_contain_text("2:30 does not exist on 14 March in New York; was 3:30 meant?")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#error-summary")).to_be_visible()
    line.get_by_role("button", name="Use 3:30").click()
    expect(line).to_contain_text("3:30 New York = 7:30 UTC")
    # In the evening, UTC is at the next day already.
    page.evaluate(
        """now => {
            window.Date = class extends Date { constructor(...given) { super(...(given.length ? given : [now])); } };
        }""",
        datetime(2027, 3, 10, 20, 30, tzinfo=ZONE).isoformat(),
    )
    for name, day in (("Now", 10), ("Today 17:00", 10), ("Tomorrow 9:00", 11)):
        moment.get_by_role("button", name=name).click()
        expect(moment.get_by_label("Publication time: date")).to_have_value(f"2027-03-{day}")
    expect(line).to_contain_text("9:00 New York = 14:00 UTC")
    # The item is a draft: its button follows the time.
    expect(page.get_by_role("button", name="Schedule", exact=True)).to_be_visible()
    expect(page.locator("#goes-live")).to_have_text("Goes live 11 Mar 2027, 9:00 New York.")
    moment.get_by_label("Publication time: date").fill("2020-03-11")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    moment.get_by_label("Publication time: date").fill("2027-03-11")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_text("is scheduled. Goes live 11 Mar 2027, 9:00 New York.")).to_be_visible()
    item.refresh_from_db()
    assert item.published_at == datetime(2027, 3, 11, 14, tzinfo=UTC)
    # The item is scheduled, and its buttons follow the time as well.
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    expect(page.locator("#goes-live")).to_have_text("Goes live 11 Mar 2027, 9:00 New York.")
    moment.get_by_label("Publication time: date").fill("2027-03-12")
    expect(page.locator("#goes-live")).to_have_text("Goes live 12 Mar 2027, 9:00 New York.")
    moment.get_by_role("button", name="Now").click()
    expect(page.get_by_role("button", name="Publish and stay")).to_be_visible()
    expect(page.locator("#goes-live")).to_have_text("Goes live as soon as you publish it.")
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Live since")).to_be_visible()
    page.context.close()
