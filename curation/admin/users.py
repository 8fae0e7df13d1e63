"""Users and groups. Nobody can give, or take over, permissions beyond their own.

Every change asks for the password again after a while: a session that was stolen takes over no account.
"""

from abc import abstractmethod
from typing import Any

import allauth.account.admin  # these register models that are unregistered below
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from curation.accounts import second_factor
from curation.admin_site.changelists import BoundedAdmin
from curation.admin_site.confirmation import ask_who_it_is

#: Fields that only superusers see and set: they give permissions without a group.
_SUPERUSER_FIELDS = frozenset(["is_superuser", "user_permissions"])


def permissions_of(user: Any) -> QuerySet[Permission]:
    """Return the permissions of a user, whether or not the account is active."""
    rows = Permission.objects.all()
    return rows if user.is_superuser else rows.filter(Q(user=user) | Q(group__user=user)).distinct()


def has_all(user: Any, permissions: QuerySet[Permission]) -> bool:
    """Whether a user has all of some permissions."""
    return user.is_superuser or not permissions.exclude(pk__in=permissions_of(user).values("pk")).exists()


def _ask_before_change(request: HttpRequest) -> HttpResponse | None:
    return ask_who_it_is(request) if request.method == "POST" else None


class WithinOwnPermissions(BoundedAdmin):
    """A model admin whose objects have permissions: those with more than the user has are read-only."""

    @abstractmethod
    def exceeds(self, user: Any, obj: Any) -> bool:
        """Whether an object has a permission that a user lacks."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and self.exceeds(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and self.exceeds(request.user, obj))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _ask_before_change(request) or super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _ask_before_change(request) or super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the list, or carry out an action of it: the deletion of the chosen rows."""
        return _ask_before_change(request) or super().changelist_view(request, *args, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return a field of groups or permissions, with those that the user may give."""
        own = permissions_of(request.user)
        if db_field.related_model is Permission:
            kwargs["queryset"] = own
        elif db_field.related_model is Group:
            others = Permission.objects.exclude(pk__in=own.values("pk"))
            kwargs["queryset"] = Group.objects.exclude(permissions__in=others)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


# Users manage their second factors and sessions on their own pages, and nobody sees the secrets.
admin.site.unregister([Group, User, Authenticator, EmailAddress, UserSession])


@admin.register(Group)
class LimitedGroupAdmin(WithinOwnPermissions, GroupAdmin):  # type: ignore[misc]  # the stubs disagree with each other
    def exceeds(self, user: Any, obj: Group) -> bool:
        return not has_all(user, obj.permissions.all())


@admin.register(User)
class LimitedUserAdmin(WithinOwnPermissions, UserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    def exceeds(self, user: Any, obj: User) -> bool:
        return not user.is_superuser and (obj.is_superuser or not has_all(user, permissions_of(obj)))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.reset_second_factor))
        return [path("<int:pk>/second-factor/", view, name="auth_user_reset_second_factor"), *super().get_urls()]

    @admin.display(description="Second factor")
    def second_factor(self, user: User) -> str:
        """Return what a user has set up, with a link to the page that resets it."""
        types = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        passkeys = types.count(Authenticator.Type.WEBAUTHN)
        names = ["an authenticator app"] if Authenticator.Type.TOTP in types else []
        names += [f"{passkeys} passkey{'' if passkeys == 1 else 's'}"] if passkeys else []
        if not names:
            return "None, but needed: asked for at the next login." if second_factor.is_required(user) else "None."
        url = reverse("admin:auth_user_reset_second_factor", args=[user.pk])
        return format_html('Set up: {}. <a href="{}">Reset it…</a>', " and ".join(names), url)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return ask_who_it_is(request) or super().user_change_password(request, *args, **kwargs)

    def reset_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to reset the second factor of a user (GET), or reset it (POST)."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if asked := ask_who_it_is(request):
            return asked
        if request.method == "POST":
            second_factor.reset(user, request.user)
            self.message_user(request, f"The second factor of {user} is reset, and the sessions are ended.")
            return redirect("admin:index" if user == request.user else reverse("admin:auth_user_change", args=[pk]))
        context = {**self.admin_site.each_context(request), "title": f"Reset the second factor of {user}?"}
        context |= {"opts": self.opts, "account": user, "is_required": second_factor.is_required(user)}
        return TemplateResponse(request, "admin/auth/user/reset_second_factor.html", context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "second_factor")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fieldsets, without `_SUPERUSER_FIELDS` for others than superusers. The form has the fields of
        the page alone, so these are not taken from a forged form either.
        """
        fieldsets = super().get_fieldsets(request, obj)
        if obj:  # Django's first fieldset has the name and the password
            title, options = fieldsets[0]
            fieldsets = [(title, {**options, "fields": [*options["fields"], "second_factor"]}), *fieldsets[1:]]
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in _SUPERUSER_FIELDS]})
            for title, options in fieldsets
        ]
