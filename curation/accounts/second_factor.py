"""Second factors: who needs one, whether a session has passed one, and their removal.

A second factor is an authenticator app or a passkey; recovery codes stand in for either. django-allauth stores them and
checks them; the session lists how its user has authenticated.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import HttpRequest

from curation.items.roles import ROLES
from curation.models import CodeAttempts

#: Whoever has one of these permissions needs a second factor: publishers, administrators, and groups like theirs.
PRIVILEGED = (ROLES["Publisher"] | ROLES["Administrator"]) - ROLES["Editor"]

#: The key of a session under which the page is kept that its user opened before the second factor was set up.
RETURN_TO = "second_factor_return_to"


class Missing(Enum):
    """The step that a session lacks before it may use the admin."""

    SET_UP = auto()
    CONFIRM = auto()


def is_required(user: Any) -> bool:
    """Whether a user must have a second factor."""
    if user.get_username() in settings.SECOND_FACTOR_EXEMPT:
        return False
    return user.is_superuser or not PRIVILEGED.isdisjoint(user.get_all_permissions())


def is_set_up(user: Any) -> bool:
    """Whether a user has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the user of a session has passed a second factor in it."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def missing(request: HttpRequest) -> Missing | None:
    """Return the step that the session of a logged-in user lacks; at most one query a request besides permissions."""
    if is_confirmed(request):
        return None
    known: dict[int, bool] = request.__dict__.setdefault("_second_factors", {})
    user: Any = request.user
    if user.pk not in known:
        known[user.pk] = is_set_up(user)
    if known[user.pk]:
        return Missing.CONFIRM
    return Missing.SET_UP if is_required(user) else None


def is_editor(request: HttpRequest) -> bool:
    """Whether a request is of a staff member who has passed, or does not need, a second factor."""
    user = request.user
    return user.is_active and user.is_staff and missing(request) is None


def confirm_new(request: HttpRequest) -> None:
    """Count a session as confirmed in which a second factor was set up just now. Others of its user are asked for it.

    It is not left to allauth's signal, which depends on the end of the outermost transaction.
    """
    user = request.user
    new = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).latest("pk")
    record_authentication(request, user, "mfa", id=new.pk, type=new.type)


def on_removed(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """End the other sessions of a user who removes a second factor: one of them may have used it.

    Without any second factor left, this session is no longer confirmed either.
    """
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()
    if not is_set_up(user):
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [row for row in records if row.get("method") != "mfa"]


def reset(user: Any, by: Any = None) -> int:
    """Remove all second factors of a user, end the user's sessions, and note it in the log of the user's page.

    `by` is the administrator who did it; without one, the log names the user, as the command has no user. Return the
    number of second factors, without recovery codes.
    """
    authenticators = Authenticator.objects.filter(user=user)
    removed: int = authenticators.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    with transaction.atomic():
        authenticators.delete()
        CodeAttempts.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        how = "Reset the second factor." if by else "Reset the second factor by the command reset_second_factor."
        LogEntry.objects.log_actions((by or user).pk, [user], CHANGE, how, single_object=True)
    return removed
