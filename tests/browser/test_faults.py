"""The watch itself: what goes wrong in a browser reaches the test."""

from playwright.sync_api import Page

from .conftest import Faults

INLINE_SCRIPT = "document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))"
OUTSIDE_PICTURE = "document.body.append(Object.assign(new Image(), {src: 'https://example.org/x.png'}))"


def test_an_inline_script_breaks_the_policy_and_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.expect_console_message():
        page.evaluate(INLINE_SCRIPT)
    assert "Content Security Policy" in faults.pop()


def test_an_outside_picture_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.expect_console_message():
        page.evaluate(OUTSIDE_PICTURE)
    assert "https://example.org/x.png" in faults.pop()
    faults.clear()


def test_a_script_error_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")
    assert "broken" in faults.pop()
