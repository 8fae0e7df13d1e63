"""Fixtures for tests in Chromium on a live server: an error that the browser reports fails the test."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from threading import RLock
from typing import Protocol

import pytest
from django.conf import LazySettings
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from scripts import chromium

# Playwright runs an event loop in the thread of the test, and Django would refuse synchronous queries there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

TIMEOUT_MS = 15_000


class OpenPage(Protocol):
    def __call__(self, width: int = ..., *, dark: bool = ..., script: bool = ...) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parent.parts:
            item.add_marker("browser")
            if not item.get_closest_marker("journey"):
                item.add_marker("long")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium.find_chromium()
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    expect.set_options(timeout=TIMEOUT_MS)  # a busy machine takes longer than the default of five seconds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


class Turnstile:
    """Lets requests wait for each other: all threads share the connection of SQLite in memory.

    The transaction of one would be part of that of another, and end with it. Once a test has ended, the last requests
    of its pages, such as those that tell that a page was left, do not reach the site: they would lock tables that
    are emptied meanwhile.
    """

    def __init__(self) -> None:
        self.lock, self.is_open = RLock(), True

    def close(self) -> None:
        with self.lock:
            self.is_open = False


turnstile = Turnstile()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Open it again for what follows, browser or not, when the tables are empty."""
    try:
        return (yield)
    finally:
        turnstile.is_open = True


@pytest.fixture(scope="session", autouse=True)
def _one_request_at_a_time() -> Iterator[None]:
    get_response = BaseHandler.get_response

    def get_response_alone(self: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        with turnstile.lock:
            return get_response(self, request) if turnstile.is_open else HttpResponse(status=HTTPStatus.GONE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseHandler, "get_response", get_response_alone)
        yield


@pytest.fixture(autouse=True)
def _exempt_users(settings: LazySettings) -> None:
    """The users who log in with a password alone. Tests of second factors have others."""
    settings.SECOND_FACTOR_EXEMPT = ["editor", "ben"]


class Faults(list[str]):
    """Errors that a browser reported, failed responses, and requests to other hosts, as messages."""

    def watch(self, context: BrowserContext, site: str) -> None:
        context.on("console", self.note_message)
        context.on("weberror", lambda error: self.append(f"script error: {error.error}"))
        context.on("request", lambda request: self.note_request(request, site))
        context.on("response", self.note_response)

    def note_message(self, message: ConsoleMessage) -> None:
        # A violation of the Content-Security-Policy is an error here. `note_response()` notes failed responses.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.append(f"console: {message.text}")

    def note_request(self, request: Request, site: str) -> None:
        if not request.url.startswith((f"{site}/", "data:", "blob:")):
            self.append(f"request to another host: {request.url}")

    def note_response(self, response: Response) -> None:
        if response.request.resource_type == "ping":
            return  # said while leaving a page, perhaps after the session ended: nobody waits for the answer
        # A test may open a missing page on purpose; no file that a page loads may be missing.
        is_page = response.request.is_navigation_request() or "hx-request" in response.request.headers
        limit = HTTPStatus.INTERNAL_SERVER_ERROR if is_page else HTTPStatus.BAD_REQUEST
        if response.status >= limit:
            self.append(f"{response.status} from {response.url}")


@pytest.fixture
def faults() -> Iterator[Faults]:
    """The faults of the pages of a test: the test fails unless it is empty at the end."""
    faults = Faults()
    yield faults
    assert faults == []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, faults: Faults) -> Iterator[OpenPage]:
    """A function that opens a page of the live server in a browser context of its own."""
    with ExitStack() as stack:
        stack.callback(turnstile.close)

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
    """A page as wide as on a desktop."""
    return open_page()
