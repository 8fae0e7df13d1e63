"""Readers and an editor who use a site while a service that it needs fails, and the answers that they got."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from itertools import count
from threading import Event, Thread
from urllib.error import URLError

from drills.browser import Browser
from drills.readers import Client
from drills.report import DrillFailed
from drills.traffic import EDIT_PAGE, EDITED, FORM, ITEM_LIST

PAUSE_SECONDS = 0.1
#: The field in which the editor types.
TYPED = EDITED[0]
#: The kind of the answers to the editor.
SAVE = "save"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a site: its kind, path, status (0 for none), duration in seconds, headers, and when it was asked.

    `text` is that of an answer to the editor.
    """

    kind: str
    path: str
    status: int
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: float = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.path}: {self.status} {self.text} after {self.seconds:.1f} s"


@dataclass(slots=True)
class Watch:
    """Readers who ask for paths of several kinds in turn, and an editor who saves an item again and again."""

    address: str
    paths: Mapping[str, Callable[[int], str]]
    readers: int
    editor: Editor | None = None
    answers: list[Answer] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)

    @contextmanager
    def at_work(self) -> Iterator[Watch]:
        """Let them work during the `with` block."""
        threads = [Thread(target=self._read, args=[number]) for number in range(self.readers)]
        if self.editor:
            threads.append(Thread(target=self._edit, args=[self.editor]))
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _read(self, reader: int) -> None:
        kinds = list(self.paths)
        for number in count(reader):
            if self._stop.is_set():
                return
            kind = kinds[number % len(kinds)]
            self.answers.append(ask(self.address, kind, self.paths[kind](number)))
            self._stop.wait(PAUSE_SECONDS)

    def _edit(self, editor: Editor) -> None:
        while not self._stop.is_set():
            self.answers.append(editor.save())
            self._stop.wait(PAUSE_SECONDS)

    def slowest(self, kinds: Iterable[str]) -> float:
        return max((answer.seconds for answer in self.answers if answer.kind in kinds), default=0)


def ask(address: str, kind: str, path: str) -> Answer:
    """Return the answer to a reader, on a connection of its own."""
    asked = time.monotonic()
    client = Client(address.removeprefix("http://").removesuffix("/"))
    try:
        status, headers, _body = client.request("GET", path)
    except (OSError, HTTPException) as error:
        return Answer(kind, path, 0, time.monotonic() - asked, {}, asked, f"{type(error).__name__} {error}")
    return Answer(kind, path, status, time.monotonic() - asked, headers, asked)


@dataclass(slots=True)
class Editor:
    """An editor with the form of an item, who types a new text into it before each save."""

    browser: Browser
    page: str
    form: dict[str, str]
    number: int = 0

    @classmethod
    def open(cls, browser: Browser, number: int = 0) -> Editor:
        """Open an item by its number in the list."""
        page = sorted(set(EDIT_PAGE.findall(browser.get(ITEM_LIST).text)))[number]
        return cls(browser, page, browser.get(page).form(FORM))

    def save(self) -> Answer:
        """Send the form. The text of the answer is "saved", "kept" if the page has what was typed, or "lost"."""
        self.number += 1
        typed = f"typed {self.number}."
        asked = time.monotonic()
        try:
            page = self.browser.post(self.page, {**self.form, TYPED: typed, "_continue": ""})
        except (URLError, OSError) as error:
            return Answer(SAVE, self.page, 0, time.monotonic() - asked, {}, asked, f"{type(error).__name__} {error}")
        seconds = time.monotonic() - asked
        if '<li class="success">' in page.text:
            self.form = page.form(FORM)
            return Answer(SAVE, self.page, page.status, seconds, {}, asked, "saved")
        if page.was_redirected:  # it was saved, and the page after it met the failure
            return Answer(SAVE, self.page, page.status, seconds, {}, asked, "saved")
        return Answer(SAVE, self.page, page.status, seconds, {}, asked, "kept" if typed in page.text else "lost")

    def reopen(self) -> bool:
        """Open the form again, as somebody changed the item; return whether it came."""
        form = self.browser.get(self.page).form(FORM)
        self.form = form or self.form
        return bool(form)


def await_recovery(address: str, paths: Sequence[str], editor: Editor | None, limit: float) -> float:
    """Wait until all paths answer 200 from now on and the editor can save; return the seconds that this took.

    Raises `DrillFailed` after `limit` seconds.
    """
    start = time.monotonic()
    while True:
        answers = [ask(address, "page", path) for path in paths]
        wrong = [str(answer) for answer in answers if answer.status != HTTPStatus.OK or "Age" in answer.headers]
        if editor and not wrong:
            editor.reopen()
            if (saved := editor.save()).text != "saved":
                wrong = [str(saved)]
        seconds = time.monotonic() - start
        if not wrong:
            return seconds
        if seconds > limit:
            raise DrillFailed(f"not well again {seconds:.1f} s after the return: {'; '.join(wrong)}")
        time.sleep(0.2)
