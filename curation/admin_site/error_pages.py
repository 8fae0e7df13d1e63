"""Error pages of the admin, which hold what was typed and a button to send it again.

`medigy.urls` names the handlers, the setting `CSRF_FAILURE_VIEW` the last one. For addresses outside the admin, each
answers with the page for readers. Those of the server's own errors need neither the database nor the session, which
may be the reason for the error.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse

from curation.db.availability import DATABASE_FAILURES, time_limit
from curation.importing.failures import is_full, is_read_only
from curation.views import errors

from .change_forms import keep_chosen_files
from .posted_forms import PostedForm

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The texts of a page. `button` is the label of the button that sends the form again, "" for none; `link` the
    address and the text of a link that opens in a new tab.
    """

    status: HTTPStatus
    title: str
    explanation: str
    button: str = ""
    link: tuple[str, str] | None = None


BAD_REQUEST = ErrorPage(
    HTTPStatus.BAD_REQUEST, "This request cannot be read", "It is malformed or too large. Nothing was changed."
)
FORBIDDEN = ErrorPage(
    HTTPStatus.FORBIDDEN,
    "You may not do this",
    "You do not have permission to see this page or to do this. If you should, ask an administrator of this site.",
)
NOT_FOUND = ErrorPage(
    HTTPStatus.NOT_FOUND,
    "There is no such page",
    "Its address is wrong, or the object has been deleted. Nothing was changed.",
)
SERVER_ERROR = ErrorPage(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong here",
    "The error is ours, and it has been logged. This page cannot tell whether anything was saved.",
    "Send it again",
)
DATABASE_ERROR = ErrorPage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The database does not answer",
    "Another change takes long, or the database cannot be reached. Nothing was saved. Try again in a minute.",
    "Send it again",
)
DISK_FULL = ErrorPage(
    HTTPStatus.INSUFFICIENT_STORAGE,
    "The disk of the server is full",
    "Nothing was saved, and nobody can log in or save until there is space. Ask whoever keeps the server to free some; "
    "readers see the site as before.",
    "Send it again",
)
READ_ONLY = ErrorPage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The server cannot write",
    "Its database or its files are read-only, or its disk fails. Nothing was saved. Ask whoever keeps the server; "
    "readers see the site as before.",
    "Send it again",
)
HASHING_BUSY = ErrorPage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too many people log in at once",
    "The server checks other passwords first, and has not looked at yours. Wait some seconds, then try again.",
    "Try again",
)
OUT_OF_DATE = ErrorPage(
    HTTPStatus.FORBIDDEN,
    "This form was out of date",
    "You have logged in or out since you opened it, so it was not accepted. Nothing was saved yet.",
    "Send it again",
)
REFUSED_ORIGIN = ErrorPage(
    HTTPStatus.FORBIDDEN,
    "This form was not accepted",
    "It did not come from a page of this site, or your browser does not say where it came from. Nothing was changed. "
    "Cookies must be allowed for this site.",
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, BAD_REQUEST) if is_admin(request) else errors.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, FORBIDDEN) if is_admin(request) else errors.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, NOT_FOUND) if is_admin(request) else errors.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with 507 for a full disk, with 503 if the database or a disk failed, with 500 for any other exception."""
    if not is_admin(request):
        return errors.server_error(request)
    try:
        # The page asks for the session again: a table that let the request wait must not let its page wait as long.
        with time_limit(settings.PROBE_TIMEOUT_SECONDS):
            page = error_page(request, _page_of(sys.exception()))
        return errors.mark_unavailable(page) if page.status_code == HTTPStatus.SERVICE_UNAVAILABLE else page
    except Exception:  # the template or its static files may be the reason for the error
        log.exception("The error page of the admin cannot be rendered")
        return errors.server_error(request)


def _page_of(error: BaseException | None) -> ErrorPage:
    if error and is_full(error):
        return DISK_FULL
    if error and is_read_only(error):
        return READ_ONLY
    return DATABASE_ERROR if isinstance(error, DATABASE_FAILURES) else SERVER_ERROR


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django names the arguments
    """Answer a form whose token is not valid, as after logging in elsewhere: with a new token, and what was typed.

    A form from another site gets no button, or one click of an editor would send what that site wrote.
    """
    if is_same_origin(request):
        return error_page(request, OUT_OF_DATE)
    request.method = "GET"  # the page holds nothing of the form
    return error_page(request, REFUSED_ORIGIN)


def error_page(request: HttpRequest, page: ErrorPage, form: PostedForm | None = None) -> HttpResponse:
    """Return a page in the frame of the admin with the form that was posted, and a button that sends it again."""
    if form is None and page.button and request.method == "POST":
        _keep_files(request)
    form = form or PostedForm.of(request)
    context = {
        **_frame(request, page),
        "page": page,
        "title": page.title,
        "form": form,
        "typist": other_typist(request, form) if form and page.button else "",
        "csrf_token": get_token(request),
    }
    return HttpResponse(render_to_string("admin/error_page.html", context), status=page.status)


def _frame(request: HttpRequest, page: ErrorPage) -> dict[str, Any]:
    """Return the context of the frame: with the navigation, unless an error of the server is the reason for a page."""
    if page.status < HTTPStatus.INTERNAL_SERVER_ERROR and hasattr(request, "user"):
        try:
            context: dict[str, Any] = admin.site.each_context(request)
            context["navigation"].bar  # noqa: B018  # made here, where it may fail
            return {**context, "user": request.user}
        except Exception:  # the database may be away meanwhile
            log.exception("The navigation of an error page cannot be made")
    return {"site_header": admin.site.site_header, "site_title": admin.site.site_title}


def _keep_files(request: HttpRequest) -> None:
    """Keep the chosen files for the button of a page. Those that cannot be kept are named on it."""
    try:
        keep_chosen_files(request)
    except Exception:  # the database may be away, or the form be the reason for the error
        log.exception("The files of a form that met an error cannot be kept")


def other_typist(request: HttpRequest, form: PostedForm) -> str:
    """Return the name of the user who typed a form, if another one is logged in; "" if the database does not answer."""
    try:
        user = getattr(request, "user", None)
        return form.typist if user and user.pk and form.user_id not in (None, user.pk) else ""
    except Error:
        return ""


def is_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that a form came from this site. Browsers send `Origin` with every form."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return origin in (f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS)
