"""How django-allauth is used here: accounts are made by administrators, and their e-mail addresses are not used."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from curation.lib.client_address import client_address
from curation.passwords.attempts import is_password_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # named by allauth
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  # named by allauth
        return reverse("admin:index")

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether a password is that of the user. Raise `ValidationError` after too many guesses."""
        return is_password_of(context.request, user, password)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def get_totp_label(self, user: Any) -> str:
        return user.get_username()  # type: ignore[no-any-return]

    def build_totp_svg(self, url: str) -> str:
        """Return an SVG element without styles and without an XML header, for the page itself."""
        code = QRCode(image_factory=SvgPathImage, border=4)
        code.add_data(url)
        return code.make_image().to_string(encoding="unicode")  # type: ignore[no-any-return]

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  # named by allauth
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"
