"""The fixture `faults` itself: it notes errors of scripts, violations of the policy and requests to other hosts."""

from playwright.sync_api import Page

from .conftest import Faults

INLINE_SCRIPT = "document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))"
EXTERNAL_PICTURE = "document.body.append(Object.assign(new Image(), {src: 'https://example.org/x.png'}))"


def test_an_inline_script_violates_the_policy_and_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.expect_console_message():
        page.evaluate(INLINE_SCRIPT)
    assert "Content Security Policy" in faults.pop()


def test_a_picture_of_another_host_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.expect_console_message():
        page.evaluate(EXTERNAL_PICTURE)
    assert "https://example.org/x.png" in faults.pop()
    faults.clear()


def test_a_script_error_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")
    assert "broken" in faults.pop()
