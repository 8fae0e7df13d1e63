"""Middleware: cookies of sessions that are gone, and when a session was last seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions import middleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

log = logging.getLogger(__name__)

SEEN_AT, SEEN_KEY = "seen_at", "seen_key"
#: Time between two writes of when a session was last seen.
SEEN_SECONDS = 300


class SessionMiddleware(middleware.SessionMiddleware):
    """Sessions whose cookie is deleted by a page that ended them, such as that of a logout, and by no other answer.

    Django deletes the cookie in each answer to a request whose session is gone. The answer to a request of a script,
    such as that for a preview, can come after the next login, and would delete the cookie of the new session.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie and cookie["max-age"] == 0:
            is_script = request.headers.get("Sec-Fetch-Dest") == "empty"
            if is_script or not request.session.modified:
                del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


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
