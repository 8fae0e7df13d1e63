"""The cache key of a request: every part of it that may change the page."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest

from curation.lib.web_urls import is_tracking
from curation.listing.query import PARAMETERS as QUERY_PARAMETERS
from curation.search.facets import OTHER_NAMES

from .release import release

#: The parameter of a page of a feed or an answer of the API after the first: any number is a valid one.
CURSOR = "after"
#: The parameters of pages that are cached. The answer to a request with any other is not, such as a search's `q`.
PARAMETERS = frozenset({"page", CURSOR, "limit", "fields", *QUERY_PARAMETERS, *OTHER_NAMES})
MAX_QUERY_LENGTH = 1_000
#: The request headers of htmx, and their names in WSGI. A view that reads one must set `Vary`.
HTMX_HEADERS = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in ("HX-Request", "HX-History-Restore-Request")}
#: Paths that are never cached: the admin, and files, which have rules of their own.
UNCACHED_PATHS = ("/admin/", settings.STATIC_URL, settings.MEDIA_URL)
PERSONAL_COOKIES = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
#: The content encodings that pages are compressed by, the best first.
ENCODINGS = ("br", "gzip")


def cache_key(request: HttpRequest) -> str | None:
    """Return the cache key of a request, or `None` where the answer must not be cached.

    Removes tracking parameters (`utm_source`) from the request, so that no view sees anything that is not in the key.
    """
    query = _parameters(request.META.get("QUERY_STRING", ""))
    if (
        query is None
        or request.method not in ("GET", "HEAD")
        or request.path.startswith(UNCACHED_PATHS)
        or is_personal(request)
    ):
        return None
    request.META["QUERY_STRING"] = "&".join(pair for _name, pair in query)
    htmx = [bool(request.META.get(name)) for name in HTMX_HEADERS.values()]
    parts = (release(), settings.SITE_URL, request.scheme, request.path, sorted(query, key=itemgetter(0)), htmx)
    return blake2b(repr(parts).encode(), digest_size=20).hexdigest()


def has_cursor(request: HttpRequest) -> bool:
    """Whether a request is for a page after a cursor. Such pages are never stored."""
    return CURSOR in request.GET


def is_personal(request: HttpRequest) -> bool:
    """Whether a request carries credentials, or messages for its user."""
    if "HTTP_COOKIE" not in request.META:
        return "HTTP_AUTHORIZATION" in request.META
    return "HTTP_AUTHORIZATION" in request.META or not PERSONAL_COOKIES.isdisjoint(request.COOKIES)


def _parameters(query: str) -> list[tuple[str, str]] | None:
    """Return the name of each parameter with its pair as written, without tracking parameters.

    Returns `None` where one is unknown, or the query is too long.
    """
    if len(query) > MAX_QUERY_LENGTH:
        return None
    named = [(unquote_plus(pair.partition("=")[0]), pair) for pair in query.split("&") if pair]
    named = [(name, pair) for name, pair in named if not is_tracking(name)]
    if any(name not in PARAMETERS for name, _ in named):
        return None
    return named


@lru_cache(maxsize=256)
def best_encoding(accepted: str) -> str:
    """Return the best of `ENCODINGS` that an `Accept-Encoding` header allows, "" for none.

    >>> best_encoding("gzip, deflate, br;q=0")
    'gzip'
    """
    allowed = {
        name.strip().lower()
        for name, _, quality in (part.partition(";") for part in accepted.split(","))
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    }
    return next((encoding for encoding in ENCODINGS if encoding in allowed), "")
