"""How long pages take, on databases of several sizes at once, so that whatever else the machine does hits all alike."""

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
REQUESTS_A_ROUND = 4


@dataclass(frozen=True, slots=True)
class Page:
    """A page to measure. `limit` is how many times longer the largest database may take than the smallest."""

    name: str
    path: str
    limit: float | None = None


TOPIC = "medigy-telehealth"
PAGES = (
    Page("home", "/"),
    Page("news", "/news/", limit=1.5),
    Page("news of a topic", f"/news/?topic={TOPIC}"),
    Page("news with a word", "/news/?words=monitoring"),
    Page("search, common", "/search/?q=monitoring"),
    Page("search, rare", "/search/?q=77"),
    Page("search, two words", "/search/?q=hospitals+kerala"),
    Page("search, phrase", "/search/?q=%22remote+monitoring%22"),
    Page("search, prefix", "/search/?q=tele*"),
    Page("search, facets", f"/search/?q=monitoring&topic={TOPIC}&topic=symplur-digital-technology"),
    Page("suggestions", "/search/suggest/?q=remo"),
    Page("topic", f"/topic/{TOPIC}/", limit=1.5),
    Page("topics", "/topic/"),
    Page("item", "/news/story-7/"),
    Page("admin list", "/admin/curation/curateditem/"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """A page's median milliseconds and number of queries, by database size."""

    page: Page
    milliseconds: dict[int, float]
    queries: dict[int, int]

    @property
    def ratio(self) -> float:
        return self.milliseconds[max(self.milliseconds)] / self.milliseconds[min(self.milliseconds)]


class Database:
    """A generated database of one size, in a process of its own that answers requests: SQLite's, a file in `folder`,
    or the one at an address."""

    def __init__(self, size: int, folder: Path, url: str = "") -> None:
        self.size = size
        file = folder / f"{size}.sqlite3"
        self.is_filled = not url and file.exists()
        self.pool = ProcessPoolExecutor(1, get_context("spawn"), open_database, (folder, url or f"sqlite:///{file}"))

    def fill(self) -> None:
        self.pool.submit(fill, self.size).result()

    def count_queries(self, page: Page) -> int:
        return self.pool.submit(count_queries, page.path).result()

    def times(self, page: Page) -> list[float]:
        return self.pool.submit(times, page.path).result()


def measure(sizes: Sequence[int], folder: Path, say: Callable[[str], None]) -> Iterator[Result]:
    """Yield every page's times on a database of each size, all made below `folder`."""
    with ExitStack() as stack:
        databases = [Database(size, folder) for size in sizes]
        for database in databases:
            stack.callback(database.pool.shutdown)
            say(f"Generating {database.size:,} items")
            database.fill()
        for page in PAGES:
            yield measure_page(page, databases)


def measure_page(page: Page, databases: list[Database]) -> Result:
    queries = {database.size: database.count_queries(page) for database in databases}
    samples: dict[int, list[float]] = {database.size: [] for database in databases}
    for number in range(ROUNDS):
        # Taking turns at going first, too.
        for database in databases[:: 1 if number % 2 else -1]:
            samples[database.size] += database.times(page)
    return Result(page, {size: median(times) for size, times in samples.items()}, queries)


# What follows runs in the database's own process.


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
    from benchmarks.rows import generate  # its models need Django set up

    call_command("migrate", verbosity=0)
    generate(size)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # which a server does by itself, a minute or so later


def client_for(path: str) -> Client:
    """Return a client that may see the page: an editor's for the admin, a reader's for the rest."""
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
    """Return how many milliseconds a request took. Raise an error unless the page came."""
    start = perf_counter()
    response = client.get(path)
    elapsed = perf_counter() - start
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return elapsed * 1000


def times(path: str) -> list[float]:
    client = client_for(path)
    return [get(client, path) for _ in range(REQUESTS_A_ROUND)]
