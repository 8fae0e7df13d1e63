"""Limits on guessing passwords, checked before a password is hashed. django-axes stores the attempts.

An attempt is counted for the account and the address of the client together, so that nobody can lock somebody else
out. A second limit counts all accounts at one address. IPv6 addresses count by their network (`client_network`), and by
their /48 for browsers that the account does not know.

Of django-axes, this uses the backend, the middleware, the table and the commands. Its own database handler would
write a row or run a DELETE for every refused attempt, store the posted form, which here may hold the text of an
article, and check before it counts, so that attempts sent at once pass together.
"""

from __future__ import annotations

import logging
import math
import unicodedata
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import accumulate
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_credentials
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from curation.db.availability import DATABASE_FAILURES, DatabaseAway, writing_soon
from curation.lib.circuit_breaker import CircuitBreaker
from curation.lib.client_address import site_prefix

from .hashing import strangers
from .known_browsers import is_known

log = logging.getLogger(__name__)

#: Attempts with one account at one address, and the time in which they count, from the last of them.
MAX_PAIR_ATTEMPTS, PAIR_WINDOW = 5, timedelta(minutes=15)
#: Attempts with any account at one address. Each of them may cost a hash, so at most ten a minute are hashed.
MAX_ADDRESS_ATTEMPTS, ADDRESS_WINDOW = 10, timedelta(minutes=5)

#: Seconds that counting waits for other writers, and for which nobody waits again after it has failed: anybody may send
#: log-ins, and each occupies a thread.
COUNT_SECONDS = PAUSE_SECONDS = 2.0
counting = CircuitBreaker(PAUSE_SECONDS)
#: Attempts of strangers from one /48 of IPv6, in `ADDRESS_WINDOW`: who rents one has 65,536 networks that count alone.
MAX_SITE_ATTEMPTS = 30

MAX_USERNAME_CHARS = 150
#: The code of the error of a form that was refused.
TOO_MANY = "too_many_attempts"


class AttemptsBackend(AxesStandaloneBackend):  # type: ignore[misc]
    """The first authentication backend: refuses an attempt, or counts it before others hash the password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> None:
        """Raise `ValidationError`, which forms show, if there were too many attempts, and `HashingBusy` for a browser
        that the account does not know if strangers have made too many. Calls without a request, which come from code
        and not from a client, are neither counted nor refused.
        """
        if request is None:
            return
        credentials = get_credentials(username=username, password=password, **kwargs)
        try:
            super().authenticate(request, username, password, **kwargs)
            limit = settings.STRANGER_LOGINS_PER_MINUTE
            if limit and not is_known(request, username_of(request, credentials)):
                strangers.take(limit)
            count_attempt(request, credentials)
        except AxesBackendPermissionDenied as error:
            request.axes_locked_out, request.axes_credentials = True, credentials  # type: ignore[attr-defined]
            raise ValidationError(_explanation(request), code=TOO_MANY) from error


class AttemptsHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """How django-axes decides and stores: by both limits, and without a write for a refused attempt."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        request.password_wait = _wait(request, username_of(request, credentials))
        return bool(request.password_wait)

    def user_login_failed(self, _sender: Any, credentials: dict[str, Any], request: Any = None, **_kwargs: Any) -> None:
        """Log a wrong password. It was counted before it was checked; for a refused attempt, this is not called."""
        if request is not None:
            log.warning("Wrong password for %a from %s", username_of(request, credentials), request.axes_ip_address)

    def reset_attempts(self, *, username: str | None = None, **chosen: Any) -> int:
        """Delete attempts, as the commands `axes_reset…` ask for it: of a name in any spelling that a log-in takes."""
        name = username_of(None, {"username": username}) if username else None
        if name == "":  # nobody's; django-axes would delete everybody's
            return 0
        return int(super().reset_attempts(username=name, **chosen))

    def clean_expired_user_attempts(self, *_args: Any) -> int:
        """Do nothing: `curation.operations.login_attempts` deletes old rows."""
        return 0


