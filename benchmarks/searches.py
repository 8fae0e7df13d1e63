"""How long searches take: the whole page with its facets, and what a search box proposes, each for many words.

Every search is another one, drawn from kinds of which each is hard in its own way: a common word has too many items to
look at, one that is neither common nor rare is dear either way, and a misspelt one costs a hint. What counts is time on
the CPU, of this process and of the database's own for it: what else the machine does takes none of that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from urllib.parse import urlencode

import psycopg
from django.db import connection
from psycopg import sql

from benchmarks import stories
from benchmarks.pages import TOPIC, Database, client_for, get
from scripts import find_postgres

#: So many different searches of each kind.
SEARCHES, TRIES = 20, 3
#: The most milliseconds that 95 of a hundred may take; above so many items, so many times more.
PAGE, SUGGESTION = 60, 20
MANY, TIMES_MORE = 100_000, 2

Parameters = dict[str, str | list[str]]


def common(random: Random) -> str:
    """Return a word that every item has, though few in the title."""
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


#: What is typed and chosen, by kind.
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
    "topic alone": lambda _random: {"topic": TOPIC},
}
SUGGESTED: dict[str, Callable[[Random], Parameters]] = {
    "one word": lambda random: {"q": prefix(random, least=2)},
    "two words": lambda random: {"q": f"{random.choice((common, some))(random)} {prefix(random, least=2)}"},
}


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds that searches of a kind took, and the most that 95 of a hundred may take, where there is a limit."""

    name: str
    times: Sequence[float]
    limit: float | None = None

    @property
    def usual(self) -> float:
        return median(self.times)

    @property
    def slow(self) -> float:
        return quantiles(self.times, n=20, method="inclusive")[-1]


def measure(sizes: Sequence[int], folder: Path, say: Callable[[str], None]) -> Iterator[tuple[str, list[Result]]]:
    """Yield a name and the results of each database: SQLite's up to `MANY` items, found in `folder` where the pages
    were measured on them, and PostgreSQL's where a server answers."""
    server = find_postgres.find()
    if not server:
        say("PostgreSQL is not measured: no server answers")
    for size in sizes:
        if size <= MANY:
            yield f"SQLite, {size:,} items", measured(Database(size, folder), say)
        if server:
            with scratch(server) as url:
                yield f"PostgreSQL, {size:,} items", measured(Database(size, folder, url), say)


def measured(database: Database, say: Callable[[str], None]) -> list[Result]:
    with ExitStack() as stack:
        stack.callback(database.pool.shutdown)
        if not database.is_filled:
            say(f"Generating {database.size:,} items")
            database.fill()
        say("Searching")
        more = TIMES_MORE if database.size > MANY else 1
        pages = list(timed(database, "/search/", KINDS))
        suggestions = list(timed(database, "/search/suggest/", SUGGESTED))
    return [
        *pages,
        total("all searches", pages, PAGE * more),
        *suggestions,
        total("all proposed", suggestions, SUGGESTION * more),
    ]


def timed(database: Database, path: str, kinds: dict[str, Callable[[Random], Parameters]]) -> Iterator[Result]:
    """Yield each kind's times."""
    random = Random(3)
    for name, make in kinds.items():
        asked = [f"{path}?{urlencode(make(random), doseq=True)}" for _ in range(SEARCHES)]
        yield Result(name, [database.pool.submit(cost, one).result() for one in asked])


def total(name: str, results: Sequence[Result], limit: float) -> Result:
    return Result(name, [time for result in results for time in result.times], limit)


@contextmanager
def scratch(server: str) -> Iterator[str]:
    """Make an empty database on a server, and drop it when done with. Yield its address."""
    name = f"medigy_bench_{os.getpid()}"
    with psycopg.connect(server, dbname="postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


# What follows runs in the database's own process.


def cost(path: str) -> float:
    """Return the median of the milliseconds of CPU that a request takes."""
    client = client_for(path)
    return median(spent(lambda: get(client, path)) for _ in range(TRIES))


def spent(work: Callable[[], object]) -> float:
    start = clock()
    work()
    return (clock() - start) * 1000


def clock() -> float:
    """Return seconds on the CPU; by the clock where the database is another machine's."""
    if connection.vendor == "sqlite":
        return process_time()
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}")
    if not server.exists() or not (server / "comm").read_text().startswith("postgres"):
        return perf_counter()
    return process_time() + int((server / "schedstat").read_text().split()[0]) / 1e9
