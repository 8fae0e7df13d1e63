"""An import while readers read and editors edit: no request fails, and no change by an editor or a file is lost."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from random import Random
from threading import Event, Thread
from urllib.error import URLError

from drills import site as files
from drills.baseline import compare_sites
from drills.browser import Browser, BrowserPage
from drills.report import DrillFailed
from drills.sandbox import PASSWORD, Sandbox, SandboxSite
from drills.server import log_errors, serve

READERS = 20
#: Each of two editors fills in one field of the same items. No file sets these fields.
EDITED = ("institution", "section")
ITEMS = 20
#: Minimum numbers of pages read and items saved during the import. Until then, files are changed and imported again.
MIN_PAGES_READ, MIN_ITEMS_SAVED, MAX_ROUNDS = 200, 20, 20
LOGIN, ITEM_LIST, FORM = "/admin/login/", "/admin/curation/curateditem/", "curateditem_form"
EDIT_PAGE = re.compile(rf"{ITEM_LIST}\d+/change/")

User = Callable[[], None]


@dataclass(slots=True)
class Traffic:
    """What readers and editors did: counts, the value last saved by page and field, seconds of saves, and errors."""

    stop: Event = field(default_factory=Event)
    counts: Counter[str] = field(default_factory=Counter)
    saved: dict[tuple[str, str], str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def is_insufficient(self) -> bool:
        """Whether too few requests were made during the import to prove anything."""
        return self.counts["pages read"] < MIN_PAGES_READ or self.counts["items saved"] < MIN_ITEMS_SAVED

    def check(self, page: BrowserPage) -> None:
        if page.status != HTTPStatus.OK:
            self.errors.append(f"{page.address} answered {page.status}")


def drill(sandbox: Sandbox, content: Path, random: Random) -> str:
    """Import changed files into a busy site, and compare it with a site without users."""
    log = sandbox.folder / "server.log"
    with sandbox.site("quiet", content=content) as quiet, sandbox.site("busy", content=content) as busy:
        files.change(content)
        with server(busy, log) as address:
            traffic = run_with_traffic(busy, address, content, random)
        check(traffic, log.read_text())
        quiet.complete(content)
        compare_sites(quiet, busy, *EDITED, "edited_at")
    counts = ", ".join(f"{number:,} {what}" for what, number in sorted(traffic.counts.items()))
    return f"an import under {READERS} readers and {len(EDITED)} editors: {counts}; no error, nothing lost"


def run_with_traffic(site: SandboxSite, address: str, content: Path, random: Random) -> Traffic:
    """Import files while readers and editors use a site."""
    traffic = Traffic()
    editors = [log_in(address) for _ in EDITED]
    pages = random.sample(sorted(set(EDIT_PAGE.findall(editors[0].get(ITEM_LIST).text))), ITEMS)
    users: list[User] = [reader(address, traffic, Random(random.random())) for _ in range(READERS)]
    for browser, name in zip(editors, EDITED, strict=True):
        users.append(editor(browser, name, pages, traffic, Random(random.random())))
    with working(users, traffic):
        for _ in range(MAX_ROUNDS):
            site.complete(content)
            if not traffic.is_insufficient():
                break
            files.change(content)
    for (page, name), value in traffic.saved.items():
        if (found := editors[0].get(page).form(FORM).get(name)) != value:
            traffic.errors.append(f"{page}: “{value}” was saved, and {name} is “{found}”")
    return traffic


def check(traffic: Traffic, log: str) -> None:
    """Raise `DrillFailed` for errors, and for too little traffic."""
    errors = [*traffic.errors, *log_errors(log)]
    if errors:
        raise DrillFailed(f"{len(errors)} errors: {'; '.join(errors[:10])}")
    if traffic.is_insufficient():
        raise DrillFailed(f"too little traffic: {dict(traffic.counts)}; give the import more files")


# Users


def reader(address: str, traffic: Traffic, random: Random) -> User:
    """Return a function that follows one link after another."""

    def read() -> None:
        browser, known = Browser(address), ["/"]
        while not traffic.stop.is_set():
            page = browser.get(random.choice(known))
            traffic.check(page)
            traffic.counts["pages read"] += 1
            known = page.links() or ["/"]

    return read


def editor(
    browser: Browser,
    name: str,
    pages: list[str],
    traffic: Traffic,
    random: Random,
    pauses: tuple[float, float] = (0, 0),
) -> User:
    """Return a function that fills in a field of one item after another, and again after a conflicting change.

    `pauses` are the minimum and maximum of the seconds between two saves.
    """

    def edit() -> None:
        number = 0
        while not traffic.stop.wait(random.uniform(*pauses)):
            page = browser.get(random.choice(pages))
            traffic.check(page)
            number += 1
            value = f"{name} <&> {number}"
            start = time.monotonic()
            answer = browser.post(page.address, {**page.form(FORM), name: value, "_continue": ""})
            traffic.seconds.append(time.monotonic() - start)
            traffic.check(answer)
            if '<li class="success">' in answer.text:
                traffic.counts["items saved"] += 1
                traffic.saved[page.address, name] = value
            else:
                traffic.counts["saves refused"] += 1

    return edit


def log_in(address: str) -> Browser:
    browser = Browser(address)
    form = browser.get(LOGIN).form("login-form")
    page = browser.post(LOGIN, {**form, "username": "editor", "password": PASSWORD, "next": ITEM_LIST})
    if not EDIT_PAGE.search(page.text):
        raise DrillFailed(f"the demo editor cannot log in: {page.address} answered {page.status}")
    return browser


@contextmanager
def working(users: list[User], traffic: Traffic) -> Iterator[None]:
    """Run the functions of users in threads during the `with` block."""

    def work(user: User) -> None:
        try:
            user()
        except (URLError, OSError) as error:
            traffic.errors.append(f"{type(error).__name__}: {error}")

    threads = [Thread(target=work, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        traffic.stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def server(site: SandboxSite, log: Path) -> Iterator[str]:
    """Serve a site as production does, and return its address."""
    with serve(site, log, "--workers=2", "--threads=12") as started:
        yield started.address
