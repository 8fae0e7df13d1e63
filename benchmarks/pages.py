"""Time pages on databases of several sizes in turn, so that other load on the machine affects all equally."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client

ROUNDS = 12
REQUESTS_PER_ROUND = 4


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    """A page to measure. `limit` is the maximum ratio of its time on the largest database to that on the smallest."""

    name: str
    path: str
    limit: float | None = None


TOPIC = "medigy-telehealth"
ITEMS = "/admin/curation/curateditem/"
#: Filters and searches of the desk's list, by name: of many items, of few, and of none.
DESK = {
    "all": "",
    "live": "state=live",
    "scheduled": "state=scheduled",
    "drafts": "state=draft",
    "archived": "state=archived",
    "no picture": "missing=image",
    "no topic": "missing=topic",
    "no summary": "missing=summary",
    "all of two missing": "missing=image&missing=summary&missing_match=all",
    "any of two missing": "missing=image&missing=source",
    "long title": "check=title-long",
    "of a topic": f"topic={TOPIC}",
    "any of two topics": f"topic={TOPIC}, symplur-digital-technology",
    "all of two topics": f"topic={TOPIC}, symplur-digital-technology&topic_match=all",
    "last changed": "order=changed",
    "live, last changed": "state=live&order=changed",
    "of a topic, last changed": f"topic={TOPIC}&order=changed",
    "of a publisher": "publisher=Paper 1",
    "of an author": "author=author-1",
    "of an offering": "offering=offering-1",
    "of a tag": "tag=tag-1",
    "of a vocabulary": "vocabulary=medigy",
    "of a day": "when=today",
    "of days": "published_to=2100-01-01",
    "mine": "who=me",
    "common word": "q=monitoring",
    "rare word": "q=%22777%22",
    "no word": "q=zzzzzz",
    "word and filters": f"q=monitoring&state=live&topic={TOPIC}",
    "a link": "q=https://example.org/story/7",
}
PAGES = (
    MeasuredPage("home", "/"),
    MeasuredPage("news", "/news/", limit=1.5),
    MeasuredPage("news of a topic", f"/news/?topic={TOPIC}"),
    MeasuredPage("news with a word", "/news/?words=monitoring"),
    MeasuredPage("search, common", "/search/?q=monitoring"),
    MeasuredPage("search, rare", "/search/?q=77"),
    MeasuredPage("search, two words", "/search/?q=hospitals+kerala"),
    MeasuredPage("search, phrase", "/search/?q=%22remote+monitoring%22"),
    MeasuredPage("search, prefix", "/search/?q=tele*"),
    MeasuredPage("search, facets", f"/search/?q=monitoring&topic={TOPIC}&topic=symplur-digital-technology"),
    MeasuredPage("suggestions", "/search/suggest/?q=remo"),
    MeasuredPage("topic", f"/topic/{TOPIC}/", limit=1.5),
    MeasuredPage("topics", "/topic/"),
    MeasuredPage("item", "/news/story-7/"),
    *(MeasuredPage(f"desk, {name}", f"{ITEMS}?{query}", limit=1.5) for name, query in DESK.items()),
)


@dataclass(frozen=True, slots=True)
class PageTiming:
    """A page's median milliseconds and number of queries, by database size."""

    page: MeasuredPage
    milliseconds: dict[int, float]
    queries: dict[int, int]

    @property
    def ratio(self) -> float:
        return self.milliseconds[max(self.milliseconds)] / self.milliseconds[min(self.milliseconds)]


class Database:
    """A generated database of one size, and a process that answers requests on it.

    It is a SQLite file in `folder`, or the database at `url`.
    """

    def __init__(self, size: int, folder: Path, url: str = "") -> None:
        self.size = size
        file = folder / f"{size}.sqlite3"
        self.is_filled = not url and file.exists()
        self.pool = ProcessPoolExecutor(1, get_context("spawn"), open_database, (folder, url or f"sqlite:///{file}"))

    def fill(self) -> None:
        self.pool.submit(fill, self.size).result()

    def count_queries(self, page: MeasuredPage) -> int:
        return self.pool.submit(count_queries, page.path).result()

    def times(self, page: MeasuredPage) -> list[float]:
        return self.pool.submit(times, page.path).result()


def measure(sizes: Sequence[int], folder: Path, log: Callable[[str], None]) -> Iterator[PageTiming]:
    """Yield the times of each page on databases of all sizes, which are created in `folder`."""
    with ExitStack() as stack:
        databases = [Database(size, folder) for size in sizes]
        for database in databases:
            stack.callback(database.pool.shutdown)
            log(f"Generating {database.size:,} items")
            database.fill()
        for page in PAGES:
            yield measure_page(page, databases)


def measure_page(page: MeasuredPage, databases: list[Database]) -> PageTiming:
    queries = {database.size: database.count_queries(page) for database in databases}
    samples: dict[int, list[float]] = {database.size: [] for database in databases}
    for number in range(ROUNDS):
        # In alternating order.
        for database in databases[:: 1 if number % 2 else -1]:
            samples[database.size] += database.times(page)
    return PageTiming(page, {size: median(times) for size, times in samples.items()}, queries)


# The functions below run in the process of a database.


def open_database(folder: Path, url: str) -> None:
    collected = folder / "collected"
    collected.mkdir(exist_ok=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": url,
        "STATIC_ROOT": str(collected),
    }
    django.setup()


def fill(size: int) -> None:
    from benchmarks.rows import generate  # needs Django to be set up

    call_command("migrate", verbosity=0)
    generate(size)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # which a server does by itself after about a minute


def client_for(path: str) -> Client:
    """Return a client that may get a page: an editor's for the admin, else a reader's."""
    client = Client(SERVER_NAME="localhost")
    if path.startswith("/admin/"):
        client.force_login(get_user_model().objects.get())
    return client


def count_queries(path: str) -> int:
    statements = []

    def record(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    client = client_for(path)
    with connection.execute_wrapper(record):
        get(client, path)
    return len(statements)


def get(client: Client, path: str) -> float:
    """Return the duration of a request in milliseconds. Raises `RuntimeError` for an error page."""
    start = perf_counter()
    response = client.get(path)
    elapsed = perf_counter() - start
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return elapsed * 1000


def times(path: str) -> list[float]:
    client = client_for(path)
    return [get(client, path) for _ in range(REQUESTS_PER_ROUND)]
