"""Where pages are kept: Django's cache. Whatever happens to it, the site is only slower."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from django.core.cache import cache

from curation.caching.pages import LONGEST, Page

log = logging.getLogger(__name__)
#: After a fault the cache is left alone for so many seconds, lest every reader waits for it.
PAUSE = 5.0

Result = TypeVar("Result")


class PageStore:
    """Pages by key, and by the encoding that readers ask for."""

    def __init__(self) -> None:
        self.paused_until = 0.0

    def find(self, key: str, encoding: str, version: str) -> Page | None:
        """Return a page if it is right at a version of the content; compressed now, where it was not yet."""
        page = self._get(key + encoding)
        if page and page.is_right(version):
            return page
        plain = self._get(key) if encoding else None
        return self._compressed(key, encoding, plain) if plain and plain.is_right(version) else None

    def keep(self, key: str, encoding: str, page: Page) -> Page:
        """Keep a page, and return it compressed."""
        self._set(key, page)
        return self._compressed(key, encoding, page)

    def _compressed(self, key: str, encoding: str, plain: Page) -> Page:
        page = plain.encoded(encoding)
        if encoding:
            self._set(key + encoding, page)
        return page

    def _get(self, key: str) -> Page | None:
        page = self._without_fault(lambda: cache.get(key))
        return page if isinstance(page, Page) else None

    def _set(self, key: str, page: Page) -> None:
        self._without_fault(lambda: cache.set(key, page, LONGEST))

    def _without_fault(self, call: Callable[[], Result]) -> Result | None:
        """Return what a call of the cache returns; nothing where it fails, or has failed just now."""
        if monotonic() < self.paused_until:
            return None
        try:
            return call()
        except Exception:  # each cache has its own, and a page can be made without any
            log.exception("Pages are not kept for a while, since the cache does not answer")
            self.paused_until = monotonic() + PAUSE
            return None
