"""Guessing passwords: wrong log-ins from few and from many addresses, while readers read and an editor logs in."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPException
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import urlencode

from drills.readers import Client, ReaderPool, find_paths
from drills.report import DrillFailed, print_line
from drills.sandbox import PASSWORD, Sandbox
from drills.server import RunningServer, serve
from drills.traffic import LOGIN

CLIENTS, READERS = 12, 8
#: Number of addresses of the first attack. The second one has as many as attempts.
ADDRESSES = 4
#: Seconds without an attack, for comparison.
CALM_SECONDS = 20
#: Maximum number of wrong passwords of one address that are hashed in a minute.
MAX_HASHES = 10
#: Seconds within which the editor must be logged in, and between two log-ins.
MAX_LOGIN_SECONDS, LOGIN_PAUSE = 30.0, 4.0
EDITOR_ADDRESS = "203.0.113.9"
#: A token that is the same in cookie and form is accepted.
TOKEN = "a" * 32
#: The cookie of a browser with which an account has logged in before.
KNOWN = re.compile(r"^(known_browser=[^;]+)", re.MULTILINE)
HASHED = re.compile(r"^(\S+ \S+),\d+ WARNING \S+: Wrong password for '[^']*' from (\S+)$", re.MULTILINE)

#: The account and the address of an attempt by its number.
Chooser = Callable[[int], tuple[str, str]]


def few_addresses(number: int) -> tuple[str, str]:
    """Guess passwords of a hundred accounts, the editor's too, from `ADDRESSES`."""
    return (f"user-{number % 100}" if number % 3 else "editor"), f"198.51.100.{number % ADDRESSES}"


def many_addresses(number: int) -> tuple[str, str]:
    """Guess passwords of a hundred accounts from an address of its own each time."""
    return few_addresses(number)[0], f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"


