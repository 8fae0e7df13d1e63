"""What the form of an item costs: its files, and the time that the server takes to make it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import unescape
from multiprocessing import get_context
from pathlib import Path
from posixpath import dirname, join, normpath
from statistics import quantiles
from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders

from benchmarks.pages import client_for, get, open_database

if TYPE_CHECKING:
    from django.test import Client

#: Items in the database, and topics of the item whose form is measured.
ITEMS, TOPICS = 1_000, 30
ROUNDS = 60
MAX_MILLISECONDS = 60  # the 95th percentile
MAX_SCRIPT_BYTES, MAX_STYLE_BYTES = 45_000, 20_000  # compressed
MAX_REQUESTS = 15

_FILE = re.compile(r'<(?:script|link|use)\b[^>]*?\b(?:src|href)="([^"#]+)[^>]*>')
_IMPORTED = re.compile(r'^(?:import\b[^"\n]*|@import (?:url\()?)["\']([^"\']+\.(?:js|css))["\']', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FormCost:
    """Milliseconds of each answer, and the compressed bytes of each file that the page loads, by address."""

    milliseconds: Sequence[float]
    files: dict[str, int]

    @property
    def percentile_95(self) -> float:
        return quantiles(self.milliseconds, n=20, method="inclusive")[-1]

    def size(self, kind: str) -> int:
        """Return the bytes of the files of a kind: `js`, `css`."""
        return sum(size for url, size in self.files.items() if _kind(url) == kind)


def measure(folder: Path, log: Callable[[str], None]) -> FormCost:
    log(f"Generating {ITEMS:,} items for the form")
    url = f"sqlite:///{folder / 'form.sqlite3'}"
    with ProcessPoolExecutor(1, get_context("spawn"), open_database, (folder, url)) as pool:
        return pool.submit(_measure).result()


def _measure() -> FormCost:
    import medigy.wsgi  # noqa: F401  # as in a web server, whose garbage collection takes less time
    from benchmarks.pages import fill  # needs Django to be set up
    from curation.models import CuratedItem, ItemTopic, Topic

    fill(ITEMS)
    item = CuratedItem.objects.order_by("pk")[0]
    ItemTopic.objects.filter(item=item).delete()
    topics = Topic.objects.order_by("pk")[:TOPICS]
    ItemTopic.objects.bulk_create(ItemTopic(item=item, topic=topic, position=at) for at, topic in enumerate(topics))
    path = f"/admin/curation/curateditem/{item.pk}/change/"
    client = client_for(path)
    get(client, path)
    return FormCost([get(client, path) for _ in range(ROUNDS)], loaded_files(client, path))


def loaded_files(client: Client, path: str) -> dict[str, int]:
    """Return the compressed bytes of each file that a page loads, with what its scripts and styles import."""
    waiting = [unescape(url) for url in _FILE.findall(client.get(path).content.decode()) if _kind(unescape(url))]
    sizes: dict[str, int] = {}
    while waiting:
        url = waiting.pop()
        if url not in sizes:
            body = _read(client, url)
            sizes[url] = len(gzip.compress(body, 9))
            if _kind(url) in ("js", "css"):
                waiting += (normpath(join(dirname(url), found)) for found in _IMPORTED.findall(body.decode()))
    return sizes


def _kind(url: str) -> str:
    """Return the type of a file by its address: `js`, `css`, `svg`; "" for another address."""
    ending = url.partition("?")[0].rpartition(".")[2]
    return ending if ending in ("js", "css", "svg") else ""


def _read(client: Client, url: str) -> bytes:
    if url.startswith(settings.STATIC_URL):
        found = finders.find(unquote(url.removeprefix(settings.STATIC_URL)))
        return Path(str(found)).read_bytes()
    return bytes(client.get(url).content)
