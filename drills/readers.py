"""Readers with kept connections: pages, feeds, API, media, conditional and senseless requests; how long each took."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from random import Random
from statistics import quantiles
from threading import Event, Thread
from urllib.parse import urlsplit

from drills.browser import Browser
from drills.report import DrillFailed

TIMEOUT_SECONDS = 60
#: Pages that readers begin with.
PAGES = ("/", "/news/", "/topic/", "/archive/", "/offering/", "/robots.txt", "/sitemap.xml", "/sitemap-pages.xml")
SEARCHES = ("/search/?q=health", "/search/?q=care+records", "/search/suggest/?q=he", "/news/?format=Article")
FEEDS = ("/news/feed.rss", "/news/feed.atom", "/news/feed.json", "/search/feed.atom?q=health")
API = ("/api/v1/items", "/api/v1/items?limit=50", "/api/v1/topics", "/api/v1/openapi.json")
#: Requests without sense: they may get any answer but an error of the server.
SENSELESS = (
    ("GET", "/wp-login.php"),
    ("GET", "/news/%00/"),
    ("GET", "/news/?page=999999999999999999999"),
    ("GET", "/search/?q=%22%22%22(((*:NOT"),
    ("GET", "/api/v1/items?after=x&limit=-1"),
    ("GET", "/media/../../etc/passwd"),
    ("GET", "/%ff%fe"),
    ("POST", "/news/"),
    ("DELETE", "/api/v1/items"),
    ("OPTIONS", "/"),
)
#: Parts of the requests that are conditional, or senseless.
CONDITIONAL, SENSELESS_PART = 0.3, 0.05
ANSWERS = {HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.NOT_MODIFIED}
#: Number of pages whose links are followed once, to find paths.
CRAWLED = 12
LINK = re.compile(r'(?:href|src)="(/[^"/#][^"#]*)"')
#: Minimum number of requests from which percentiles are taken.
MIN_REQUESTS = 20
#: Times in seconds below this are not told apart: the machine has other things to do.
FLOOR_SECONDS = 0.025
#: How many times the 95th percentile may be that without an attack.
MAX_RATIO = 2.0


@dataclass(slots=True)
class ReaderPool:
    """A number of readers of a site, each with a connection of its own, and pauses (minimum, maximum) in seconds."""

    host: str
    paths: Sequence[str]
    number: int
    pauses: tuple[float, float] = (0.05, 0.15)
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)

    @contextmanager
    def reading(self) -> Iterator[ReaderPool]:
        """Let them read during the `with` block."""
        threads = [Thread(target=self._read, args=[Random(number)]) for number in range(self.number)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def percentile(self, percent: int) -> float:
        """Return a percentile of the times in seconds. Raises `DrillFailed` if there were too few requests."""
        if len(self.seconds) < MIN_REQUESTS:
            raise DrillFailed(f"{len(self.seconds)} requests are too few; {'; '.join(self.errors[:5])}")
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1]

    @property
    def times(self) -> str:
        p50, p95 = (1000 * self.percentile(percent) for percent in (50, 95))
        return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {1000 * max(self.seconds):,.0f} ms"

    def faults(self, calm: ReaderPool | None = None) -> list[str]:
        """Return what went wrong, in words: errors, and a 95th percentile above `MAX_RATIO` times that of `calm`."""
        faults = [f"{len(self.errors)} requests of readers failed: {'; '.join(self.errors[:5])}"] if self.errors else []
        if calm and self.percentile(95) > MAX_RATIO * max(calm.percentile(95), FLOOR_SECONDS):
            faults.append(f"readers waited: {self.times}; before {calm.times}")
        return faults

    def _read(self, random: Random) -> None:
        client, tags = Client(self.host), dict[str, str]()
        while not self._stop.is_set():
            method, path = "GET", random.choice(self.paths)
            headers = {"If-None-Match": tags[path]} if path in tags and random.random() < CONDITIONAL else {}
            if is_senseless := random.random() < SENSELESS_PART:
                method, path = random.choice(SENSELESS)
            start = time.monotonic()
            try:
                status, found, _body = client.request(method, path, headers)
            except (OSError, HTTPException) as error:
                self.errors.append(f"{path}: {type(error).__name__} {error}")
            else:
                self.statuses[status] += 1
                tags |= {path: found["ETag"]} if "ETag" in found else {}
                # Editors and imports may take a picture from its item meanwhile; then nobody may see it.
                is_gone = status == HTTPStatus.NOT_FOUND and path.startswith("/media/")
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not (is_senseless or is_gone or status in ANSWERS):
                    self.errors.append(f"{method} {path} answered {status}")
            self.seconds.append(time.monotonic() - start)
            self._stop.wait(random.uniform(*self.pauses))


class Client:
    """A connection that is kept, and opened again when the server has closed it."""

    def __init__(self, host: str) -> None:
        self._connection = HTTPConnection(host, timeout=TIMEOUT_SECONDS)

    def request(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer. Raises `OSError` and `HTTPException`."""
        is_kept = self._connection.sock is not None
        try:
            return self._request(method, path, headers or {}, body)
        except (ConnectionError, HTTPException):
            self._connection.close()
            if not is_kept:
                raise
            return self._request(method, path, headers or {}, body)  # the server had closed it, as it may
        except OSError:
            self._connection.close()
            raise

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, dict[str, str], bytes]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        cookies = {"Set-Cookie": "\n".join(answer.headers.get_all("Set-Cookie", []))}
        return answer.status, dict(answer.headers) | cookies, answer.read()


def find_paths(address: str) -> list[str]:
    """Return paths of all kinds of pages, feeds, media and static files of a site, by its links."""
    browser, pages = Browser(address), [*PAGES, *SEARCHES, *FEEDS, *API]
    found = dict.fromkeys(pages)
    for path in pages[:CRAWLED]:
        for link in LINK.findall(browser.get(path).text.replace("&amp;", "&")):
            found.setdefault(link)
    for location in re.findall(r"<loc>([^<]+)</loc>", browser.get("/sitemap.xml").text):
        found.setdefault(urlsplit(location).path)
    kept = [path for path in found if not path.startswith("/admin/") and browser.get(path).status == HTTPStatus.OK]
    if missing := set(PAGES) - set(kept):
        raise DrillFailed(f"not found on the site: {', '.join(sorted(missing))}")
    return kept
