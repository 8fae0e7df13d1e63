"""Error pages for readers. `curation.admin_site.error_pages`, which `medigy.urls` names, calls them.

None of them needs the database, which may be the reason for the error.
"""

# ruff: noqa: ARG001  # Django names the arguments

import logging
import sys
from http import HTTPStatus

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from curation.api.problems import HINT, ErrorDetail, is_api, problem_response
from curation.db.availability import DATABASE_FAILURES, DatabaseAway, record_lost_connection, time_limit
from curation.models import CuratedItem

log = logging.getLogger(__name__)
MAX_RECENT = 5
#: Time after which a client may try again while the database is away.
RETRY_SECONDS = 10


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_response(
            HTTPStatus.BAD_REQUEST,
            ErrorDetail(detail="The request is not valid HTTP.", parameter="request", hint=HINT),
        )
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_response(
            HTTPStatus.NOT_FOUND,
            ErrorDetail(detail="There is nothing at this address.", parameter="path", hint=HINT),
        )
    return render(request, "404.html", {"recent": recent_items()}, status=404)


def gone(request: HttpRequest) -> HttpResponse:
    """Answer the page for an item that was removed."""
    return render(request, "410.html", {"recent": recent_items()}, status=HTTPStatus.GONE)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with 503 if the database failed, with 500 for any other exception.

    The page uses no context processors and no hashed file names, which may be the reason for the error.
    """
    if isinstance(sys.exception(), DATABASE_FAILURES):
        return mark_unavailable(unavailable(request))
    if is_api(request):
        return problem_response(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            ErrorDetail(detail="Something went wrong on the server.", parameter="site", hint="Try again later."),
        )
    return HttpResponse(render_to_string("500.html", _plain_styles()), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer a page that asks to come back: the database does not answer."""
    if is_api(request):
        detail, hint = "The database does not answer.", f"Send the request again in {RETRY_SECONDS} seconds."
        error = ErrorDetail(detail=detail, parameter="site", hint=hint)
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, error)
    return HttpResponse(render_to_string("503.html", _plain_styles()), status=HTTPStatus.SERVICE_UNAVAILABLE)


def mark_unavailable(response: HttpResponse) -> HttpResponse:
    """Return the answer to a request that failed by the database, with `Retry-After`; note a lost connection."""
    response["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(sys.exception(), DatabaseAway):
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django would log each, with a traceback
    else:
        record_lost_connection()
    return response


def _plain_styles() -> dict[str, list[str]]:
    """Return the context of a page with the plain file names: looking up the hashed ones may be what failed."""
    return {"styles": [f"{settings.STATIC_URL}{name}" for name in ("tokens.css", "reader/base.css")]}


def recent_items() -> list[CuratedItem]:
    """Return the newest items; none where the database fails, or takes long: other queries of the request follow."""
    newest = CuratedItem.objects.published().newest_first().only("slug", "title", "published_at")[:MAX_RECENT]
    try:
        with time_limit(settings.PROBE_TIMEOUT_SECONDS):
            return list(newest)
    except Error:
        log.exception("The error page has no recent items")
        return []
