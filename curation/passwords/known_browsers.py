"""Browsers with which an account has logged in before, so that guesses of strangers cannot keep its user out.

The cookie holds nothing but a proof for one account (OWASP calls it a device cookie). It opens no account: it only
leaves a log-in out of the budget of strangers. Limits by account and address count for it as well.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "known_browser"
MAX_AGE_SECONDS = 365 * 24 * 3600


def is_known(request: HttpRequest, username: str) -> bool:
    """Whether this browser has logged in to an account before. The name is as `attempts.username_of()` returns it."""
    return constant_time_compare(request.COOKIES.get(COOKIE, ""), _proof(username))


def remember(response: HttpResponseBase, username: str, path: str) -> None:
    """Give the cookie to a browser that has just logged in, for the addresses below a path."""
    response.set_cookie(
        COOKIE,
        _proof(username),
        max_age=MAX_AGE_SECONDS,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _proof(username: str) -> str:
    return salted_hmac(COOKIE, username, algorithm="sha256").hexdigest()
