"""A memo in each process for values that are costly to make: a value is fresh until the content changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import time
from typing import TypeVar

from django.conf import settings

from curation.models import ContentVersion

from .memory_size import memory_size
from .next_due import next_due

MAX_ENTRIES = 2_000
MAX_BYTES = 32 * 1024 * 1024

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class MemoEntry:
    """A value that is fresh at one version of the content, from its making until it expires (two Unix times).

    Its size is in bytes.
    """

    version: str
    made: float
    expires: float
    value: object
    size: int


class Memo:
    """Entries by key, at most `max_entries` of them and `max_bytes` in all; the least recently used are dropped first.

    Threads may share it. Of two that miss the same key at once, each makes the value.
    """

    # The caches of functools and cachetools bound either the number of entries or their size.
    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self.max_entries, self.max_bytes = max_entries, max_bytes
        self.bytes = 0
        self._entries: OrderedDict[str, MemoEntry] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str, version: str) -> MemoEntry | None:
        """Return the entry of a key if it is fresh at a version of the content, now."""
        with self._lock:
            entry = self._entries.get(key)
            # A value from the future was made while the clock was ahead.
            if entry is None or entry.version != version or not entry.made <= time() < entry.expires:
                return None
            self._entries.move_to_end(key)
            return entry

    def put(self, key: str, entry: MemoEntry) -> None:
        """Store an entry, unless it is larger than the whole memo may be."""
        with self._lock:
            self._drop(key)
            if entry.size > self.max_bytes:
                return
            self._entries[key] = entry
            self.bytes += entry.size
            while len(self._entries) > self.max_entries or self.bytes > self.max_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        if entry := self._entries.pop(key, None):
            self.bytes -= entry.size


_memo = Memo(MAX_ENTRIES, MAX_BYTES)
_version: ContextVar[str | None] = ContextVar("version", default=None)


@contextmanager
def at_version(version: str) -> Iterator[None]:
    """Use one content version for all memoised values in the block.

    A page that is cached for a version must not contain a value of a later one.
    """
    token = _version.set(version)
    try:
        yield
    finally:
        _version.reset(token)


def memoised(key: str, make: Callable[[], Result]) -> Result:
    """Return the value of `make()`, from the memo where it is still fresh.

    `key` must identify every input of `make` besides the content. Callers share the value and must not change it.
    """
    # While developing, templates change without a new version.
    version = None if settings.DEBUG else _version.get() or ContentVersion.current()
    if version is None:
        return make()
    if entry := _memo.get(key, version):
        return entry.value  # type: ignore[return-value]  # `make` made it
    expires = next_due(version)  # before the value: an item that comes due meanwhile makes it out of date
    made = time()
    value = make()
    _memo.put(key, MemoEntry(version, made, expires, value, memory_size(value, MAX_BYTES)))
    return value
