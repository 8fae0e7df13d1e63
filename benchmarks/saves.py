"""Editors' saves while an import of changed files is at work: how long each waits for the answer of gunicorn.

Three editors save items with the form of the admin, each a few seconds after the last answer, as long as the import
runs. The items are spread over all files. The same is measured before without an import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, sleep

from benchmarks.files import change_some, write_site
from drills.browser import Browser
from drills.sandbox import Sandbox, SandboxSite
from drills.traffic import FORM, ITEM_LIST, Traffic, User, log_in, server, working
from scripts import find_postgres

EDITORS = 3
#: Minimum and maximum seconds between the answer to a save and the next save of the same editor.
PAUSES = (0.5, 2)
#: Seconds for which editors save without an import.
ALONE_SECONDS = 15
#: Maximum 95th percentile of the seconds of a save during an import.
MAX_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SaveTimes:
    """The seconds of saves, until the form is there again; those of the import meanwhile, 0 without one."""

    database: str
    times: Sequence[float]
    import_seconds: float = 0

    @property
    def percentile_95(self) -> float:
        return quantiles(self.times, n=20, method="inclusive")[-1]


def measure(count: int, folder: Path, log: Callable[[str], None]) -> Iterator[SaveTimes]:
    """Yield the saves without and with an import of `count` changed files, on SQLite, and on PostgreSQL if one answers.

    Raises `RuntimeError` for a save that failed.
    """
    log(f"Writing {count:,} files")
    content = write_site(folder / "saves", count)
    postgres = find_postgres.find()
    if not postgres:
        log("PostgreSQL is not measured: no server answers")
    for database, url in (("SQLite", "sqlite:"), ("PostgreSQL", postgres)):
        if url:
            log(f"Importing {count:,} files, {database}")
            with closing(Sandbox(folder, url)) as sandbox, sandbox.site("saves", content=content) as site:
                yield from _measure_site(database, site, content, count, log)


def _measure_site(
    database: str, site: SandboxSite, content: Path, count: int, log: Callable[[str], None]
) -> Iterator[SaveTimes]:
    change_some(content, 1)
    with server(site, site.media / "server.log") as address:
        browsers = [log_in(address) for _ in range(EDITORS)]
        log(f"Saving alone, {database}")
        with _editors(browsers, count) as times:
            sleep(ALONE_SECONDS)
        yield SaveTimes(database, times)
        log(f"Saving while {count:,} changed files are imported, {database}")
        with _editors(browsers, count) as times:
            start = perf_counter()
            site.complete(content)
            seconds = perf_counter() - start
        yield SaveTimes(database, times, seconds)


@contextmanager
def _editors(browsers: Sequence[Browser], count: int) -> Iterator[list[float]]:
    """Save items during the `with` block; yield the list that the seconds of each save are added to."""
    times: list[float] = []
    traffic = Traffic()
    users: list[User] = [
        partial(_save_items, browser, range(1 + number, count + 1, EDITORS), times, traffic, Random(number))
        for number, browser in enumerate(browsers)
    ]
    with working(users, traffic):
        yield times
    if traffic.errors:
        raise RuntimeError("; ".join(traffic.errors[:5]))


def _save_items(browser: Browser, ids: Sequence[int], times: list[float], traffic: Traffic, random: Random) -> None:
    """Save one of an editor's own items after another. In a fresh database, the ids of items begin with 1."""
    while not traffic.stop.is_set():
        page = browser.get(f"{ITEM_LIST}{random.choice(ids)}/change/")
        form = {**page.form(FORM), "institution": f"Hospital {random.random()}", "_continue": ""}
        start = perf_counter()
        answer = browser.post(page.address, form)
        times.append(perf_counter() - start)
        if '<li class="success">' not in answer.text:
            traffic.errors.append(f"{page.address} was not saved: {answer.status}")
        traffic.stop.wait(random.uniform(*PAUSES))