class Guessers:
    """Clients that try wrong passwords, `attempts` of them together."""

    def __init__(self, server: RunningServer, chooser: Chooser, attempts: int) -> None:
        self.server, self.chooser, self.attempts = server, chooser, attempts
        self.statuses: defaultdict[int, int] = defaultdict(int)
        self.errors: list[str] = []
        self.stop = Event()
        self._numbers, self._lock = count(), Lock()

    @contextmanager
    def at_work(self) -> Iterator[Guessers]:
        threads = [Thread(target=self._guess) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            for thread in threads:
                thread.join()
            self.stop.set()

    def _guess(self) -> None:
        client = Client(self.server.host)
        while True:
            with self._lock:
                number = next(self._numbers)
            if number >= self.attempts:
                return
            name, address = self.chooser(number)
            try:
                status, _headers = log_in(client, name, f"wrong-{number}", address)
            except (OSError, HTTPException) as error:
                self.errors.append(f"{type(error).__name__} {error}")
                continue
            with self._lock:
                self.statuses[status] += 1


def drill(sandbox: Sandbox, content: Path, attempts: int) -> str:
    """Make `attempts` wrong log-ins, half of them from few addresses, half from many."""
    faults, results = [], []
    with sandbox.site("login", content=content) as site:
        log = sandbox.folder / "login.log"
        # The client's address is the one that the drill, as the proxy, gives.
        variables = {"BEHIND_PROXY": "1", "SECOND_FACTOR_EXEMPT": "", "LOG_LEVEL": "WARNING"}
        with serve(site, log, CACHE_URL="locmemcache://", **variables) as server:
            paths = find_paths(server.address)
            known = log_in_as_editor(server)[1]  # from now on a browser that the site knows
            with ReaderPool(server.host, paths, READERS).reading():
                time.sleep(CALM_SECONDS / 2)  # until the pages are kept
            with ReaderPool(server.host, paths, READERS).reading() as calm:
                time.sleep(CALM_SECONDS)
            for chooser, title in ((few_addresses, "few addresses"), (many_addresses, "many addresses")):
                result, found = attack(server, chooser, attempts // 2, calm, known)
                print_line(f"  {title}: {result}")
                results.append(f"{title}: {result}")
                faults += [f"{title}: {fault}" for fault in found]
    if faults:
        raise DrillFailed("; ".join(faults))
    return "; ".join(results)


def attack(
    server: RunningServer, chooser: Chooser, attempts: int, calm: ReaderPool, known: str
) -> tuple[str, list[str]]:
    """Let clients guess while readers read and the editor logs in; return a line, and what went wrong."""
    guessers = Guessers(server, chooser, attempts)
    seconds: list[float] = []
    faults: list[str] = []
    before, start = len(server.log.read_text()), time.monotonic()
    with ReaderPool(server.host, calm.paths, READERS).reading() as readers, guessers.at_work():
        editor = Thread(target=keep_logging_in, args=(server, known, guessers.stop, seconds, faults))
        editor.start()
    editor.join()
    lasted = time.monotonic() - start
    hashes = hashes_by_address(server.log, before)
    faults += [
        f"{most} passwords from {address} were hashed in a minute"
        for address, moments in hashes.items()
        if (most := max_in_a_minute(moments)) > MAX_HASHES
    ]
    faults += readers.faults(calm)
    if guessers.errors:
        faults.append(f"{len(guessers.errors)} attempts got no answer: {guessers.errors[0]}")
    if wrong := {status for status in guessers.statuses if status not in (200, 429, 503)}:
        faults.append(f"wrong passwords were answered with {wrong}")
    if not seconds:
        faults.append("the editor has not logged in")
    answers = ", ".join(f"{number:,} × {status}" for status, number in sorted(guessers.statuses.items()))
    total = sum(map(len, hashes.values()))
    result = (
        f"{attempts:,} wrong log-ins in {lasted:.0f} s ({answers}), {total} hashed; readers {readers.times}, before "
        f"{calm.times}; the editor logged in {len(seconds)} times, within {max(seconds, default=0):.1f} s"
    )
    return result, faults


def keep_logging_in(server: RunningServer, known: str, stop: Event, seconds: list[float], faults: list[str]) -> None:
    """Log in as the editor, at the address that no attacker has, again and again."""
    while True:
        try:
            seconds.append(log_in_as_editor(server, known)[0])
        except DrillFailed as failure:
            faults.append(str(failure))
        if stop.wait(LOGIN_PAUSE):
            return


def log_in_as_editor(server: RunningServer, known: str = "") -> tuple[float, str]:
    """Return the seconds until the editor was logged in, who tries again when the page says so, and the cookie of a
    known browser. `known` is that of an earlier log-in.
    """
    client, start = Client(server.host), time.monotonic()
    while True:
        status, headers = log_in(client, "editor", PASSWORD, EDITOR_ADDRESS, known)
        waited = time.monotonic() - start
        if status == HTTPStatus.FOUND:
            return waited, "".join(KNOWN.findall(headers["Set-Cookie"]))
        if status != HTTPStatus.SERVICE_UNAVAILABLE or waited > MAX_LOGIN_SECONDS:
            raise DrillFailed(f"after {waited:.0f} s, the log-in of the editor is answered with {status}")
        time.sleep(int(headers["Retry-After"]))


def log_in(client: Client, name: str, password: str, address: str, known: str = "") -> tuple[int, dict[str, str]]:
    """Send the form of the log-in through a proxy, whose client has an address; return status and headers."""
    form = {"username": name, "password": password, "next": "/admin/", "csrfmiddlewaretoken": TOKEN}
    headers = {
        "Cookie": f"csrftoken={TOKEN}; {known}",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": address,
    }
    status, found, _body = client.request("POST", LOGIN, headers, urlencode(form).encode())
    return status, found


def hashes_by_address(log: Path, start: int) -> dict[str, list[datetime]]:
    """Return the moments at which wrong passwords were hashed, by address, from a position of the log on."""
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for moment, address in HASHED.findall(log.read_text()[start:]):
        found[address].append(datetime.fromisoformat(moment))
    return found


def max_in_a_minute(moments: list[datetime]) -> int:
    return max(sum(0 <= (other - first).total_seconds() < 60 for other in moments) for first in moments)
