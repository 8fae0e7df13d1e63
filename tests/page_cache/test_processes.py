"""Several server processes, each with pages in its own memory, show the same."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from scripts.served import free_port, is_listening
from tests.factories import make_item

pytestmark = pytest.mark.django_db(transaction=True)

#: Number of requests by which each of two processes gets some.
MANY = 12
Write = Callable[[str], object]


@pytest.fixture
def database(tmp_path: Path) -> tuple[str, Write]:
    """Return the URL of the test database for other processes, and a function that writes to it without Django."""
    make_item("Old")
    if connection.vendor == "sqlite":
        file = tmp_path / "db.sqlite3"
        with closing(sqlite3.connect(file)) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{file}", lambda sql: _write(file, sql)
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return address.geturl(), lambda sql: connection.cursor().execute(sql)


def _write(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as other, other:
        other.execute(sql)


@pytest.fixture
def port(database: tuple[str, Write], tmp_path: Path) -> Iterator[int]:
    """Serve the database by two processes; return their port."""
    port = free_port()
    gunicorn = (
        sys.executable,
        "-m",
        "gunicorn",
        "medigy.wsgi",
        "--workers=2",
        "--threads=1",
        f"--bind=127.0.0.1:{port}",
    )
    places = {"DATABASE_URL": database[0], "MEDIA_ROOT": str(tmp_path), "STATIC_ROOT": str(tmp_path), "DEBUG": "1"}
    environment = {**os.environ, **places, "SECRET_KEY": settings.SECRET_KEY, "CACHE_URL": "locmemcache://"}
    server = subprocess.Popen((*gunicorn, "--log-level=error"), env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not is_listening(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def pages(port: int) -> list[str]:
    texts = []
    for _ in range(MANY):
        with closing(HTTPConnection("127.0.0.1", port)) as client:
            client.request("GET", "/news/")
            texts.append(client.getresponse().read().decode())
    return texts


@pytest.mark.long
def test_a_write_of_another_process_shows_in_every_process_at_once(database: tuple[str, Write], port: int) -> None:
    assert all("Old" in page for page in pages(port))
    database[1]("UPDATE curation_curateditem SET title = 'New'")
    assert all("New" in page and ">Old<" not in page for page in pages(port))
