"""Typed text survives in the browser: a closed tab, a lost session, an error, and a wait for the database."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from curation.admin_site.times import time_text
from curation.items import drafts
from curation.models import CuratedItem, EditorProfile
from tests.admin.images import picture_bytes
from tests.factories import COMMAND, make_topic

from .conftest import TIMEOUT_MS, Faults
from .test_editing import PASSWORD, item, log_in

__all__ = ["item"]

KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def form(page: Page, item: CuratedItem) -> Page:
    """The form of an item, ready to keep what is typed. The editor is in Kolkata, the browser is not."""
    EditorProfile.objects.create(user=User.objects.get(), time_zone=str(KOLKATA))
    page.context.route("**/presence/", lambda route: route.abort())  # of no concern here
    log_in(page)
    open_form(page, item)
    return page


def open_form(page: Page, item: CuratedItem) -> None:
    page.goto(f"/admin/curation/curateditem/{item.pk}/change/")
    expect(page.locator("input[name=_local_copy]")).to_have_value(re.compile("."))


def title(page: Page) -> Locator:
    return page.get_by_label("Title:", exact=True)


def save(page: Page) -> None:
    page.locator("button[name=_save]").click()


def expect_saved(page: Page) -> None:
    expect(page.get_by_text("Saved “")).to_be_visible()


def copies(page: Page, containing: str = "") -> int:
    """Return the number of copies in the browser that contain a text."""
    count = """(text) => new Promise((resolve, reject) => {
      const request = indexedDB.open("unsaved-forms", 1);
      request.onerror = reject;
      request.onsuccess = ({ target: { result: database } }) => {
        database.transaction("copies").objectStore("copies").getAll().onsuccess = ({ target: { result } }) => {
          database.close();
          resolve(result.filter(({ state }) => JSON.stringify(state).includes(text)).length);
        };
      };
    })"""
    return int(page.evaluate(count, containing))


def expect_copies(page: Page, number: int, containing: str = "") -> None:
    """Wait until the browser has a number of copies that contain a text."""
    for _ in range(TIMEOUT_MS // 100):
        if copies(page, containing) == number:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"not {number} copies")


def test_text_of_a_closed_tab_is_offered_compared_and_taken(form: Page, item: CuratedItem, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(picture_bytes())
    make_topic("Wearables")
    title(form).fill("Typed and not saved")
    form.get_by_label("Upload an image:").set_input_files([tmp_path / "photo.png"])
    form.get_by_role("combobox", name="Topics").fill("wear")
    form.get_by_role("option", name="Wearables").click()
    expect(form.get_by_text(re.compile(r"^Kept \d+:\d\d:\d\d$"))).to_be_visible()
    kept_at = timezone.now()
    expect_copies(form, 1, containing='Wearables"')
    page = form.context.new_page()
    form.close()
    open_form(page, item)
    bar = page.locator(".kept-bar")
    # In the words of the desk; nobody has changed the item.
    text = rf"You left text here on {time_text(kept_at, KOLKATA)[:-2]}\d\d that is not saved\."
    expect(bar.locator("p")).to_have_text(re.compile(f"^{text}$"))
    expect(title(page)).to_have_value("An old title")
    bar.get_by_role("button", name="Compare").click()
    row = bar.get_by_role("row").filter(has_text="Title")
    expect(row).to_contain_text("An old title")
    expect(row).to_contain_text("Typed and not saved")
    bar.get_by_role("button", name="Take it").click()
    expect(title(page)).to_have_value("Typed and not saved")
    expect(title(page)).to_be_focused()
    expect(bar).to_have_text("Your text is in the form again. It is not saved yet.")
    save(page)
    expect_saved(page)
    item.refresh_from_db()
    assert item.title == "Typed and not saved"
    assert item.image is not None
    assert item.image.original_name == "photo.png"
    assert set(item.topics.values_list("label", flat=True)) == {"Remote Monitoring", "Wearables"}
    expect_copies(page, 0)


def test_hidden_fields_and_empty_rows_are_no_text(form: Page, item: CuratedItem) -> None:
    form.locator("#aliases-group summary").click()
    form.get_by_role("button", name="Add another Redirect").click()
    expect_copies(form, 1)
    page = form.context.new_page()
    form.close()
    drafts.keep(item, drafts.live_state(item), COMMAND, shown="", base_id=0)  # its token is a hidden input
    open_form(page, item)
    expect_copies(page, 0)
    expect(page.locator(".kept-bar")).to_have_count(0)


def test_other_users_never_see_a_copy_and_it_can_be_dropped(form: Page, item: CuratedItem) -> None:
    User.objects.create_superuser("ben", password=PASSWORD)
    form.route("**/preview/", lambda route: route.abort())  # it could be asked for after the cookies are gone
    title(form).fill("Typed")
    expect(form.get_by_text(re.compile(r"^Kept \d"))).to_be_visible()
    form.context.clear_cookies()
    log_in(form, "ben")
    open_form(form, item)
    title(form).fill("Typed by Ben")
    expect_copies(form, 1, containing="Typed by Ben")
    expect(form.locator(".kept-bar")).to_have_count(0)
    form.context.clear_cookies()
    log_in(form)
    open_form(form, item)
    form.get_by_role("button", name="Drop it").click()
    expect(form.locator(".kept-bar")).to_have_count(0)
    expect_copies(form, 1)  # Ben's


@pytest.mark.journey
def test_a_lost_session_opens_a_dialogue_over_the_form(
    form: Page, item: CuratedItem, tmp_path: Path, faults: Faults
) -> None:
    (tmp_path / "photo.png").write_bytes(picture_bytes())
    form.route("**/preview/", lambda route: route.abort())  # without a session, it would open the dialogue first
    title(form).fill("Typed without a session")
    form.get_by_label("Upload an image:").set_input_files([tmp_path / "photo.png"])
    form.context.clear_cookies()  # the token as well
    save(form)
    dialog = form.get_by_role("dialog", name="You were logged out")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Please enter the correct username and password")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    expect_saved(form)
    item.refresh_from_db()
    assert item.title == "Typed without a session"
    assert item.image is not None
    assert {fault.partition(" ")[0] for fault in faults} == {"403"}
    faults.clear()


def test_a_preview_without_a_session_opens_the_dialogue_too(form: Page, faults: Faults) -> None:
    form.context.clear_cookies(name="sessionid")
    form.get_by_label("Body:", exact=True).fill("Typed without a session")
    dialog = form.get_by_role("dialog", name="You were logged out")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_label("Password").press("Enter")
    preview = form.frame_locator("iframe").first
    expect(preview.get_by_text("Typed without a session")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert {fault.partition(" ")[0] for fault in faults} == {"403"}
    faults.clear()


def test_a_chosen_file_survives_an_error_which_has_the_focus(form: Page, item: CuratedItem, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(picture_bytes())
    title(form).fill("")
    form.get_by_label("Upload an image:").set_input_files([tmp_path / "photo.png"])
    title(form).press("Enter")  # does not send the form
    title(form).press("Control+Enter")
    summary = form.get_by_role("group", name="Error (1)")
    expect(summary).to_be_focused()
    expect(form).to_have_title(re.compile(r"^Error \(1\): "))
    expect(form.get_by_text("photo.png (")).to_be_visible()
    summary.get_by_role("link", name="Title").click()
    expect(title(form)).to_be_focused()
    form.keyboard.type("With a picture")
    form.keyboard.press("Control+s")
    expect_saved(form)
    expect(form).to_have_url(re.compile(r"/change/$"))
    item.refresh_from_db()
    assert item.image is not None


def test_a_save_that_takes_long_says_so_holds_links_and_is_sent_once(form: Page, item: CuratedItem) -> None:
    sent: list[Route] = []

    def release(route: Route) -> None:
        route.fulfill()
        sent[0].continue_()

    form.route("**/change/", lambda route: sent.append(route) if route.request.method == "POST" else route.continue_())
    form.route("**/release", release)
    title(form).fill("Typed")
    # Playwright cannot look into a page that is being left: the page notes its texts, and acts itself.
    form.evaluate(
        """() => {
          const status = document.querySelector(".save-status");
          const button = document.querySelector("button[name=_save]");
          const texts = [];
          new MutationObserver(() => {
            texts.push(button.textContent, status.textContent);
            sessionStorage.texts = JSON.stringify(texts);
            button.click();
            if (status.textContent.startsWith("This")) document.querySelector("a.viewsitelink").click();
            else if (status.textContent) fetch("/release");
          }).observe(status, { childList: true });
        }"""
    )
    save(form)
    expect_saved(form)
    slow = "This takes longer than usual: the server may be writing another change first."
    held = "Your change is being saved. Follow the link again to leave before that."
    assert form.evaluate("JSON.parse(sessionStorage.texts)") == ["Saving…", slow, "Saving…", held]
    assert len(sent) == 1
    assert "Saving" not in str(sent[0].request.post_data)


def test_leaving_asks_only_after_a_failed_copy(form: Page, item: CuratedItem) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    form.on("dialog", stay)
    title(form).fill("Typed")
    expect(form.get_by_text(re.compile(r"^Kept \d"))).to_be_visible()
    form.reload()
    assert asked == []
    form.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    title(form).fill("Typed and not kept")
    expect(form.get_by_text("Not kept in this browser. Save soon.")).to_be_visible()
    form.get_by_role("link", name="View on site").click(no_wait_after=True)
    expect(title(form)).to_have_value("Typed and not kept")
    assert asked == ["beforeunload"]
    save(form)
    expect_saved(form)
    assert asked == ["beforeunload"]


def test_copies_are_deleted_after_thirty_days(form: Page, item: CuratedItem) -> None:
    title(form).fill("Typed")
    expect(form.get_by_text(re.compile(r"^Kept \d"))).to_be_visible()
    copy_of_age = """(days) => new Promise((resolve) => {
      indexedDB.open("unsaved-forms", 1).onsuccess = ({ target: { result: database } }) => {
        const transaction = database.transaction("copies", "readwrite");
        const store = transaction.objectStore("copies");
        store.openCursor().onsuccess = ({ target: { result: { value } } }) => {
          store.put({ ...value, id: `${days}`, at: Date.now() - days * 24 * 3600 * 1000 });
        };
        transaction.oncomplete = () => { database.close(); resolve(); };
      };
    })"""
    form.evaluate(copy_of_age, 29)
    form.evaluate(copy_of_age, 31)
    open_form(form, item)
    expect(form.locator(".kept-bar")).to_be_visible()
    expect_copies(form, 2)


def test_another_user_goes_on_in_their_own_name(form: Page, item: CuratedItem) -> None:
    User.objects.create_superuser("ben", password=PASSWORD)
    form.route("**/preview/", lambda route: route.abort())  # it would ask as well
    title(form).fill("Typed by the editor")
    form.context.clear_cookies()
    other = form.context.new_page()
    log_in(other, "ben")
    expect(other.get_by_role("link", name="Items", exact=True).first).to_be_visible()
    save(form)
    form.get_by_role("dialog", name="ben is logged in").get_by_role("button", name="Go on as ben").click()
    expect_saved(form)
    assert item.revisions.get().user_name == "ben"
