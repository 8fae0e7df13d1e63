"""A page as it is kept: made once for all readers, and answered to each as they ask."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from hashlib import blake2b
from http import HTTPStatus
from time import time

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, get_max_age, patch_vary_headers
from django.utils.http import parse_http_date_safe

from curation.caching.requests import PARTIAL

#: Redirects follow from the content, too. What is missing or has failed is looked for again each time.
KEPT = (HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND)
#: No page is kept for longer, in seconds.
LONGEST = 3600
#: For so many seconds, a CDN that does not reach the site may show what it has.
STALE_IF_ERROR = 24 * 3600
#: What pages are kept apart by.
VARY = {"accept-encoding", *(name.lower() for name in PARTIAL)}
COMPRESSED = (
    *("text/", "application/json", "application/feed+json", "application/xml", "application/rss+xml"),
    "application/atom+xml",
)
#: In bytes; less does not gain by it.
WORTH_COMPRESSING = 500


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is right at one version of the content, until it expires (a Unix time)."""

    version: str
    expires: float
    status: int
    headers: dict[str, str]
    body: bytes

    def is_right(self, version: str) -> bool:
        return self.version == version and time() < self.expires

    def encoded(self, encoding: str) -> Page:
        """Return the page compressed, if it gains by that."""
        is_text = self.headers.get("Content-Type", "").startswith(COMPRESSED)
        if not encoding or not is_text or len(self.body) < WORTH_COMPRESSING or "Content-Encoding" in self.headers:
            return self
        body = brotli.compress(self.body, quality=5) if encoding == "br" else gzip.compress(self.body, 6, mtime=0)
        return replace(self, body=body, headers={**self.headers, "Content-Encoding": encoding})

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page, or only that it is the same for who has it already."""
        headers = {
            "Cache-Control": _shared_for(int(self.expires - time())),
            **self.headers,
            "Content-Length": str(len(self.body)),
        }
        return unless_same(request, HttpResponse(self.body, status=self.status, headers=headers))


def page_of(response: HttpResponseBase, version: str, expires: float) -> Page | None:
    """Return a response as a page to keep; `None` where it is for one reader, or says that it is not to be kept."""
    if not isinstance(response, HttpResponse) or not _is_for_all(response):
        return None
    patch_vary_headers(response, ["Accept-Encoding"])
    headers = dict(response.items())
    if response.status_code == HTTPStatus.OK:
        headers["ETag"] = _weak_etag(response)
    longest = min(LONGEST, get_max_age(response) or LONGEST)
    return Page(version, min(expires, time() + longest), response.status_code, headers, response.content)


def unless_same(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a response, or a 304 where the reader has the same already."""
    if "HTTP_IF_NONE_MATCH" not in request.META and "HTTP_IF_MODIFIED_SINCE" not in request.META:
        return response
    etag, modified = response.get("ETag"), parse_http_date_safe(response.get("Last-Modified", ""))
    return get_conditional_response(request, etag, modified, response) or response  # type: ignore[arg-type]  # any kind


def _is_for_all(response: HttpResponse) -> bool:
    control, vary = (response.get(name, "").lower() for name in ("Cache-Control", "Vary"))
    return (
        response.status_code in KEPT
        and not response.cookies
        and not any(word in control for word in ("private", "no-store", "no-cache"))
        and {name.strip() for name in vary.split(",") if name} <= VARY
    )


def _weak_etag(response: HttpResponse) -> str:
    """Return the ETag of the page: of its own making, or of its bytes. Weak, as it stands for each encoding of them."""
    own = response.get("ETag") or f'"{blake2b(response.content, digest_size=12).hexdigest()}"'
    return own if own.startswith("W/") else f"W/{own}"


def _shared_for(seconds: int) -> str:
    """Return the `Cache-Control` of a page that is right for some more seconds, unless its content changes.

    Browsers ask each time. A CDN may answer by itself, but never beyond what the page is right for.
    """
    fresh = min(settings.CDN_SECONDS, seconds)
    stale = min(settings.CDN_SECONDS, seconds - fresh)
    return f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={stale}, stale-if-error={STALE_IF_ERROR}"
