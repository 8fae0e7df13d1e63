"""Middleware of log-ins: one at a time, 503 for those that wait too long, and a cookie for browsers that succeed."""

from collections.abc import Callable
from http import HTTPStatus
from time import sleep

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from curation.lib.turns import NoTurn, Turns
from curation.passwords.attempts import forget_attempt, username_of
from curation.passwords.hashing import RETRY_AFTER_SECONDS, HashingBusy
from curation.passwords.known_browsers import remember

from .error_pages import HASHING_BUSY, error_page

#: Threads that wait for the log-in of another one, and the seconds that each waits; the rest of them answer readers.
log_ins = Turns(max_waiting=8, seconds=10.0)
#: Seconds after a log-in that was refused, before the next one: who sends them without a pause costs readers little.
REFUSAL_SECONDS = 0.05
REFUSED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class PasswordHashingMiddleware:
    """Answer log-ins one after another, and `HashingBusy` with a page that says when to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or request.path != reverse("admin:login"):
            return self.get_response(request)
        try:
            with log_ins.turn():
                return self._log_in(request)
        except NoTurn:
            return busy(request)

    def _log_in(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code in REFUSED:
            sleep(REFUSAL_SECONDS)
        elif request.user.is_authenticated:
            name = username_of(request, {"username": request.user.get_username()})
            remember(response, name, reverse("admin:index"))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer `HashingBusy`. The attempt is not counted."""
        if not isinstance(exception, HashingBusy):
            return None
        forget_attempt(request)
        return busy(request)


def busy(request: HttpRequest) -> HttpResponse:
    response = error_page(request, HASHING_BUSY)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
