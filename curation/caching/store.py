"""Where pages are kept: Django's cache. Whatever happens to it, the site is only slower."""

from __future__ import annotations

from curation.caching.pages import Page
from curation.kept import SafeCache


class PageStore:
    """Pages by key, and by the encoding that readers ask for."""

    def __init__(self) -> None:
        self.cache = SafeCache()

    def find(self, key: str, encoding: str, version: str) -> Page | None:
        """Return a page if it is right at a version of the content; compressed now, where it was not yet."""
        page = self._page(key + encoding)
        if page and page.is_right(version):
            return page
        plain = self._page(key) if encoding else None
        return self._compressed(key, encoding, plain) if plain and plain.is_right(version) else None

    def keep(self, key: str, encoding: str, page: Page) -> Page:
        """Keep a page, and return it compressed."""
        self.cache.set(key, page)
        return self._compressed(key, encoding, page)

    def _compressed(self, key: str, encoding: str, plain: Page) -> Page:
        page = plain.encoded(encoding)
        if encoding:
            self.cache.set(key + encoding, page)
        return page

    def _page(self, key: str) -> Page | None:
        page = self.cache.get(key)
        return page if isinstance(page, Page) else None
