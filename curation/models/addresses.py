"""Where pages are. A page prints a hundred addresses, so they are looked up once, or put together."""

from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import reverse

#: What a path may have as it is, beside letters and digits (RFC 3986).
PLAIN = "!$&'()*+,;=:@~"


@lru_cache(maxsize=5_000)
def address(name: str, key: str) -> str:
    """Return `reverse(name, args=[key])`, for a page with one key in its address and an end after it."""
    before, after = _around(name)
    return f"{before}{quote(key, PLAIN)}{after}"


@cache
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=["0"]).rpartition("0")
    return before, after


@lru_cache(maxsize=1_000)
def url(name: str, *args: object) -> str:
    """Return `reverse(name, args=args)`, for pages that are led to again and again."""
    return reverse(name, args=args)
