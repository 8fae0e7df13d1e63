"""What readers see when something is wrong. `medigy.urls` names these as the handlers.

None of them needs the database: they are what is left when it does not answer.
"""

# ruff: noqa: ARG001  # Django names the arguments

import logging
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from curation.api.problems import SEE, Fault, is_api, problem
from curation.models import CuratedItem

log = logging.getLogger(__name__)
RECENT = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem(HTTPStatus.BAD_REQUEST, Fault("request", "The request makes no sense.", SEE))
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem(HTTPStatus.NOT_FOUND, Fault("path", "There is nothing at this address.", SEE))
    return render(request, "404.html", {"recent": recent_items()}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with a page that stands alone: whatever broke, it does not come by here again."""
    if is_api(request):
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, Fault("site", "Something broke here.", "Try again later."))
    # The plain file name: looking up the hashed one may be what failed.
    context = {"style": f"{settings.STATIC_URL}reader.css"}
    return HttpResponse(render_to_string("500.html", context), status=500)


def recent_items() -> list[CuratedItem]:
    """Return the newest items, none where the database does not answer."""
    try:
        return list(CuratedItem.objects.published().newest_first().only("slug", "title", "published_at")[:RECENT])
    except DatabaseError:
        log.exception("The page for a missing page goes without recent items")
        return []
