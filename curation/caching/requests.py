"""What of a request decides which page answers it: nothing else may reach a page that others get."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from curation.caching.release import release
from curation.filters import NewsFilter
from curation.links import TRACKING_PARAMETERS

#: The parameters that pages know. A request with any other is answered, but its answer is not kept.
PARAMETERS = frozenset({"page", "after", "limit", "fields", *NewsFilter.base_filters})
LONGEST_QUERY = 1_000
#: The headers by which htmx asks for part of a page, and their names in WSGI; a view that heeds one says so by `Vary`.
PARTIAL = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in ("HX-Request", "HX-History-Restore-Request")}
#: Where nothing is kept: the admin, and files, which have rules of their own.
APART = ("/admin/", settings.STATIC_URL, settings.MEDIA_URL)
PERSONAL_COOKIES = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
#: What a page can be compressed with, the best first.
ENCODINGS = ("br", "gzip")


def page_key(request: HttpRequest) -> str | None:
    """Return the key of the page that a request asks for, or `None` where the answer is not to be kept.

    The parameters by which others follow readers are taken out of the request: no view sees what is not in the key.
    """
    query = _known(request.META.get("QUERY_STRING", ""))
    if query is None or request.method not in ("GET", "HEAD") or request.path.startswith(APART) or is_personal(request):
        return None
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    request.META["QUERY_STRING"] = "&".join(pair for _name, pair in query)
    partial = [bool(request.META.get(name)) for name in PARTIAL.values()]
    parts = (release(), request.scheme, host, request.path, sorted(query, key=itemgetter(0)), partial)
    return blake2b(repr(parts).encode(), digest_size=20).hexdigest()


def is_personal(request: HttpRequest) -> bool:
    """Whether a request says who makes it, or carries messages for them."""
    if "HTTP_COOKIE" not in request.META:
        return "HTTP_AUTHORIZATION" in request.META
    return "HTTP_AUTHORIZATION" in request.META or not PERSONAL_COOKIES.isdisjoint(request.COOKIES)


def _known(query: str) -> list[tuple[str, str]] | None:
    """Return the names of a query's parameters, each with its pair as written; `None` where one is unknown.

    Those that say where a reader came from are left out.
    """
    if len(query) > LONGEST_QUERY:
        return None
    named = [(unquote_plus(pair.partition("=")[0]), pair) for pair in query.split("&") if pair]
    named = [(name, pair) for name, pair in named if not TRACKING_PARAMETERS.match(name)]
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
