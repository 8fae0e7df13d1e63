"""The store of cached pages, in Django's cache. If the cache fails, each page is rendered for each request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from django.core.cache import cache

from .pages import MAX_AGE_SECONDS, CachedPage

log = logging.getLogger(__name__)
#: Seconds for which the store is not used after a failure, so that not every reader waits for it.
PAUSE_SECONDS = 5.0

Result = TypeVar("Result")


class PageStore:
    """Cached pages by key and encoding."""

    def __init__(self) -> None:
        self.paused_until = 0.0

    def find(self, key: str, encoding: str, version: str) -> CachedPage | None:
        """Return the page of a key in an encoding ("" for none), if it is fresh at a version of the content."""
        page = self._get(key + encoding)
        if page and page.is_fresh(version):
            return page
        plain = self._get(key) if encoding else None
        return self._compressed(key, encoding, plain) if plain and plain.is_fresh(version) else None

    def put(self, key: str, encoding: str, page: CachedPage) -> CachedPage:
        """Store a page, and return it in an encoding."""
        self._set(key, page)
        return self._compressed(key, encoding, page)

    def _compressed(self, key: str, encoding: str, plain: CachedPage) -> CachedPage:
        page = plain.encoded(encoding)
        if encoding:
            self._set(key + encoding, page)
        return page

    def _get(self, key: str) -> CachedPage | None:
        page = self._call(lambda: cache.get(key))
        return page if isinstance(page, CachedPage) else None

    def _set(self, key: str, page: CachedPage) -> None:
        self._call(lambda: cache.set(key, page, MAX_AGE_SECONDS))

    def _call(self, call: Callable[[], Result]) -> Result | None:
        """Return the result of a call of the cache; `None` where it fails, and for `PAUSE_SECONDS` afterwards."""
        if monotonic() < self.paused_until:
            return None
        try:
            return call()
        except Exception:  # each cache backend raises its own exceptions
            log.exception("The page cache does not answer; it is not used for %s seconds", PAUSE_SECONDS)
            self.paused_until = monotonic() + PAUSE_SECONDS
            return None
