"""Measure revisions: their size in the database, and the time of the history of one item among many."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from django.db import connection, transaction

from benchmarks import stories
from benchmarks.pages import Database, client_for, get

#: Revisions of each item.
REVISIONS = 10
#: Items whose revisions are written in one transaction, and items whose history is timed.
BATCH, TIMED = 1_000, 20


@dataclass(frozen=True, slots=True)
class RevisionSizes:
    """The numbers of items and revisions, the average bytes of one, and milliseconds of CPU of what reads them.

    `bytes_each` is measured in the file of the database, its index included; `whole` is the average size of an item's
    whole state, compressed in the same way.
    """

    items: int
    revisions: int
    bytes_each: float
    whole: float
    state_ms: float
    history_ms: float


def measure(size: int, folder: Path, log: Callable[[str], None]) -> RevisionSizes:
    """Write the revisions of `size` items to a SQLite database in `folder`, and measure them."""
    with ExitStack() as stack:
        database = Database(size, folder)
        stack.callback(database.pool.shutdown)
        if not database.is_filled:
            log(f"Generating {size:,} items")
            database.fill()
        log(f"Writing {size * REVISIONS:,} revisions")
        return database.pool.submit(fill_and_measure, size).result()


# The functions below run in the process of the database.


def fill_and_measure(size: int) -> RevisionSizes:
    from curation.items.revisions import state_at  # needs Django to be set up
    from curation.items.state import states_of
    from curation.models import CuratedItem, Revision

    before = file_size()
    write_revisions()
    written = Revision.objects.count()
    bytes_each = (file_size() - before) / written
    chosen = list(CuratedItem.objects.order_by("pk")[:: max(1, size // TIMED)][:TIMED])
    field = Revision._meta.get_field("changes")
    states = states_of(CuratedItem.objects.filter(pk__in=[item.pk for item in chosen]))
    whole = statistics.mean(len(field.get_prep_value(state)) for state in states.values())
    pages = [f"/admin/curation/curateditem/{item.pk}/history/" for item in chosen]
    client = client_for(pages[0])
    get(client, pages[0])
    return RevisionSizes(
        size,
        written,
        bytes_each,
        whole,
        median_ms(lambda item: state_at(item, 0), chosen),
        median_ms(lambda page: get(client, page), pages),
    )


def median_ms(work: Callable[[Any], object], arguments: list[Any]) -> float:
    """Return the median CPU time of a function, in milliseconds."""
    times = []
    for argument in arguments:
        start = process_time()
        work(argument)
        times.append((process_time() - start) * 1000)
    return statistics.median(times)


def file_size() -> int:
    """Return the size of the database in bytes, without the pages that deleted rows have left."""
    with connection.cursor() as cursor:
        pages, free, size = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def write_revisions() -> None:
    """Write `REVISIONS` for each item, as editors and imports would: from the first one to the present item."""
    from curation.items.actors import Actor  # needs Django to be set up
    from curation.items.revisions import Change, record_changes
    from curation.models import CuratedItem

    random, actor = Random(5), Actor("Ann Smith")
    last = 0
    while items := list(CuratedItem.objects.filter(pk__gt=last).only("title", "body", "slug").order_by("pk")[:BATCH]):
        last = items[-1].pk
        histories = [list(changes_of(item.title, item.body, random)) for item in items]
        with transaction.atomic():
            for number in range(REVISIONS):
                changes = (Change(item.pk, history[number]) for item, history in zip(items, histories, strict=True))
                record_changes(changes, "saved" if number else "created", actor)


def changes_of(title: str, body: str, random: Random) -> Iterator[dict[str, list[Any]]]:
    """Yield the changes of an item's revisions, the first one without any: two of three change texts."""
    summaries = [stories.title(random) for _ in range(4)]
    bodies = [body.replace("</p>", f" {stories.title(random)}.</p>", 1) for _ in range(3)]
    topics = [
        [
            {"vocabulary": name.vocabulary, "label": name.label, "slug": name.slug}
            for name in stories.some_topics(random, 3)
        ]
        for _ in range(2)
    ]
    yield {}
    yield {"summary": ["", summaries[0]], "topics": [[], topics[0]]}
    yield {"body": [bodies[0], bodies[1]]}
    yield {"summary": summaries[:2]}
    yield {"topics": topics}
    yield {"status": ["draft", "published"], "published_at": [None, "2026-11-27T09:00:00+00:00"]}
    yield {"body": [bodies[1], bodies[2]], "summary": summaries[1:3]}
    yield {"title": [stories.title(random), title]}
    yield {"summary": summaries[2:4], "section": ["", "NEWS"]}
    yield {"body": [bodies[2], body]}
