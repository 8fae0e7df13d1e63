"""How django-allauth is used here: accounts are made by administrators, and their e-mail addresses are not used."""

from __future__ import annotations

import logging
from base64 import b32encode, urlsafe_b64encode
from secrets import token_bytes
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from curation.lib.client_address import client_address
from curation.passwords.attempts import is_password_of

log = logging.getLogger(__name__)

#: Makes the key of secrets another one than those that Django derives from `SECRET_KEY`.
KEY_PURPOSE = b"curation.accounts.second_factors"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # named by allauth
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  # named by allauth
        return reverse("admin:index")

    def get_login_stages(self) -> list[str]:
        return ["curation.accounts.stages.SecondFactorStage"]

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether a password is that of the user. Raise `ValidationError` after too many guesses."""
        return is_password_of(context.request, user, password)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored: whoever reads the database or a backup cannot make codes from it."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that was stored; one that nobody knows, so that no code is right, if the key was another."""
        try:
            return _fernet().decrypt(encrypted_text).decode()
        except InvalidToken:
            log.error("A second factor was set up with another SECRET_KEY: see docs/accounts.md")
            return b32encode(token_bytes(20)).decode()

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


def _fernet() -> MultiFernet:
    """Return the keys that are made from `SECRET_KEY`, which encrypts, and `SECRET_KEY_FALLBACKS`."""
    keys = (
        HKDF(SHA256(), length=32, salt=None, info=KEY_PURPOSE).derive(secret.encode())
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
