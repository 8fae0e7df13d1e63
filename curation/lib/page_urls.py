"""URL paths of pages, cached: a page prints a hundred of them."""

from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import reverse

#: Characters that are not percent-encoded in a path, beside letters and digits (RFC 3986, 3.3).
SAFE_CHARACTERS = "!$&'()*+,;=:@~"


@lru_cache(maxsize=5_000)
def address(name: str, key: str) -> str:
    """Return `reverse(name, args=[key])`, for a route with one argument."""
    before, after = _split_route(name)
    return f"{before}{quote(key, SAFE_CHARACTERS)}{after}"


@cache
def _split_route(name: str) -> tuple[str, str]:
    """Return the path of a route before and after its argument."""
    before, _, after = reverse(name, args=["0"]).rpartition("0")
    return before, after


@lru_cache(maxsize=1_000)
def url(name: str, *args: object) -> str:
    """Return `reverse(name, args=args)`, cached, for pages that are linked often."""
    return reverse(name, args=args)
