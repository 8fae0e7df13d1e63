"""Error pages for readers. `curation.admin_site.error_pages`, which `medigy.urls` names, calls them.

None of them needs the database, which may be the reason for the error.
"""

# ruff: noqa: ARG001  # Django names the arguments

import logging
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from curation.api.problems import HINT, ErrorDetail, is_api, problem_response
from curation.models import CuratedItem

log = logging.getLogger(__name__)
MAX_RECENT = 5


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
    """Answer a page without context processors and hashed file names, which may be the reason for the error."""
    if is_api(request):
        return problem_response(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            ErrorDetail(detail="Something went wrong on the server.", parameter="site", hint="Try again later."),
        )
    # The plain file names: looking up the hashed ones may be what failed.
    context = {"styles": [f"{settings.STATIC_URL}{name}" for name in ("tokens.css", "reader/base.css")]}
    return HttpResponse(render_to_string("500.html", context), status=500)


def recent_items() -> list[CuratedItem]:
    """Return the newest items; none where the database fails."""
    try:
        return list(CuratedItem.objects.published().newest_first().only("slug", "title", "published_at")[:MAX_RECENT])
    except DatabaseError:
        log.exception("The error page has no recent items")
        return []
