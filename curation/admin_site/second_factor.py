"""Middleware: nobody uses the admin whose session lacks a second factor that the user has, or must have."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from curation.accounts import second_factor
from curation.accounts.second_factor import Missing

from .error_pages import ErrorPage, error_page, is_admin
from .posted_forms import PostedForm

#: Pages that need no second factor, by the names of their addresses.
_OPEN = frozenset(["login", "account_login", "logout", "session", "jsi18n"])
#: Pages for a user who has to set one up, and for a session that has to confirm one. The latter may not add another:
#: the password alone would be enough.
_STEPS = {
    Missing.SET_UP: frozenset(
        [
            *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"),
            "account_reauthenticate",
        ]
    ),
    Missing.CONFIRM: frozenset(["mfa_reauthenticate", "mfa_reauthenticate_webauthn"]),
}
_EXPLANATIONS = {
    Missing.SET_UP: "Your account may publish or manage users, so it needs a second factor from now on. Set it up on a "
    "page of its own, then send this form again. Nothing was saved yet.",
    Missing.CONFIRM: "Your account has a second factor, and you have not confirmed it in this browser. Confirm it on a "
    "page of its own, then send this form again. Nothing was saved yet.",
}
_LINKS = {Missing.SET_UP: "Set up a second factor", Missing.CONFIRM: "Confirm your second factor"}


class SecondFactorMiddleware:
    """Lead users to the page that sets up or confirms their second factor, before any other page of the admin.

    A form that was sent is answered with status 403 and a page that holds it, a request of a script with 403 and words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        if not is_admin(request) or not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in _OPEN:
            return None
        step = second_factor.missing(request)
        return None if step is None or name in _STEPS[step] else redirect_to_step(request, step)


def redirect_to_step(request: HttpRequest, step: Missing, form: PostedForm | None = None) -> HttpResponse:
    """Answer a request that lacks a step. `form` is the form to hold where another page has held it."""
    url = step_url(request, step)
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse(f"{_LINKS[step]} first: {url}", status=HTTPStatus.FORBIDDEN, content_type="text/plain")
    if request.method in ("GET", "HEAD"):
        if step is Missing.SET_UP:
            # Only the first page is noted: a session is saved as a whole, so that one which other tabs write at the
            # same time may lose that its second factor was confirmed.
            request.session.setdefault(second_factor.RETURN_TO, request.get_full_path())
        return HttpResponseRedirect(url)
    page = ErrorPage(
        HTTPStatus.FORBIDDEN, f"{_LINKS[step]} first", _EXPLANATIONS[step], "Send it again", (url, _LINKS[step])
    )
    return error_page(request, page, form)


def step_url(request: HttpRequest, step: Missing) -> str:
    """Return the address of the page for a step."""
    if step is Missing.SET_UP:
        return reverse("mfa_index")
    methods = get_adapter().get_reauthentication_methods(request.user)
    url = next(method["url"] for method in methods if method["id"] != "reauthenticate")
    path = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return f"{url}?{urlencode({'next': path})}"
