"""A full disk, and media that are read-only, while gunicorn serves: readers notice nothing, editors keep their text.

The disk is a small tmpfs in a mount namespace of this process: see `drills.disk`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from html import escape
from http import HTTPStatus
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

from PIL import Image

from drills import uploads
from drills.browser import Browser, BrowserPage
from drills.disk import resize, small_disk
from drills.readers import Client, ReaderPool, find_paths
from drills.report import DrillFailed, print_line
from drills.sandbox import PASSWORD, Sandbox
from drills.server import serve
from drills.traffic import EDIT_PAGE, FORM, ITEM_LIST, log_in

READERS = 8
#: Duration of each failure.
SECONDS = 5.0
#: A text for which SQLite's log must grow, and the number of saves before one must have met the full disk.
TEXT, MAX_SAVES = "Written while the disk was full. " * 6_000, 20
FULL, READ_ONLY = "The disk of the server is full", "The server cannot write"
BLOCK_BYTES = 65536


def drill(sandbox: Sandbox, content: Path, folder: Path, seconds: float = SECONDS) -> str:
    """Fill the disk of a site's database and media, then make its media read-only. `folder` is a tmpfs."""
    with sandbox.site("served", folder, content) as site:
        with serve(site, sandbox.folder / "served-disk.log", CACHE_URL="locmemcache://") as server:
            paths, browser = find_paths(server.address), log_in(server.address)
            readers = ReaderPool(server.host, paths, READERS)
            with readers.reading():
                with full(folder) as fill:
                    saves = save_until_refused(browser) if not sandbox.on_postgres else 0
                    fill()  # SQLite may have shortened its log
                    check_upload(browser, server.host, sandbox.folder, HTTPStatus.INSUFFICIENT_STORAGE, FULL)
                    time.sleep(seconds)
                with read_only(site.media):
                    check_upload(browser, server.host, sandbox.folder, HTTPStatus.SERVICE_UNAVAILABLE, READ_ONLY)
                    time.sleep(seconds)
                check_upload(browser, server.host, sandbox.folder, HTTPStatus.FOUND, "")
        if faults := [*readers.faults(), *_problems(site.inspect()["problems"])]:
            raise DrillFailed("; ".join(faults))
    told = f"{saves} saves until an editor was told, and kept the text; " if saves else ""
    return (
        f"a full disk and read-only media under {len(readers.seconds):,} requests of readers ({readers.times}), all of "
        f"them answered; {told}uploads were refused in words, and accepted afterwards"
    )


@contextmanager
def full(folder: Path) -> Iterator[Callable[[], None]]:
    """Make a disk small and full during the `with` block; yield a function that fills what has become free."""
    filler = folder / "filler"

    def fill() -> None:
        with filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(BLOCK_BYTES))

    resize(folder, disk_usage(folder).used + BLOCK_BYTES)
    fill()
    try:
        yield fill
    finally:
        filler.unlink()
        resize(folder, 0)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only during the `with` block, for root too."""
    subprocess.run(("mount", "--bind", folder, folder), check=True)
    try:
        subprocess.run(("mount", "-o", "remount,ro,bind", folder), check=True)
        yield
    finally:
        subprocess.run(("umount", folder), check=True)


def save_until_refused(browser: Browser) -> int:
    """Save an item with a new long text until the disk is full; return the number of saves.

    Raises `DrillFailed` unless the answer says so in words, and holds the text.
    """
    path = EDIT_PAGE.findall(browser.get(ITEM_LIST).text)[0]
    form = browser.get(path).form(FORM)
    for number in range(1, MAX_SAVES + 1):
        text = f"{number} {TEXT}"
        answer = browser.post(path, {**form, "body": text, "_continue": ""})
        if '<li class="success">' not in answer.text:
            check_answer(answer.status, answer.text, HTTPStatus.INSUFFICIENT_STORAGE, FULL)
            if escape(text) not in answer.text:
                raise DrillFailed("the text that an editor typed is lost")
            check_log_in(browser)
            return number
        form = answer.form(FORM)
    raise DrillFailed(f"{MAX_SAVES} saves were accepted on a full disk")


def check_log_in(browser: Browser) -> None:
    """Check that logging in says that the disk is full, too."""
    other = Browser(browser.site)
    form = other.get("/admin/login/").form("login-form")
    page: BrowserPage = other.post("/admin/login/", {**form, "username": "editor", "password": PASSWORD})
    check_answer(page.status, page.text, HTTPStatus.INSUFFICIENT_STORAGE, FULL)


def check_upload(browser: Browser, host: str, folder: Path, status: HTTPStatus, words: str) -> None:
    """Upload a picture that the site does not have, and check the answer."""
    picture = folder / "upload.png"
    Image.effect_noise((400, 300), 50).save(picture)
    send: Callable[[Client], tuple[int, str]] = uploads.upload(browser, picture.read_bytes())
    found, text = send(Client(host))
    check_answer(found, text, status, words)


def check_answer(status: int, text: str, expected: HTTPStatus, words: str) -> None:
    if status != expected or words not in text:
        raise DrillFailed(f"the answer is {status}, not {expected:d} with “{words}”: {_title(text)}")


def _title(page: str) -> str:
    return page.partition("<title>")[2].partition("</title>")[0].strip() or page[:200]


def _problems(problems: list[str]) -> list[str]:
    """Return the problems of a site after an upload that could not be stored: it may leave a file without a row."""
    return [problem for problem in problems if not problem.endswith("has no row")]


def main(content: Path, migrated: str, seconds: float) -> None:
    """Run the drill alone, in a process that may mount disks. `migrated` is the URL of an empty site."""
    with (
        TemporaryDirectory(prefix="medigy-drill-") as name,
        closing(Sandbox(Path(name), migrated=migrated)) as sandbox,
        small_disk(Path(name, "served")) as folder,
    ):
        print_line(drill(sandbox, content, folder, seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
