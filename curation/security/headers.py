"""The security headers of every response: pages, files, errors, redirects, and answers of other middleware."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

#: With `DEBUG`, Django answers these with pages of its own, which have inline styles and scripts.
DEBUG_PAGES = {HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}


class SecurityHeadersMiddleware:
    """Set each of `SECURITY_HEADERS` that a response lacks. The outermost middleware.

    Those that Django sets itself come from its own middleware, which follows this one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in DEBUG_PAGES):
            for name, value in settings.SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
        return response
