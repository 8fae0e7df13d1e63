"""Time searches: the whole page with its facets, and suggestions, each for many words.

The searches are all different, of kinds that are expensive in different ways: a common word matches very many items, a
less common one uses the index and the table, and a misspelt one needs a spelling hint. CPU time is measured, of this
process and of the database's, which other load on the machine hardly affects.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time
from urllib.parse import urlencode

import psycopg
from django.db import connection
from psycopg import sql

from benchmarks import stories
from benchmarks.pages import TOPIC, Database, client_for, get
from scripts import find_postgres

#: Number of different searches of each kind, and how often each is repeated.
SEARCHES, REPETITIONS = 20, 3
#: Maximum 95th percentiles in milliseconds; with more than `LARGE` items, `LARGE_FACTOR` times as much.
MAX_PAGE_MS, MAX_SUGGESTION_MS = 60, 20
LARGE, LARGE_FACTOR = 100_000, 2

Parameters = dict[str, str | list[str]]


def common(random: Random) -> str:
    """Return a word that every item has, few of them in the title."""
    words = " ".join(random.choice((stories.SUBJECTS, stories.VERBS, stories.OBJECTS))).split()
    return random.choice(words).lower()


def some(random: Random) -> str:
    return stories.some_words(random, 1)[0]


def rare(random: Random) -> str:
    return random.choice(stories.other_words()[stories.OTHER_WORDS // 2 :])


def phrase(random: Random) -> str:
    return f'"{random.choice(stories.OBJECTS)} {random.choice(stories.PLACES)}"'


def prefix(random: Random, least: int = 3) -> str:
    word = random.choice((common, some, some))(random)
    return word[: random.randint(least, 5)]


def misspelt(random: Random) -> str:
    word, place = some(random), random.randrange(5)
    return f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}x"


def narrowed(random: Random) -> Parameters:
    topics = [topic.slug for topic in stories.some_topics(random, 2)]
    others: Parameters = {"year": f"{random.randint(2023, 2026)}"} if random.random() < 0.5 else {"format": "brief"}
    return {"q": random.choice((common, some))(random), "topic": topics, **others}


#: The parameters of searches, by kind.
KINDS: dict[str, Callable[[Random], Parameters]] = {
    "common word": lambda random: {"q": common(random)},
    "some word": lambda random: {"q": some(random)},
    "rare word": lambda random: {"q": rare(random)},
    "name": lambda random: {"q": str(random.choice(stories.topic_names()).label)},
    "two common": lambda random: {"q": f"{common(random)} {common(random)}"},
    "common and some": lambda random: {"q": f"{common(random)} {some(random)}"},
    "two": lambda random: {"q": f"{some(random)} {some(random)}"},
    "phrase": lambda random: {"q": phrase(random)},
    "phrase of two": lambda random: {"q": f'"{some(random)} {some(random)}"'},
    "prefix": lambda random: {"q": f"{prefix(random)}*"},
    "exclusion": lambda random: {"q": f"{some(random)} -{some(random)}"},
    "misspelt": lambda random: {"q": misspelt(random)},
    "facets": narrowed,
    "only a topic": lambda _random: {"topic": TOPIC},
}
SUGGESTED: dict[str, Callable[[Random], Parameters]] = {
    "one word": lambda random: {"q": prefix(random, least=2)},
    "two words": lambda random: {"q": f"{random.choice((common, some))(random)} {prefix(random, least=2)}"},
}


@dataclass(frozen=True, slots=True)
class SearchTiming:
    """The milliseconds of searches of one kind, and the maximum of their 95th percentile, if any."""

    name: str
    times: Sequence[float]
    limit: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def percentile_95(self) -> float:
        return quantiles(self.times, n=20, method="inclusive")[-1]


def measure(sizes: Sequence[int], folder: Path, log: Callable[[str], None]) -> Iterator[tuple[str, list[SearchTiming]]]:
    """Yield the name and the results of each database: SQLite up to `LARGE` items, and PostgreSQL if a server answers.

    The SQLite files in `folder` are used if pages have been measured on them.
    """
    server = find_postgres.find()
    if not server:
        log("PostgreSQL is not measured: no server answers")
    for size in sizes:
        if size <= LARGE:
            yield f"SQLite, {size:,} items", measured(Database(size, folder), log)
        if server:
            with scratch(server) as url:
                yield f"PostgreSQL, {size:,} items", measured(Database(size, folder, url), log)


def measured(database: Database, log: Callable[[str], None]) -> list[SearchTiming]:
    with ExitStack() as stack:
        stack.callback(database.pool.shutdown)
        if not database.is_filled:
            log(f"Generating {database.size:,} items")
            database.fill()
        log("Searching")
        more = LARGE_FACTOR if database.size > LARGE else 1
        pages = list(timed(database, "/search/", KINDS))
        suggestions = list(timed(database, "/search/suggest/", SUGGESTED))
    return [
        *pages,
        total("all searches", pages, MAX_PAGE_MS * more),
        *suggestions,
        total("all suggestions", suggestions, MAX_SUGGESTION_MS * more),
    ]


def timed(database: Database, path: str, kinds: dict[str, Callable[[Random], Parameters]]) -> Iterator[SearchTiming]:
    """Yield the times of each kind."""
    random = Random(3)
    for name, make in kinds.items():
        asked = [f"{path}?{urlencode(make(random), doseq=True)}" for _ in range(SEARCHES)]
        yield SearchTiming(name, [database.pool.submit(cost, one).result() for one in asked])


def total(name: str, results: Sequence[SearchTiming], limit: float) -> SearchTiming:
    return SearchTiming(name, [time for result in results for time in result.times], limit)


@contextmanager
def scratch(server: str) -> Iterator[str]:
    """Create an empty database on a server and yield its address; drop it at the end."""
    name = f"medigy_bench_{os.getpid()}"
    with psycopg.connect(server, dbname="postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# The functions below run in the process of a database.


def cost(path: str) -> float:
    """Return the CPU time of a request in milliseconds, the median of `REPETITIONS`."""
    client = client_for(path)
    return statistics.median(spent(lambda: get(client, path)) for _ in range(REPETITIONS))


def spent(work: Callable[[], object]) -> float:
    start = clock()
    work()
    return (clock() - start) * 1000


def clock() -> float:
    """Return the CPU time in seconds; wall time if the database is on another host."""
    if connection.vendor == "sqlite":
        return process_time()
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}")
    if not server.exists() or not (server / "comm").read_text().startswith("postgres"):
        return perf_counter()
    return process_time() + int((server / "schedstat").read_text().split()[0]) / 1e9
