"""Second factors for tests, and the codes that an authenticator app would show."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User

from curation.items.roles import group_of

PASSWORD = "a-good-long-password"


def make_member(name: str, role: str) -> User:
    """Make a staff member with a role and a password."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    user.groups.add(group_of(role))
    return user


def set_up_app(user: User) -> str:
    """Give a user an authenticator app and recovery codes; return the secret of the app."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    """Return the code that an app shows now, or some steps of 30 seconds from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def wrong_code(secret: str) -> str:
    right = {code_of(secret, steps) for steps in range(-2, 4)}
    return next(
        code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666") if code not in right
    )


def recovery_codes_of(user: User) -> list[str]:
    codes: list[str] = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    return codes
