"""The fixtures themselves: errors of scripts, violations of the policy and requests to other hosts are noted."""

from time import sleep

import pytest
from django.http import HttpRequest
from playwright.sync_api import Page

from curation.accounts import second_factor
from curation.models import CuratedItem

from .conftest import Faults
from .test_editing import item, log_in

__all__ = ["item"]

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


def test_requests_are_answered_one_by_one(page: Page, item: CuratedItem, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(page)
    running, together, is_confirmed = [], [], second_factor.is_confirmed

    def slow(request: HttpRequest) -> bool:
        running.append(request)
        together.append(len(running))
        sleep(0.02)
        running.pop()
        return is_confirmed(request)

    monkeypatch.setattr(second_factor, "is_confirmed", slow)
    page.evaluate("() => Promise.all([1, 2, 3, 4, 5].map((number) => fetch(`/admin/profile/?${number}`)))")
    assert set(together) == {1}


def test_a_script_error_is_noted(page: Page, faults: Faults) -> None:
    page.goto("/admin/login/")
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")
    assert "broken" in faults.pop()
