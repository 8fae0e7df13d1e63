"""The page of an item for people who have a preview link (`curation.items.preview_links`)."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from curation.items.preview_links import MAX_AGE, SharedPreview, find_preview
from curation.items.workflow import state_label
from curation.lib.time_zones import local_day
from curation.listing.body_targets import load_targets, load_targets_unsaved
from curation.listing.detail import ItemDetail, detail_by_id, detail_in_memory

from .items import item_page

#: The cookie with the tokens of the last previews, separated by dots, by which their pictures are shown.
COOKIE, MAX_TOKENS = "previews", 5


def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the page of a preview link; for an item that is live as it is, a redirect to its page."""
    found = find_preview(token)
    if found is None:
        response = render(request, "preview_gone.html", status=HTTPStatus.NOT_FOUND)
    elif found.item.is_live and not found.is_draft:
        response = redirect(found.item.get_absolute_url())
    else:
        response = _page(request, found)
        _keep_token(request, response, token)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"  # the address is all that one needs to see the page
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(request: HttpRequest, found: SharedPreview) -> HttpResponse:
    detail = _detail(found)
    item = detail.item
    state = "Draft over the live story" if found.item.is_live else state_label(item)
    until = date_format(local_day(found.expires_at), "j F Y")
    item.title = str(item)
    item.published_at = item.published_at or timezone.now()
    ribbon = f"{state}: readers do not see this. Only people with this link do, until {until}."
    return item_page(request, detail, ribbon=ribbon)


def _detail(found: SharedPreview) -> ItemDetail:
    if found.is_draft:
        load_targets_unsaved(found.item)
        return detail_in_memory(found.item)
    detail = detail_by_id(found.item.pk)
    assert detail is not None  # noqa: S101  # it was found in this request
    load_targets([detail.item], breadcrumbs=True)
    return detail


def tokens_in(request: HttpRequest) -> list[str]:
    """Return the tokens of the previews that a browser has opened."""
    return [token for token in request.COOKIES.get(COOKIE, "").split(".")[-MAX_TOKENS:] if token]


def _keep_token(request: HttpRequest, response: HttpResponse, token: str) -> None:
    tokens = [*(kept for kept in tokens_in(request) if kept != token), token][-MAX_TOKENS:]
    response.set_cookie(
        COOKIE,
        ".".join(tokens),
        max_age=MAX_AGE,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
