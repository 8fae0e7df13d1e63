"""A soak: readers, editors and imports at work for minutes. No error, nothing lost, no growth of processes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from random import Random
from statistics import quantiles

from drills import site as files
from drills import traffic
from drills.baseline import compare_sites
from drills.browser import Browser
from drills.readers import ReaderPool, find_paths
from drills.report import DrillFailed, print_line, print_progress
from drills.sandbox import Sandbox, SandboxSite
from drills.server import WORKER, ProcessUse, RunningServer, log_errors, processes, running, serve
from drills.traffic import FORM, Traffic, editor, log_in, working

READERS, ITEMS = 50, 20
#: Seconds between the requests of a reader, and between the saves of an editor.
READER_PAUSES, EDITOR_PAUSES = (0.2, 1.0), (0.5, 2.0)
#: The field that each of three editors fills in. No file changes them after the first import.
EDITED = ("institution", "section", "title")
#: Those that the page of an item shows.
SHOWN = ("institution", "title")
#: The part of the time after which processes have loaded and cached all that they need.
WARM_PART = 0.25
#: Megabytes of the page cache of each process, and maximum growth of a process from then to the end, cache included.
CACHE_MEGABYTES, MAX_GROWTH_MEGABYTES = 16, 60
#: Maximum growth of the open files of a process: connections, and files that are served at the moment.
MAX_MORE_FILES = 120
#: Maximum size of SQLite's log at the end.
MAX_WAL_BYTES = 70_000_000
#: Maximum seconds of 95 of 100 requests of readers, and of saves of editors, on two cores that also run the clients.
MAX_READER_P95, MAX_EDITOR_P95 = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Use:
    """What the processes of the site use at one moment, by ID, and the size of its files in bytes."""

    processes: Mapping[int, ProcessUse]
    wal: int
    disk: int


def drill(sandbox: Sandbox, content: Path, minutes: float, random: Random) -> str:
    """Import changes of files again and again for some minutes into a busy site, then compare all rows."""
    with sandbox.site("quiet", content=content) as quiet, sandbox.site("soak", content=content) as busy:
        files.change(content)
        with site_at_work(busy, sandbox.folder) as (server, worker):
            result = use(busy, server, worker, content, 60 * minutes, random)
        quiet.complete(content)
        for site in (quiet, busy):
            site.finish_tasks()  # renditions of pictures, of which the worker of one site has made some
        compare_sites(quiet, busy, *EDITED, "edited_at")
    return result


@contextmanager
def site_at_work(site: SandboxSite, folder: Path) -> Iterator[tuple[RunningServer, int]]:
    """Run server and worker of a site; yield the server, and the ID of the worker's session."""
    variables = {"CACHE_URL": "locmemcache://", "CACHE_MEGABYTES": str(CACHE_MEGABYTES)}
    with (
        serve(site, folder / "soak.log", **variables) as server,
        running(WORKER, folder / "soak-worker.log", site.environment) as worker,
    ):
        yield server, worker


def use(site: SandboxSite, server: RunningServer, worker: int, content: Path, seconds: float, random: Random) -> str:
    """Read, edit and import for some seconds, and check all but the rows; return a line."""
    traffic_ = Traffic()
    browsers = [log_in(server.address) for _ in EDITED]
    found = sorted(set(traffic.EDIT_PAGE.findall(browsers[0].get(traffic.ITEM_LIST).text)))
    pages = random.sample(found, min(ITEMS, len(found)))
    users = [
        editor(browser, name, pages, traffic_, Random(random.random()), EDITOR_PAUSES)
        for browser, name in zip(browsers, EDITED, strict=True)
    ]
    readers = ReaderPool(server.host, find_paths(server.address), READERS, READER_PAUSES)
    with readers.reading(), working(users, traffic_):
        warm, imports = import_for(seconds, site, content, server, worker)
    faults = [*traffic_.errors[:5], *readers.faults(), *check_saved(server, traffic_, browsers[0])]
    end = measure(site, server, worker)
    faults += check_growth(warm, end) + check_logs(server.log, server.log.with_name("soak-worker.log"))
    times = traffic_.seconds
    p95 = quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else 0
    if readers.percentile(95) > MAX_READER_P95:
        faults.append(f"readers waited: {readers.times}")
    if p95 > MAX_EDITOR_P95 or not times:
        faults.append(f"{len(times)} saves, p95 {1000 * p95:,.0f} ms")
    print_table(warm, end)
    statuses = ", ".join(f"{number:,} × {status}" for status, number in sorted(readers.statuses.items()))
    result = (
        f"{seconds / 60:.1f} minutes: {len(readers.seconds):,} requests of {READERS} readers ({statuses}), "
        f"{readers.times}; {traffic_.counts['items saved']} saves of {len(EDITED)} editors "
        f"({traffic_.counts['saves refused']} refused for a conflict), p95 {1000 * p95:,.0f} ms; {imports} imports"
    )
    print_line(f"  {result}")
    if faults:
        raise DrillFailed("; ".join(faults))
    return f"{result}; nothing lost"


