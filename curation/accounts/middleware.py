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

SEEN_AT, SEEN_KEY = "seen_at", "seen_key"
#: Time between two writes of when a session was last seen.
SEEN_SECONDS = 300


class LastSeenMiddleware:
    """Note when and from where a session uses the admin, at most every five minutes. Each note renews its cookie.

    A session that gets another key, as after a new password, is noted at once: only noted ones can be ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        self._note_if_due(request)
        response = self.get_response(request)
        self._note_if_due(request)
        return response

    def _note_if_due(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        now, session = time.time(), request.session
        if session.session_key != session.get(SEEN_KEY) or now - session.get(SEEN_AT, 0) > SEEN_SECONDS:
            self._note(request, now)

    def _note(self, request: HttpRequest, now: float) -> None:
        try:
            UserSession.objects.create_from_request(request)
        except DatabaseError:
            log.warning("Cannot note when a session was last seen: the database does not answer")
        else:
            request.session[SEEN_AT], request.session[SEEN_KEY] = now, request.session.session_key
