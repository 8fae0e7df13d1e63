"""Answers that tell a client that what it has is still right (RFC 9110)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from curation.models import ContentVersion, CuratedItem

#: The header counts seconds. Until so long after a change, another may come that it could not tell from this one.
SETTLED = timedelta(seconds=2)


def conditional(request: HttpRequest, response: HttpResponse, modified: datetime | None = None) -> HttpResponse:
    """Mark an answer with the digest of its content, and with when it last changed where that is known and settled.

    Answer 304 where the client has the same.
    """
    etag = response["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
    seconds = int(modified.timestamp()) if modified and modified + SETTLED < timezone.now() else None
    if seconds is not None:
        response["Last-Modified"] = http_date(seconds)
    elif modified:
        response["Cache-Control"] = "no-cache"  # the answer that says more comes soon
    return get_conditional_response(request, etag, seconds, response) or response


def content_changed_at() -> datetime | None:
    """Return when any list may last have changed, by a write or as an item came due; `None` where that is not known.

    That an item left a list shows nowhere in the list, so no list has a time of its own.
    """
    written = ContentVersion.changed_at()
    if written is None:
        return None
    return max(written, CuratedItem.objects.last_due() or written)
