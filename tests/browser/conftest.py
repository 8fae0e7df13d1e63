"""A real Chromium on a real server: any fault that the browser notices fails the test."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

from scripts import chromium

# Playwright runs an event loop in the test's thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

TIMEOUT_MS = 15_000


class OpenPage(Protocol):
    def __call__(self, width: int = ..., *, dark: bool = ..., script: bool = ...) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parent.parts:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium.find_chromium()
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


class Faults(list[str]):
    """What a browser complained of, and what it asked for but must not."""

    def watch(self, context: BrowserContext, site: str) -> None:
        context.on("console", self.note_message)
        context.on("weberror", lambda error: self.append(f"script error: {error.error}"))
        context.on("request", lambda request: self.note_request(request, site))
        context.on("response", self.note_response)

    def note_message(self, message: ConsoleMessage) -> None:
        # A breach of the Content-Security-Policy is an error here. Failed answers are noted below, one by one.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.append(f"console: {message.text}")

    def note_request(self, request: Request, site: str) -> None:
        if not request.url.startswith((f"{site}/", "data:", "blob:")):
            self.append(f"request to another host: {request.url}")

    def note_response(self, response: Response) -> None:
        # A page may be missing on purpose; what a page needs may not.
        is_page = response.request.is_navigation_request() or "hx-request" in response.request.headers
        limit = HTTPStatus.INTERNAL_SERVER_ERROR if is_page else HTTPStatus.BAD_REQUEST
        if response.status >= limit:
            self.append(f"{response.status} from {response.url}")


@pytest.fixture
def faults() -> Iterator[Faults]:
    """What the test's pages did wrong. Anything left in it fails the test."""
    faults = Faults()
    yield faults
    assert faults == []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, faults: Faults) -> Iterator[OpenPage]:
    """Open pages of the running site, each with a session of its own."""
    with ExitStack() as stack:

        def open_page(width: int = 1280, *, dark: bool = False, script: bool = True) -> Page:
            context = browser.new_context(
                base_url=live_server.url,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                java_script_enabled=script,
            )
            stack.callback(context.close)
            context.set_default_timeout(TIMEOUT_MS)
            faults.watch(context, live_server.url)
            return context.new_page()

        yield open_page


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page of desktop width."""
    return open_page()