def import_for(seconds: float, site: SandboxSite, content: Path, server: RunningServer, worker: int) -> tuple[Use, int]:
    """Import changed files until the time is over; return the use when it was warm, and the number of imports."""
    start, warm, imports = time.monotonic(), None, 0
    while True:
        site.complete(content)
        imports += 1
        lasted = time.monotonic() - start
        if warm is None and lasted > WARM_PART * seconds:
            warm = measure(site, server, worker)
        print_progress(f"{lasted:.0f} of {seconds:.0f} s, {imports} imports")
        if warm and lasted > seconds:
            return warm, imports
        files.change(content)


def check_saved(server: RunningServer, traffic_: Traffic, browser: Browser) -> list[str]:
    """Return each value that an editor saved and that the form, or the page of the item, does not show."""
    faults, reader = [], Browser(server.address)
    for (address, name), value in traffic_.saved.items():
        form = browser.get(address).form(FORM)
        if form.get(name) != value:
            faults.append(f"{address}: “{value}” was saved, and {name} is “{form.get(name)}”")
        page = reader.get(f"/news/{form['slug']}/")
        if name in SHOWN and escape(value) not in page.text:
            faults.append(f"{page.address} ({page.status}) does not show “{value}”")
    return faults


def measure(site: SandboxSite, server: RunningServer, worker: int) -> Use:
    wal = sum(path.stat().st_size for path in site.media.parent.glob(f"{site.name}.sqlite3-wal"))
    return Use({**processes(server.pid), **processes(worker)}, wal, site.bytes())


def check_growth(warm: Use, end: Use) -> list[str]:
    """Return the processes that grew too much, or that were replaced, in words."""
    faults = [
        f"a process ended: {use.name}"
        for pid, use in warm.processes.items()
        if is_lasting(use) and pid not in end.processes
    ]
    for pid, before in warm.processes.items():
        after = end.processes.get(pid, before)
        if after.megabytes - before.megabytes > MAX_GROWTH_MEGABYTES:
            faults.append(f"{short_name(before)} grew from {before.megabytes:.0f} to {after.megabytes:.0f} MB")
        if after.files - before.files > MAX_MORE_FILES:
            faults.append(f"{short_name(before)} had {before.files} open files, then {after.files}")
    if end.wal > MAX_WAL_BYTES:
        faults.append(f"SQLite's log has {end.wal / 1e6:.0f} MB")
    return faults


def is_lasting(use: ProcessUse) -> bool:
    """Whether a process is a server or a worker, and not one that renders a body or a picture."""
    return "gunicorn" in use.name or "db_worker" in use.name


def short_name(use: ProcessUse) -> str:
    for name in ("gunicorn", "db_worker", "forkserver", "resource_tracker"):
        if name in use.name:
            return name
    return use.name[:40]


def check_logs(*logs: Path) -> list[str]:
    return [f"{log.name}: {line}" for log in logs for line in log_errors(log.read_text())[:5]]


def print_table(warm: Use, end: Use) -> None:
    print_line(f"  {'process':<24} {'MB':>6} {'at end':>7} {'files':>6} {'at end':>7}")
    for pid, after in sorted(end.processes.items()):
        before = warm.processes.get(pid)
        if before is not None:
            memory = f"{before.megabytes:>6.0f} {after.megabytes:>7.0f}"
            print_line(f"  {short_name(after):<16} {pid:>7} {memory} {before.files:>6} {after.files:>7}")
    print_line(
        f"  SQLite's log: {warm.wal / 1e6:.1f} MB, at the end {end.wal / 1e6:.1f}; all files {end.disk / 1e6:.0f} MB"
    )
