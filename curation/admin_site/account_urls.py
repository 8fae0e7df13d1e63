"""Addresses of accounts, below `/admin/account/`. The names are those that django-allauth looks for."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods
from django.views.generic import RedirectView

from . import account_views as views

_GET_AND_POST = require_http_methods(["GET", "POST"])

urlpatterns: list[URLPattern] = [
    path("login/", RedirectView.as_view(pattern_name="admin:login", query_string=True), name="account_login"),
    path("login/code/", views.EnterCodePage.as_view(), name="mfa_authenticate"),
    path("confirm/", login_required(views.ConfirmPasswordPage.as_view()), name="account_reauthenticate"),
    path("confirm/code/", login_required(views.ConfirmCodePage.as_view()), name="mfa_reauthenticate"),
    path("confirm/passkey/", login_required(views.ConfirmPasskeyPage.as_view()), name="mfa_reauthenticate_webauthn"),
    path("second-factor/", login_required(views.SecondFactorsPage.as_view()), name="mfa_index"),
    path("second-factor/app/", login_required(views.SetUpAppPage.as_view()), name="mfa_activate_totp"),
    path("second-factor/app/remove/", login_required(views.RemoveAppPage.as_view()), name="mfa_deactivate_totp"),
    path("second-factor/passkeys/add/", login_required(views.AddPasskeyPage.as_view()), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/", login_required(views.RenamePasskeyPage.as_view()), name="mfa_edit_webauthn"
    ),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        login_required(views.RemovePasskeyPage.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("second-factor/codes/", login_required(views.RecoveryCodesPage.as_view()), name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        login_required(views.NewRecoveryCodesPage.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path("sessions/", admin.site.admin_view(_GET_AND_POST(views.sessions_page)), name="usersessions_list"),
]
