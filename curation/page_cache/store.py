"""The store of cached pages, in Django's cache. If the cache fails, each page is rendered for each request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TypeVar

from django.core.cache import cache

from curation.lib.circuit_breaker import CircuitBreaker

from .pages import STALE_IF_ERROR, CachedPage
from .requests import ENCODINGS

log = logging.getLogger(__name__)
#: Seconds for which the store is not used after a failure, so that not every reader waits for it.
PAUSE_SECONDS = 5.0
#: Seconds after which an answer of the cache counts as a failure: rendering most pages takes less.
SLOW_SECONDS = 0.25
#: A page above this size, as stored, is not stored: a few of them would leave no room for others.
MAX_PAGE_BYTES = 256 * 1024
#: Seconds in which a request must come again, so that its page is stored.
REPEAT_SECONDS = 600

Result = TypeVar("Result")


class PageStore:
    """Cached pages by key and encoding. A page is stored in the encodings that readers asked for."""

    def __init__(self) -> None:
        self.breaker = CircuitBreaker(PAUSE_SECONDS)

    def find(self, key: str, encoding: str, version: str) -> CachedPage | None:
        """Return the page of a key in an encoding ("" for none), if it is fresh at a version of the content."""
        page = CachedPage.load(self._call(lambda: cache.get(key + encoding)))
        if page and page.is_fresh(version):
            return page
        other = next((page for page in self._in_other_encodings(key, encoding) if page.is_fresh(version)), None)
        if other is None:
            return None
        page = other.encoded(encoding)
        if page.encoding and page is not other:  # compressing takes long, decompressing does not
            self._set(key, page)
        return page

    def find_stale(self, key: str, encoding: str) -> CachedPage | None:
        """Return the last page of a key, at any version of the content, for use while the database fails."""
        own = CachedPage.load(self._call(lambda: cache.get(key + encoding)))
        found = [page for page in (own, *self._in_other_encodings(key, encoding)) if page and page.is_usable()]
        return max(found, key=lambda page: page.made).encoded(encoding) if found else None

    def put(self, key: str, page: CachedPage) -> None:
        """Store a page, compressed if it is too large otherwise."""
        self._set(key, page if len(page.body) <= MAX_PAGE_BYTES else page.encoded("gzip"))

    def is_repeated(self, key: str) -> bool:
        """Whether the page of a key was asked for before, in the last `REPEAT_SECONDS`."""
        return self._call(lambda: cache.add(f"{key}?", 1, REPEAT_SECONDS)) is False

    def _in_other_encodings(self, key: str, encoding: str) -> Iterator[CachedPage]:
        keys = [key + other for other in ("", *ENCODINGS) if other != encoding]
        found = self._call(lambda: cache.get_many(keys)) or {}
        return filter(None, map(CachedPage.load, found.values()))

    def _set(self, key: str, page: CachedPage) -> None:
        if len(page.body) <= MAX_PAGE_BYTES:
            self._call(lambda: cache.set(key + page.encoding, page.dump(), STALE_IF_ERROR))

    def _call(self, call: Callable[[], Result]) -> Result | None:
        """Return the result of a call of the cache; `None` where it fails, and for `PAUSE_SECONDS` afterwards."""
        if not self.breaker.allows_call():
            return None
        start = monotonic()
        try:
            result = call()
        except Exception:  # each cache backend raises its own exceptions
            log.exception("The page cache does not answer; it is not used for %s seconds", PAUSE_SECONDS)
            self.breaker.record_failure()
            return None
        if monotonic() - start > SLOW_SECONDS:
            log.warning("The page cache is slow; it is not used for %s seconds", PAUSE_SECONDS)
            self.breaker.record_failure()
        else:
            self.breaker.record_success()
        return result