def username_of(_request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Return the name by which attempts are counted: one for all spellings that a log-in may take for one account."""
    name = str((credentials or {}).get("username") or (credentials or {}).get("email") or "")
    return unicodedata.normalize("NFKC", name).casefold().replace("\0", "").strip()[:MAX_USERNAME_CHARS]


def count_attempt(request: Any, credentials: dict[str, Any]) -> None:
    """Count an attempt. Raise `AxesBackendPermissionDenied` if others at the same time have taken the last ones, and
    one of `DATABASE_FAILURES` if it cannot be counted soon.
    """
    pair = _pair(request, credentials)
    if not counting.allows_call():
        raise DatabaseAway("Another log-in could not be counted a moment ago.")
    try:
        with writing_soon(COUNT_SECONDS):
            _add_attempt(pair)
            # Every request counts first and reads then, so of those at the same time no more than the limit go on.
            request.password_wait = _wait(request, pair["username"], number_of_own=1)
    except DATABASE_FAILURES:
        counting.record_failure()
        raise
    counting.record_success()
    if request.password_wait:
        raise AxesBackendPermissionDenied
    request.counted_password_attempt = pair


def _add_attempt(pair: dict[str, str]) -> None:
    now = timezone.now()
    rows = AccessAttempt.objects.filter(**pair)
    number = Case(When(attempt_time__gt=now - PAIR_WINDOW, then=F("failures_since_start") + 1), default=1)
    if not rows.update(failures_since_start=number, attempt_time=now):
        _row, is_new = AccessAttempt.objects.get_or_create(**pair, defaults={"failures_since_start": 1})
        if not is_new:  # another request has made it meanwhile
            rows.update(failures_since_start=number, attempt_time=now)


def forget_attempt(request: Any) -> None:
    """Take back the attempt of a request whose password was not checked."""
    if pair := getattr(request, "counted_password_attempt", None):
        rows = AccessAttempt.objects.filter(**pair, failures_since_start__gt=0)
        rows.update(failures_since_start=F("failures_since_start") - 1)


def is_password_of(request: HttpRequest, user: Any, password: str) -> bool:
    """Whether a password is that of a user who is logged in. Raise `ValidationError` if there were too many attempts:
    with the session of somebody else one can guess no more than at the log-in.
    """
    credentials = {"username": user.get_username(), "password": password}
    found = authenticate(request, **credentials)
    if found is None or found.pk != user.pk:
        return False
    AxesProxyHandler.get_implementation().reset_user_attempts(request, credentials)
    return True


def refuse(request: Any, response: HttpResponse, _credentials: dict[str, Any] | None) -> HttpResponse:
    """Give the page with the form that was refused its status and the time to wait."""
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(math.ceil(request.password_wait.total_seconds()))
    return response


def _pair(request: Any, credentials: dict[str, Any]) -> dict[str, str]:
    """Return the columns that identify a row. The user agent, which a client can change, is not stored."""
    return {"username": username_of(request, credentials), "ip_address": request.axes_ip_address, "user_agent": ""}


def _wait(request: Any, username: str, number_of_own: int = 0) -> timedelta:
    """Return the time until an attempt is accepted, 0 for at once. `number_of_own` of the rows' attempts are that of
    the request itself.
    """
    now = timezone.now()
    rows = AccessAttempt.objects.filter(ip_address=request.axes_ip_address, attempt_time__gt=now - PAIR_WINDOW)
    latest = list(rows.order_by("-attempt_time").values_list("username", "failures_since_start", "attempt_time"))
    ends = [
        *(
            time + PAIR_WINDOW
            for name, number, time in latest
            if name == username and number >= MAX_PAIR_ATTEMPTS + number_of_own
        ),
        *_ends([row[1:] for row in latest], MAX_ADDRESS_ATTEMPTS + number_of_own),
    ]
    prefix = site_prefix(request.axes_ip_address)
    if prefix and not is_known(request, username):
        near = AccessAttempt.objects.filter(ip_address__startswith=prefix, attempt_time__gt=now - ADDRESS_WINDOW)
        numbers = near.order_by("-attempt_time").values_list("failures_since_start", "attempt_time")
        ends += _ends(list(numbers), MAX_SITE_ATTEMPTS + number_of_own)
    return max((end - now for end in ends if end > now), default=timedelta(0))


def _ends(latest: list[Any], limit: int) -> list[datetime]:
    """Return when the attempts that reach a limit no longer count. `latest` are numbers and times, the last first."""
    totals = accumulate(number for number, _time in latest)
    return [time + ADDRESS_WINDOW for (_number, time), total in zip(latest, totals, strict=True) if total >= limit]


def _explanation(request: Any) -> str:
    minutes = math.ceil(request.password_wait / timedelta(minutes=1))
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return (
        f"There were too many attempts with a wrong password. Wait {wait}, then try again. If you do not know the "
        "password, ask an administrator for a new one."
    )
