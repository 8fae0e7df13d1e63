"""A database that is frozen, slow, locked, stopped or read-only: the site answers all the same, and is well afterwards.

On PostgreSQL with a server of the drill's own; on SQLite with the file of a site.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from drills.postgres import PostgresServer, postgres_server
from drills.report import DrillFailed, print_line
from drills.sandbox import ROOT, Sandbox, SandboxSite
from drills.server import GUNICORN, WORKER, await_answer, free_port, log_errors, running
from drills.traffic import log_in
from drills.watch import SAVE, Answer, Editor, Watch, ask, await_recovery

READERS = 10
#: Seconds of a failure, and seconds after its begin at which an editor saves who did not meet it.
FAIL_SECONDS, LATER_SECONDS = 12, 4
#: Maximum seconds of answers that need no database, of those that may test it, and until all is well again.
FREE_SECONDS, TESTED_SECONDS, RECOVERY_SECONDS = 2.5, 6, 10
#: Maximum seconds of pages that ask a table which is locked, and of a save that waits for others.
LOCKED_SECONDS, SAVE_SECONDS = 15, 50
KEPT = ("/", "/news/", "/news/?page=2")
STATIC = "/static/reader/base.css"
#: The answers that need no database.
FREE = ("static", "livez", "media")
#: Lets root respect the permissions of files.
ALLOWED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
KEPT_AGE, KEPT_TEXT = "kept page with Age", "save whose text the page keeps"
QUEUE_TASK = """
import time
from curation.tasks import prune
task = prune.using(priority=100).enqueue()  # before renditions of the import
for _ in range(300):
    task.refresh()
    if task.is_finished:
        break
    time.sleep(0.2)
print(task.status)
"""


#: What shows that a failure was met, by name.
EFFECTS: dict[str, Callable[[Answer], bool]] = {
    KEPT_AGE: lambda answer: answer.kind == "kept" and "Age" in answer.headers,
    "page with 503": lambda answer: answer.kind == "search" and answer.status == HTTPStatus.SERVICE_UNAVAILABLE,
    "former address with 503": lambda answer: (
        answer.kind == "alias" and answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    ),
    KEPT_TEXT: lambda answer: answer.kind == SAVE and answer.text == "kept",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of a database during a `with` block, and which of `EFFECTS` it must have."""

    name: str
    provoke: Callable[[], AbstractContextManager[None]]
    effects: Collection[str] = tuple(EFFECTS)
    max_seconds: float = 0  # of pages, if not `TESTED_SECONDS`


def drill(sandbox: Sandbox, content: Path, only: Collection[str] = ()) -> str:
    """Let each failure happen, or `only` those with these names. Raises `DrillFailed`, `DrillSkipped`."""
    if not sandbox.on_postgres:
        return drill_sqlite(sandbox, content, only)
    folder = sandbox.folder / "own-server"
    folder.mkdir()
    with (
        sandbox.site("migrated") as migrated,
        postgres_server() as server,
        closing(Sandbox(folder, server.url, migrated.url)) as own,
    ):
        return drill_postgres(own, server, content, only)


def drill_postgres(sandbox: Sandbox, server: PostgresServer, content: Path, only: Collection[str]) -> str:
    """Let failures happen to a server of PostgreSQL, on which `sandbox` makes its sites."""
    with sandbox.site("database", content=content) as site:
        effects = [name for name in EFFECTS if name != KEPT_AGE]  # the version of the content is readable
        failures = (
            Failure("frozen", server.frozen),
            Failure("stopped", server.stopped),
            Failure("restarted", lambda: _restarted(server), effects=()),
            Failure("locked tables", lambda: server.locked(site.name, "curation_curateditem"), effects, LOCKED_SECONDS),
        )
        return serve_and_meet(site, content, [each for each in failures if each.name in only or not only])


@contextmanager
def _restarted(server: PostgresServer) -> Iterator[None]:
    server.control("restart", "--mode", "fast")
    yield


