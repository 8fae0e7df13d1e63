"""Middleware: when a session was last seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

log = logging.getLogger(__name__)

SEEN_AT = "seen_at"
#: Time between two writes of when a session was last seen.
SEEN_SECONDS = 300


class LastSeenMiddleware:
    """Note when and from where a session uses the admin, at most every five minutes. Each note renews its cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(reverse("admin:index")) and request.user.is_authenticated:
            now = time.time()
            if now - request.session.get(SEEN_AT, 0) > SEEN_SECONDS:
                self._note(request, now)
        return self.get_response(request)

    def _note(self, request: HttpRequest, now: float) -> None:
        try:
            UserSession.objects.create_from_request(request)
        except DatabaseError:
            log.warning("Cannot note when a session was last seen: the database does not answer")
        else:
            request.session[SEEN_AT] = now
