"""Rate limits of what costs most per request: searches, suggestions and the API, for each network of clients."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from curation.accounts.second_factor import is_editor
from curation.admin_site.error_pages import ErrorPage
from curation.api.problems import is_api
from curation.lib.circuit_breaker import CircuitBreaker
from curation.lib.client_address import client_network
from curation.listing.query import WORDS_NAMES

from .refusals import refuse

log = logging.getLogger(__name__)
WINDOW_SECONDS = 60
#: Seconds for which nothing is counted after a failure of the cache, so that not every search waits for it.
PAUSE_SECONDS = 5.0


class RateLimitMiddleware:
    """Answer with 429 to a client that asks too often within a minute. Staff may ask as often as they like.

    It follows the page cache, whose answers are not counted, and the middleware of sessions and users. Where the cache
    that counts fails, there is no limit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.breaker = CircuitBreaker(PAUSE_SECONDS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        kind = kind_of(request)
        limit = settings.RATE_LIMITS[kind] if kind else 0
        if not limit or (settings.SESSION_COOKIE_NAME in request.COOKIES and is_editor(request)):
            return self.get_response(request)
        window, passed = divmod(int(time()), WINDOW_SECONDS)
        if self._count(f"rate:{kind}:{client_network(request)}:{window}") <= limit:
            return self.get_response(request)
        seconds = WINDOW_SECONDS - passed
        explanation = f"More than {limit} requests a minute came from your network address. Try again in {seconds} s."
        response = refuse(request, ErrorPage(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", explanation))
        response["Retry-After"] = str(seconds)
        return response

    def _count(self, key: str) -> int:
        """Count a request, and return the number of those with its key; 0 where the cache fails."""
        if not self.breaker.allows_call():
            return 0
        try:
            number = 1 if cache.add(key, 1, WINDOW_SECONDS) else cache.incr(key)
        except Exception:  # each cache backend raises its own exceptions
            log.exception("The cache does not answer; requests are not counted for %s seconds", PAUSE_SECONDS)
            self.breaker.record_failure()
            return 0
        self.breaker.record_success()
        return number


def kind_of(request: HttpRequest) -> str:
    """Return which of `RATE_LIMITS` a request counts for; "" for none."""
    if is_api(request):
        return "api"
    if request.path_info == reverse("suggest"):
        return "suggestions"
    is_search = request.path_info.startswith(reverse("search"))
    return "search" if is_search or WORDS_NAMES["news"] in request.GET else ""
