"""What takes long to make is kept in Django's cache, until the content changes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic, time
from typing import TypeVar

from django.core.cache import cache

from curation.models import ContentVersion, CuratedItem
from curation.release import release

log = logging.getLogger(__name__)
#: Nothing is kept for longer, in seconds.
LONGEST = 3600
#: After a fault the cache is left alone for so many seconds, lest every reader waits for it.
PAUSE = 5.0

Result = TypeVar("Result")


class SafeCache:
    """Django's cache, whose faults are nobody's: what it cannot give is made again."""

    def __init__(self) -> None:
        self.paused_until = 0.0

    def get(self, key: str) -> object:
        return self._without_fault(lambda: cache.get(key))

    def set(self, key: str, value: object) -> None:
        self._without_fault(lambda: cache.set(key, value, LONGEST))

    def _without_fault(self, call: Callable[[], Result]) -> Result | None:
        """Return what a call of the cache returns; nothing where it fails, or has failed just now."""
        if monotonic() < self.paused_until:
            return None
        try:
            return call()
        except Exception:  # each cache has its own, and everything can be made without any
            log.exception("Nothing is kept for a while, since the cache does not answer")
            self.paused_until = monotonic() + PAUSE
            return None


_cache = SafeCache()


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that is right at one version of the content, until the next scheduled item is due (a Unix time)."""

    version: str
    expires: float
    value: object


def kept(name: str, make: Callable[[], Result]) -> Result:
    """Return what `make` returns: kept from before, if it is still right. `name` stands for all that it follows from
    besides the content.
    """
    version = ContentVersion.current()
    if version is None:
        return make()
    key = f"{release()}:{name}"
    found = _cache.get(key)
    if isinstance(found, Kept) and found.version == version and time() < found.expires:
        return found.value  # type: ignore[return-value]  # what was kept under this name
    due = CuratedItem.objects.next_due()
    value = make()
    _cache.set(key, Kept(version, due.timestamp() if due else inf, value))
    return value
