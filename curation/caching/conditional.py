"""Conditional requests (RFC 9110): a client that has the current answer gets a 304 without a body."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from curation.models import ContentVersion, CuratedItem

#: `Last-Modified` counts whole seconds: shortly after a change, another one could have the same time.
MIN_AGE = timedelta(seconds=2)


def conditional(request: HttpRequest, response: HttpResponse, modified: datetime | None = None) -> HttpResponse:
    """Set `ETag` to the digest of a response, and `Last-Modified` if the change is known and old enough.

    Returns a 304 instead where the request shows that the client has the same response.
    """
    etag = response["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
    seconds = int(modified.timestamp()) if modified and modified + MIN_AGE < timezone.now() else None
    if seconds is not None:
        response["Last-Modified"] = http_date(seconds)
    elif modified:
        response["Cache-Control"] = "no-cache"  # in two seconds the response will have a `Last-Modified`
    return get_conditional_response(request, etag, seconds, response) or response


def content_changed_at() -> datetime | None:
    """Return when any list last changed, by a write or because an item came due; `None` where that is unknown.

    It is one time for all lists: a list itself does not show when an item left it.
    """
    written = ContentVersion.changed_at()
    if written is None:
        return None
    return max(written, CuratedItem.objects.last_due() or written)
