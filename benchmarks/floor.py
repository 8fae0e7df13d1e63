"""The minimum cost of an import of these files in Python: only the work that no importer can avoid.

`python -m benchmarks.floor FOLDER DATABASE` reads every file, parses its YAML by libyaml, renders and sanitises its
body, all that in two processes, and writes items, relations and a full-text index by plain SQL into a new SQLite
database. It does not check or merge anything, and trusts its input.
"""

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import django
import yaml

CHUNK = 25
BATCH = 500
SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE item (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, title TEXT, summary TEXT, date TEXT, link TEXT,
    front_matter TEXT, body TEXT, html TEXT, text TEXT);
CREATE TABLE relation (item INTEGER, kind TEXT, name TEXT, position INTEGER, PRIMARY KEY (kind, name, item))
    WITHOUT ROWID;
CREATE INDEX item_newest ON item (date DESC, id DESC);
CREATE VIRTUAL TABLE words USING fts5 (title, summary, text, content=item);
"""
Item = tuple[dict[str, Any], str, str, str, str]


def parse(path: Path) -> Item:
    """Return a file's front matter as values and as text, and its body as Markdown, HTML and plain text."""
    from curation.markdown import render  # needs settings

    _, front_matter, body = path.read_text().split("---\n", 2)
    rendered = render(body)
    return yaml.load(front_matter, yaml.CSafeLoader), front_matter, body, rendered.html, rendered.text


def parse_all(content: Path) -> Iterator[Item]:
    with ProcessPoolExecutor(2, initializer=django.setup) as pool:
        yield from pool.map(parse, sorted(content.iterdir()), chunksize=CHUNK)


def names_of(keys: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the names of an item's related rows, by kind."""
    yield "topic", keys["categories"]
    yield "author", keys["author"]
    yield "tag", keys["tags"]
    yield "publisher", [keys["link"]["brand"]]
    yield "offering", [offering["permalink"] for offering in keys["relatedOfferings"]]


def write(database: sqlite3.Connection, numbered: list[tuple[int, Item]]) -> None:
    items, relations, words = [], [], []
    for number, (keys, front_matter, body, html, text) in numbered:
        about = (keys["title"], keys["description"])
        items.append((number, keys["slug"], *about, keys["date"], keys["link"]["href"], front_matter, body, html, text))
        words.append((number, *about, text))
        relations += [
            (number, kind, name, position)
            for kind, names in names_of(keys)
            for position, name in enumerate(dict.fromkeys(names))
        ]
    with database:
        database.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", items)
        database.executemany("INSERT INTO relation VALUES (?, ?, ?, ?)", relations)
        database.executemany("INSERT INTO words (rowid, title, summary, text) VALUES (?, ?, ?, ?)", words)


def main(content: Path, path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript(SCHEMA)
    batch: list[tuple[int, Item]] = []
    for numbered in enumerate(parse_all(content)):
        batch.append(numbered)
        if len(batch) == BATCH:
            write(database, batch)
            batch = []
    write(database, batch)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
