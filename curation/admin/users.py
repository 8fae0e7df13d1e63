"""Users and groups. Nobody can give, or take over, permissions beyond their own."""

from abc import abstractmethod
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from curation.admin_site.changelists import BoundedAdmin

#: Fields that only superusers see and set: they give permissions without a group.
_SUPERUSER_FIELDS = frozenset(["is_superuser", "user_permissions"])


def permissions_of(user: Any) -> QuerySet[Permission]:
    """Return the permissions of a user, whether or not the account is active."""
    rows = Permission.objects.all()
    return rows if user.is_superuser else rows.filter(Q(user=user) | Q(group__user=user)).distinct()


def has_all(user: Any, permissions: QuerySet[Permission]) -> bool:
    """Whether a user has all of some permissions."""
    return user.is_superuser or not permissions.exclude(pk__in=permissions_of(user).values("pk")).exists()


class WithinOwnPermissions(BoundedAdmin):
    """A model admin whose objects have permissions: those with more than the user has are read-only."""

    @abstractmethod
    def exceeds(self, user: Any, obj: Any) -> bool:
        """Whether an object has a permission that a user lacks."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and self.exceeds(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and self.exceeds(request.user, obj))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return a field of groups or permissions, with those that the user may give."""
        own = permissions_of(request.user)
        if db_field.related_model is Permission:
            kwargs["queryset"] = own
        elif db_field.related_model is Group:
            others = Permission.objects.exclude(pk__in=own.values("pk"))
            kwargs["queryset"] = Group.objects.exclude(permissions__in=others)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister([Group, User])


@admin.register(Group)
class LimitedGroupAdmin(WithinOwnPermissions, GroupAdmin):  # type: ignore[misc]  # the stubs disagree with each other
    def exceeds(self, user: Any, obj: Group) -> bool:
        return not has_all(user, obj.permissions.all())


@admin.register(User)
class LimitedUserAdmin(WithinOwnPermissions, UserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    def exceeds(self, user: Any, obj: User) -> bool:
        return not user.is_superuser and (obj.is_superuser or not has_all(user, permissions_of(obj)))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fieldsets, without `_SUPERUSER_FIELDS` for others than superusers. The form has the fields of
        the page alone, so these are not taken from a forged form either.
        """
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in _SUPERUSER_FIELDS]})
            for title, options in fieldsets
        ]
