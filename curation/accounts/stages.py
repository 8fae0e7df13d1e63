"""The step of a log-in between the password and the second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.stages import AuthenticateStage
from django.utils.crypto import constant_time_compare

PASSWORD = "password_proof"  # noqa: S105  # the name of a key


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """The wait for a second factor. It ends with the password that began it, like a session."""

    def handle(self) -> tuple[Any, bool]:
        self.state[PASSWORD] = self.login.user.get_session_auth_hash()
        return super().handle()  # type: ignore[no-any-return]

    @property
    def has_password_changed(self) -> bool:
        proof = self.login.user.get_session_auth_hash()
        return not constant_time_compare(self.state.get(PASSWORD, ""), proof)
