"""The size of the bodies of requests, which is limited before anything parses them.

Django stores the files of a form on disk before it looks at permissions, so a long body needs a session of staff.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from curation.accounts.second_factor import is_editor
from curation.admin_site.error_pages import DATABASE_ERROR, ErrorPage
from curation.db.availability import DATABASE_FAILURES

from .refusals import refuse

TOO_LARGE = ErrorPage(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "That is too large",
    f"At most {settings.MAX_UPLOAD_BYTES // 1_000_000} MB can be sent at once. Nothing was read or changed. Go back, "
    "and send it in parts.",
)
LOGGED_OUT = ErrorPage(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "Log in before you send this",
    "You are not logged in, or your second factor is missing, and this is too large to be kept meanwhile. Nothing was "
    "read or changed. Log in in another tab, then go back in this one and send it again.",
)
WITHOUT_LENGTH = ErrorPage(
    HTTPStatus.LENGTH_REQUIRED,
    "The size of this request is missing",
    "Its body came in chunks. Send it with a Content-Length, as browsers do. Nothing was read or changed.",
)


class BodyLimitMiddleware:
    """Refuse bodies that are too long, by their `Content-Length`, and those without one.

    It follows the middleware of sessions and users, and precedes all that reads forms. The server reads no more of a
    body than its `Content-Length`, so nothing needs to count.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refusal = _refusal(request)
        return refuse(request, refusal) if refusal else self.get_response(request)


def _refusal(request: HttpRequest) -> ErrorPage | None:
    """Return why a body is refused; `None` if it may be read. Looks up the session of long bodies alone."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return WITHOUT_LENGTH
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isascii() and length.isdecimal() else 0  # Django reads nothing of the others
    if size <= settings.MAX_ANONYMOUS_BODY_BYTES:
        return None
    if size > settings.MAX_UPLOAD_BYTES:
        return TOO_LARGE
    try:
        return None if is_editor(request) else LOGGED_OUT
    except DATABASE_FAILURES:
        return DATABASE_ERROR
