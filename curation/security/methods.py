"""The methods of requests. Pages, feeds, files and unknown addresses are for reading; only the admin has forms."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase

from curation.admin_site.error_pages import ErrorPage, is_admin

from .refusals import refuse

READING = ("GET", "HEAD")
WITH_FORMS = (*READING, "POST")


class MethodMiddleware:
    """Refuse all other methods than those of `allowed_methods()`, before anything reads the body of the request.

    It follows `ApiMiddleware`, which answers for the API.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        allowed = allowed_methods(request)
        if request.method in allowed:
            return self.get_response(request)
        explanation = f"This address takes {' and '.join(allowed)} alone. Nothing was read or changed."
        response = refuse(
            request, ErrorPage(HTTPStatus.METHOD_NOT_ALLOWED, "This page takes no such request", explanation)
        )
        response["Allow"] = ", ".join(allowed)
        return response


def allowed_methods(request: HttpRequest) -> tuple[str, ...]:
    """Return the methods that the address of a request may take. A view may take fewer."""
    return WITH_FORMS if is_admin(request) else READING
