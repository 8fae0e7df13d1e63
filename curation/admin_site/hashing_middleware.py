"""Middleware: 503 for requests whose password waits too long for others (`curation.passwords.hashing`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from curation.passwords.attempts import forget_attempt
from curation.passwords.hashing import RETRY_AFTER_SECONDS, HashingBusy

from .error_pages import HASHING_BUSY, error_page


class PasswordHashingMiddleware:
    """Answer `HashingBusy` with a page that says when to try again. The attempt is not counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, HashingBusy):
            return None
        forget_attempt(request)
        response = error_page(request, HASHING_BUSY)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