def drill_sqlite(sandbox: Sandbox, content: Path, only: Collection[str]) -> str:
    """Let failures happen to a SQLite file, which is alone in its folder."""
    with sandbox.site("database", content=content) as made:
        folder = sandbox.folder / "database-file"
        folder.mkdir()
        file = folder / "site.sqlite3"
        shutil.copy(made.file, file)
        url = f"sqlite:///{file}?conn_max_age=0"  # open connections hardly meet failures of files
        site = replace(made, url=url, environment={**made.environment, "DATABASE_URL": url})
        failures = (
            Failure("a writer", lambda: _locked(file), effects=[KEPT_TEXT]),
            Failure("a missing folder", lambda: _moved(folder)),
            Failure("an unreadable file", lambda: _with_mode(0, [file])),
            Failure("read-only files", lambda: _read_only(folder), effects=[KEPT_TEXT]),
        )
        return serve_and_meet(site, content, [each for each in failures if each.name in only or not only])


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other writers waiting. Readers never wait for a writer; nothing else locks them out of an open file."""
    with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _moved(folder: Path) -> Iterator[None]:
    away = folder.rename(folder.with_suffix(".away"))
    try:
        yield
    finally:
        away.rename(folder)


@contextmanager
def _with_mode(mode: int, paths: Sequence[Path]) -> Iterator[None]:
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(mode)
    try:
        yield
    finally:
        for path, before in modes.items():
            path.chmod(before)


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    with _with_mode(0o444, sorted(folder.iterdir())), _with_mode(0o555, [folder]):
        yield


def serve_and_meet(site: SandboxSite, content: Path, failures: Sequence[Failure]) -> str:
    """Serve a site with its worker, and let readers and editors meet each failure. Raises `DrillFailed`."""
    environment = {**site.environment, "CACHE_URL": "locmemcache://", "STATIC_ROOT": str(ROOT / "static")}
    log, worker_log = (content.parent.parent / name for name in ("database.log", "worker.log"))
    prefix = ALLOWED if os.geteuid() == 0 else ()
    host = f"127.0.0.1:{free_port()}"
    command = (*prefix, *GUNICORN, "--workers=1", "--bind", host)  # one process has one cache of pages
    faults: list[str] = []
    with running(command, log, environment), running((*prefix, *WORKER), worker_log, site.environment) as worker:
        address = f"http://{host}/"
        await_answer(address)
        editors = [Editor.open(log_in(address), number) for number in range(2)]
        results = [meet(failure, site, address, editors, faults) for failure in failures]
        if not Path(f"/proc/{worker}/stat").exists() or " Z " in Path(f"/proc/{worker}/stat").read_text():
            faults.append(f"the worker has ended: {worker_log.read_text()[-1000:]}")
        elif "SUCCESSFUL" not in (done := site.run("shell", "--command", QUEUE_TASK)).output:
            faults.append(f"the worker does not run a task: {done.summary} {worker_log.read_text()[-1000:]}")
    if faults:
        raise DrillFailed("; ".join([*faults, *log_errors(log.read_text())[:3]]))
    if problems := site.inspect()["problems"]:
        raise DrillFailed("; ".join(problems))
    return "; ".join(results)


def meet(failure: Failure, site: SandboxSite, address: str, editors: list[Editor], faults: list[str]) -> str:
    """Let readers and editors meet a failure. Append to `faults` what went wrong."""
    picture = max((site.media / "images").rglob("*.png"), key=lambda path: path.stat().st_size)
    media = f"/media/{picture.relative_to(site.media)}"
    paths: dict[str, Callable[[int], str]] = {
        "kept": lambda number: KEPT[number % len(KEPT)],
        "static": lambda _number: STATIC,
        "search": lambda number: f"/search/?q=health+{number}",
        "livez": lambda _number: "/livez",
        "alias": lambda number: f"/news/old-1?number={number}",
        "media": lambda _number: media,
    }
    for path in (*KEPT, media, *KEPT):  # so that each is known
        if (answer := ask(address, "calm", path)).status != HTTPStatus.OK:
            raise DrillFailed(f"before {failure.name}: {answer}")
    first, later = editors
    with failure.provoke(), Watch(address, paths, READERS, first).at_work() as watch:
        start = time.monotonic()
        time.sleep(LATER_SECONDS)
        watch.answers.append(later.save())
        time.sleep(max(0, start + FAIL_SECONDS - time.monotonic()))
        last = time.monotonic()  # answers to later requests may come after the return
    limit = failure.max_seconds or TESTED_SECONDS
    wrong = [fault for answer in watch.answers if (fault := fault_of(answer, limit))]
    met = [answer for answer in watch.answers if answer.asked < last]
    wrong += [f"no {name}" for name in failure.effects if not any(map(EFFECTS[name], met))]
    try:
        seconds = await_recovery(address, [*KEPT, "/search/?q=again"], first, RECOVERY_SECONDS)
    except DrillFailed as error:
        wrong.append(str(error))
        seconds = RECOVERY_SECONDS
    line = (
        f"{failure.name}: {len(watch.answers)} answers; longest {watch.slowest(FREE):.1f} s of static files, media and "
        f"/livez, {watch.slowest(set(paths) - set(FREE)):.1f} s of pages, {watch.slowest([SAVE]):.1f} s of saves; "
        f"well again after {seconds:.1f} s"
    )
    print_line(f"  {line}")
    faults += [f"{failure.name}: {len(wrong)} faults: {'; '.join(wrong[:5])}"] if wrong else []
    return line


def fault_of(answer: Answer, max_seconds: float) -> str:
    """Return what is wrong with an answer during a failure, or ""; a page may take `max_seconds`."""
    limits = {SAVE: SAVE_SECONDS, **dict.fromkeys(FREE, FREE_SECONDS)}
    if answer.seconds > limits.get(answer.kind, max_seconds):
        return f"{answer}, which is too long"
    if answer.kind == SAVE:
        return "" if answer.text in ("saved", "kept") else str(answer)
    right = HTTPStatus.MOVED_PERMANENTLY if answer.kind == "alias" else HTTPStatus.OK
    if answer.status == right:
        return ""
    if answer.kind in ("search", "alias") and answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "" if "Retry-After" in answer.headers else f"{answer}, without Retry-After"
    return str(answer)
