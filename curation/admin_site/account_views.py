"""The pages of accounts: second factors, recovery codes and sessions, by django-allauth in the frame of the admin."""

from __future__ import annotations

from copy import copy
from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from curation.accounts import second_factor
from curation.accounts.forms import TOO_MANY
from curation.lib.client_address import UNKNOWN
from curation.lib.user_agents import describe

from . import lost_sessions
from .posted_forms import PostedForm


class PasswordLogin(LoginView):
    """The log-in page of the admin: a right password logs in, or leads to the page that asks for the second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        user, request = form.get_user(), self.request
        if request.user.is_authenticated:
            logout(request)  # allauth asks nobody who is logged in for a second factor
        # Who has just typed the password is not asked for it again to set up a second factor.
        record_authentication(request, user, method="password", reauthenticated=True)
        return perform_login(request, user, redirect_url=self.get_success_url())  # type: ignore[no-any-return]


class AccountPage:
    """The context of the admin's pages for a view of allauth, and status 429 after too many wrong codes."""

    title: str
    request: HttpRequest

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**admin.site.each_context(self.request), "title": self.title, **context}

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        for error in form.errors.as_data().get("code", ()):
            if error.code == TOO_MANY:
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
                response["Retry-After"] = str(error.params["seconds"])
        return response


def _return_to(request: HttpRequest) -> str:
    """Return the page that a user opened before the second factor was set up, once; "" if there is none."""
    confirmed = second_factor.is_confirmed(request)
    return request.session.pop(second_factor.RETURN_TO, "") if confirmed else ""


class SecondFactorsPage(AccountPage, mfa.IndexView):  # type: ignore[misc]
    title = "Your second factor"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        is_required = second_factor.is_required(self.request.user)
        is_confirmed = second_factor.is_confirmed(self.request)
        return {
            **context,
            "title": "Set up a second factor" if is_required and not is_confirmed else self.title,
            "is_required": is_required,
            "is_confirmed": is_confirmed,
            "unused_codes": len(codes.get_unused_codes()) if codes else 0,
            "return_to": _return_to(self.request),
        }


class EnterCodePage(AccountPage, mfa.AuthenticateView):  # type: ignore[misc]
    """The second step of logging in. It holds the form that the log-in page held, and finishes its save."""

    title = "Confirm that it is you"
    template_name = "mfa/authenticate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True)
        packed = self.request.POST.get(lost_sessions.HELD_FORM, "")
        return {**super().get_context_data(**kwargs), "types": set(types), lost_sessions.HELD_FORM: packed}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.stage.has_password_changed:
            return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]
        self.stage.abort()
        messages.error(request, "The password was changed since you typed it. Log in with the new one.")
        held, _is_young = PostedForm.unpack(request.POST.get(lost_sessions.HELD_FORM, ""))
        context = {"app_path": reverse("admin:login"), "next": self.stage.login.redirect_url}
        return admin.site.login(_as_get(request), {**lost_sessions.login_context(held), **context})

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        packed = self.request.POST.get(lost_sessions.HELD_FORM, "")
        return (lost_sessions.finish(self.request, packed) if packed else None) or response


def enter_code_page(request: HttpRequest) -> HttpResponse:
    """Return the page that asks for the second factor, with the form that the log-in page held."""
    return EnterCodePage.as_view()(_as_get(request))  # type: ignore[no-any-return]


def _as_get(request: HttpRequest) -> HttpRequest:
    page_request = copy(request)
    page_request.method = "GET"
    return page_request


class ConfirmPasswordPage(AccountPage, account.ReauthenticateView):  # type: ignore[misc]
    title = "Confirm your password"


class ConfirmCodePage(AccountPage, mfa.ReauthenticateView):  # type: ignore[misc]
    title = "Confirm that it is you"


class ConfirmPasskeyPage(AccountPage, passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]
    title = "Confirm that it is you"

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, **kwargs}  # allauth's view drops the form with its errors


class SetUpPage(AccountPage):
    """A page that adds a second factor. It confirms the session, so that the next page shows the recovery codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        second_factor.confirm_new(self.request)
        return response


class SetUpAppPage(SetUpPage, totp.ActivateTOTPView):  # type: ignore[misc]
    title = "Set up an authenticator app"


class RemoveAppPage(AccountPage, totp.DeactivateTOTPView):  # type: ignore[misc]
    title = "Remove the authenticator app"


class AddPasskeyPage(SetUpPage, passkeys.AddWebAuthnView):  # type: ignore[misc]
    title = "Add a passkey"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, **kwargs}  # allauth's view drops the form with its errors


class RemovePasskeyPage(AccountPage, passkeys.RemoveWebAuthnView):  # type: ignore[misc]
    title = "Remove a passkey"
    success_url = reverse_lazy("mfa_index")


class RenamePasskeyPage(AccountPage, passkeys.EditWebAuthnView):  # type: ignore[misc]
    title = "Rename a passkey"
    success_url = reverse_lazy("mfa_index")


class RecoveryCodesPage(AccountPage, recovery_codes.ViewRecoveryCodesView):  # type: ignore[misc]
    title = "Your recovery codes"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "return_to": _return_to(self.request)}


class NewRecoveryCodesPage(AccountPage, recovery_codes.GenerateRecoveryCodesView):  # type: ignore[misc]
    title = "Make new recovery codes"


def sessions_page(request: HttpRequest) -> HttpResponse:
    """List the sessions of the user (GET), or end one or all others (POST `end`: an ID or “others”)."""
    user: Any = request.user
    current = request.session.session_key
    sessions = sorted(
        UserSession.objects.purge_and_list(user),
        key=lambda row: (row.session_key == current, row.last_seen_at),
        reverse=True,
    )
    if request.method == "POST":
        end = request.POST.get("end", "")
        ended = [row for row in sessions if row.session_key != current and end in ("others", str(row.pk))]
        for row in ended:
            row.end()
        count = f"{len(ended)} session{'' if len(ended) == 1 else 's'}"
        messages.success(request, f"Ended {count}." if ended else "That session had ended already.")
        return redirect("usersessions_list")
    rows = [
        {
            "pk": row.pk,
            "browser": describe(row.user_agent),
            "address": "an unknown address" if row.ip == UNKNOWN else row.ip,
            "began": row.created_at,
            "seen": row.last_seen_at,
            "is_this": row.session_key == current,
        }
        for row in sessions
    ]
    context = {**admin.site.each_context(request), "title": "Your sessions", "sessions": rows}
    return TemplateResponse(request, "admin/sessions.html", context)
