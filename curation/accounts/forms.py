"""The forms that ask for a code: wrong ones are counted in the database, and no code counts twice."""

from __future__ import annotations

import math
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from curation.models import CodeAttempts

if TYPE_CHECKING:
    from allauth.mfa.base.forms import BaseAuthenticateForm
else:
    BaseAuthenticateForm = object

#: Of a million codes of six digits, three are right at a time: guessing takes more than a year on average.
MAX_FAILURES = 10
FAILURES_COUNT_FOR = timedelta(hours=1)
#: The code of the error of a form after `MAX_FAILURES`; its `params` have the seconds to wait.
TOO_MANY = "too_many_codes"

_INPUT = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "maxlength": "32"}


def _set_code_attributes(form: Any, help_text: str) -> None:
    """Give the input of a code the attributes that phones and password managers look for."""
    field = form.fields["code"]
    field.label, field.help_text = "Code", help_text
    field.widget.attrs = {**_INPUT, "aria-describedby": "id_code_helptext"}


class LimitedCode(BaseAuthenticateForm):  # type: ignore[misc]
    """A form with a code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_code_attributes(self, "Six digits from your authenticator app, or a recovery code of eight digits.")

    def clean_code(self) -> str:
        """Return a right code. Raise `ValidationError` for a wrong or repeated one, and for any after too many."""
        with transaction.atomic():
            # The lock lets the guesses of one user wait for each other, in all processes.
            CodeAttempts.objects.get_or_create(user=self.user, defaults={"since": timezone.now()})
            attempts = CodeAttempts.objects.select_for_update().get(user=self.user)
            if timezone.now() - attempts.since >= FAILURES_COUNT_FOR:
                attempts.failures, attempts.since = 0, timezone.now()
            _refuse_after_too_many(attempts)
            code = "".join(self.cleaned_data["code"].split())
            authenticator = _find_authenticator(self.user, code)
            attempts.failures = 0 if authenticator else attempts.failures + 1
            attempts.save()
        if authenticator is None:
            raise ValidationError("This code is not right. Codes change every 30 seconds, and each counts once.")
        self.authenticator = authenticator
        return code


class LoginCodeForm(LimitedCode, AuthenticateForm):  # type: ignore[misc]
    pass


class ConfirmCodeForm(LimitedCode, ReauthenticateForm):  # type: ignore[misc]
    pass


class SetUpCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app. It is not limited: the page shows the secret to its user."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_code_attributes(self, "The six digits that the app shows now.")
        # At first, the focus would scroll past the QR code and open the keyboard of a phone over it.
        self.fields["code"].widget.attrs["autofocus"] = self.is_bound

    def clean_code(self) -> str:
        try:
            return super().clean_code()  # type: ignore[no-any-return]
        except ValidationError as error:
            message = "This code is not right. Type the one that the app shows now. The device needs the right time."
            raise ValidationError(message) from error


def _refuse_after_too_many(attempts: CodeAttempts) -> None:
    if attempts.failures >= MAX_FAILURES:
        seconds = math.ceil((attempts.since + FAILURES_COUNT_FOR - timezone.now()).total_seconds())
        minutes = math.ceil(seconds / 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        message = f"There were {MAX_FAILURES} wrong codes. Wait {wait}, then try again. A passkey works at once."
        raise ValidationError(message, code=TOO_MANY, params={"seconds": seconds})


def _find_authenticator(user: Any, code: str) -> Authenticator | None:
    """Return the app or the recovery codes of a user that a code is right for, and mark the code as used.

    allauth's own check remembers used codes in the cache, which a process may have to itself.
    """
    for authenticator in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN):
        is_app = authenticator.type == Authenticator.Type.TOTP
        if _use_app_code(authenticator, code) if is_app else authenticator.wrap().validate_code(code):
            authenticator.user = user
            return authenticator
    return None


def _use_app_code(authenticator: Authenticator, code: str) -> bool:
    """Whether a code of an app is right and was not used before (RFC 6238, section 5.2)."""
    now = time.time()
    used = {known: end for known, end in authenticator.data.get("used_codes", {}).items() if end > now}
    if code in used or not validate_totp_code(decrypt(authenticator.data["secret"]), code):
        return False
    lifetime = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
    authenticator.data["used_codes"] = {**used, code: now + lifetime}
    authenticator.save(update_fields=["data"])
    return True
