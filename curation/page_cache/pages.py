"""A cached page: rendered once for all readers, and answered to each request in its encoding."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, replace
from hashlib import blake2b
from http import HTTPStatus
from time import time

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, get_max_age, patch_vary_headers
from django.utils.http import parse_http_date_safe

from .requests import HTMX_HEADERS

#: Redirects follow from the content, too. Errors are never cached.
CACHED_STATUSES = (HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND)
#: Maximum age of a cached page.
MAX_AGE_SECONDS = 3600
#: Time after which a page is not shown any more, even if the database fails; a CDN that cannot reach the site may show
#: it as long.
STALE_IF_ERROR = 24 * 3600
#: Headers that the cache key has. A response that varies by any other header is not cached.
VARY = {"accept-encoding", *(name.lower() for name in HTMX_HEADERS)}
COMPRESSED_TYPES = (
    *("text/", "application/json", "application/feed+json", "application/xml", "application/rss+xml"),
    "application/atom+xml",
)
#: The request headers of conditional requests, by their names in WSGI.
CONDITIONAL_HEADERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
CACHE_CONTROL, CONTENT_ENCODING, ETAG = "Cache-Control", "Content-Encoding", "ETag"
#: In bytes. Compression does not make smaller bodies smaller.
MIN_COMPRESSED_SIZE = 500


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page that is fresh at one version of the content, from its making until it expires (two Unix times)."""

    version: str
    made: float
    expires: float
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def encoding(self) -> str:
        """The encoding of the body: one of `ENCODINGS`, or "" for none."""
        return self.headers.get(CONTENT_ENCODING, "")

    def is_fresh(self, version: str) -> bool:
        """Whether the page is right at a version of the content.

        A page from the future is not: it was made while the clock was ahead, and may show items that are not due.
        """
        return self.version == version and self.made <= time() < self.expires

    def is_usable(self) -> bool:
        """Whether the page is young enough to be shown while the database fails."""
        return self.made <= time() < self.made + STALE_IF_ERROR

    def encoded(self, encoding: str) -> CachedPage:
        """Return the page compressed by "br" or "gzip", or as it is where that would gain nothing; "" decompresses."""
        if encoding == self.encoding:
            return self
        if self.encoding:
            return self._decompressed().encoded(encoding)
        is_text = self.headers.get("Content-Type", "").startswith(COMPRESSED_TYPES)
        if not is_text or len(self.body) < MIN_COMPRESSED_SIZE:
            return self
        body = brotli.compress(self.body, quality=5) if encoding == "br" else gzip.compress(self.body, 6, mtime=0)
        return replace(self, body=body, headers={**self.headers, CONTENT_ENCODING: encoding})

    def _decompressed(self) -> CachedPage:
        body = brotli.decompress(self.body) if self.encoding == "br" else gzip.decompress(self.body)
        headers = {name: value for name, value in self.headers.items() if name != CONTENT_ENCODING}
        return replace(self, body=body, headers=headers)

    def dump(self) -> bytes:
        """Return the page as a line of JSON, followed by the body."""
        header = [self.version, self.made, self.expires, self.status, self.headers]
        return json.dumps(header).encode() + b"\n" + self.body

    @classmethod
    def load(cls, dumped: object) -> CachedPage | None:
        """Return the page of `dump()`, `None` for anything else."""
        if not isinstance(dumped, bytes):
            return None
        header, _, body = dumped.partition(b"\n")
        try:
            version, made, expires, status, headers = json.loads(header)
        except (TypeError, ValueError):
            return None
        return cls(version, made, expires, status, headers, body)

    def response_to(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page as a response, or a 304 to a conditional request for the same page."""
        return self._response(request, {CACHE_CONTROL: _cache_control(int(self.expires - time())), **self.headers})

    def stale_response_to(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page as a response while the database fails: `Age`, and a mark that it may be out of date.

        Its negative `ttl` (RFC 9211) says that it is stale. No cache may answer with it without asking again.
        """
        age = int(time() - self.made)
        marks = {
            "Age": str(age),
            CACHE_CONTROL: f"public, max-age=0, s-maxage=0, stale-if-error={STALE_IF_ERROR - age}",
            "Cache-Status": f"medigy; hit; ttl={min(-1, int(self.expires - time()))}",
        }
        return self._response(request, {**self.headers, **marks})

    def _response(self, request: HttpRequest, headers: dict[str, str]) -> HttpResponseBase:
        headers = {**headers, "Content-Length": str(len(self.body))}
        return not_modified_or(request, HttpResponse(self.body, status=self.status, headers=headers))


def page_to_cache(response: HttpResponseBase, version: str, made: float, expires: float) -> CachedPage | None:
    """Return a response as a page to cache; `None` where it is private or its view forbids caching."""
    if not isinstance(response, HttpResponse) or not _is_public(response):
        return None
    patch_vary_headers(response, ["Accept-Encoding"])
    headers = dict(response.items())
    if response.status_code == HTTPStatus.OK:
        headers[ETAG] = _weak_etag(response)
    max_age = min(MAX_AGE_SECONDS, get_max_age(response) or MAX_AGE_SECONDS)
    return CachedPage(version, made, min(expires, made + max_age), response.status_code, headers, response.content)


def not_modified_or(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a response, or a 304 to a conditional request whose client has the same already."""
    if not any(name in request.META for name in CONDITIONAL_HEADERS):
        return response
    etag, modified = response.get(ETAG), response.get("Last-Modified")
    seconds = modified and parse_http_date_safe(modified)
    return get_conditional_response(request, etag, seconds, response) or response  # type: ignore[arg-type]  # any kind


def _is_public(response: HttpResponse) -> bool:
    control, vary = (response.get(name, "").lower() for name in (CACHE_CONTROL, "Vary"))
    return (
        response.status_code in CACHED_STATUSES
        and not response.cookies
        and CONTENT_ENCODING not in response
        and not any(word in control for word in ("private", "no-store", "no-cache"))
        and {name.strip() for name in vary.split(",") if name} <= VARY
    )


def _weak_etag(response: HttpResponse) -> str:
    """Return the ETag that the view set, else a digest of the body; weak, since all encodings of the page share it."""
    own = response.get(ETAG) or f'"{blake2b(response.content, digest_size=12).hexdigest()}"'
    return own if own.startswith("W/") else f"W/{own}"


def _cache_control(seconds: int) -> str:
    """Return the `Cache-Control` of a page that is fresh for `seconds` more, unless its content changes.

    Browsers revalidate each time. A CDN may serve its copy for `CDN_SECONDS`, but never after the page expires.
    """
    fresh = min(settings.CDN_SECONDS, seconds)
    stale = min(settings.CDN_SECONDS, seconds - fresh)
    return f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={stale}, stale-if-error={STALE_IF_ERROR}"
