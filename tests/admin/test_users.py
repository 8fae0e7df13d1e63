from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from curation.items.roles import group_of
from tests.admin.conftest import client_of, member_of

pytestmark = pytest.mark.django_db
PASSWORD = "a-very-new-password"


@pytest.fixture
def administrator() -> Client:
    return member_of("Administrator", "ada")


def page_of(obj: Any, name: str = "change") -> str:
    return reverse(f"admin:auth_{obj._meta.model_name}_{name}", args=[obj.pk])


def form_of(user: User, **changed: Any) -> dict[str, Any]:
    joined = user.date_joined
    dates = {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}
    return {"username": user.username, "is_active": "on", "is_staff": "on", **dates, **changed}


def powerful_users() -> list[User]:
    """Make users with more permissions than an administrator: by the flag, by a permission, and by a group."""
    more = Permission.objects.get(codename="delete_session")
    by_flag, by_permission, by_group = (User.objects.create_user(name) for name in ("root", "rita", "rob"))
    User.objects.filter(pk=by_flag.pk).update(is_superuser=True, is_active=False)
    by_permission.user_permissions.add(more)
    operators = Group.objects.create(name="Operators")
    operators.permissions.add(more)
    by_group.groups.add(operators)
    return [by_flag, by_permission, by_group]


def test_an_administrator_makes_no_superuser_by_a_forged_form(administrator: Client) -> None:
    other, editors = User.objects.create_user("eve"), group_of("Editor")
    permission = Permission.objects.get(codename="delete_session")
    forged = form_of(other, is_superuser="on", user_permissions=[permission.pk], groups=[editors.pk])
    for user in (other, User.objects.get(username="ada")):
        assert administrator.post(page_of(user), {**forged, "username": user.username}).status_code == HTTPStatus.FOUND
        user.refresh_from_db()
        assert not user.is_superuser
        assert not user.user_permissions.exists()
        assert list(user.groups.all()) == [editors]


def test_an_administrator_changes_no_account_with_more_permissions(administrator: Client) -> None:
    for user in powerful_users():
        password = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        answers = [
            administrator.post(page_of(user), form_of(user)),
            administrator.post(page_of(user, "password_change"), password),
            administrator.post(page_of(user, "delete"), {"post": "yes"}),
        ]
        assert {answer.status_code for answer in answers} == {HTTPStatus.FORBIDDEN}
        users = reverse("admin:auth_user_changelist")
        administrator.post(users, {"action": "delete_selected", "_selected_action": user.pk, "post": "yes"})
        assert User.objects.get(pk=user.pk).check_password(PASSWORD) is False
        assert administrator.get(page_of(user)).status_code == HTTPStatus.OK


def test_an_administrator_gives_only_own_permissions_by_groups(administrator: Client) -> None:
    powerful_users()
    operators, own = Group.objects.get(name="Operators"), Group.objects.create(name="Interns")
    more, held = (Permission.objects.get(codename=name) for name in ("delete_session", "view_user"))
    eve = User.objects.create_user("eve")
    refused = administrator.post(page_of(eve), form_of(eve, groups=[operators.pk]))
    assert "groups" in refused.context["adminform"].form.errors
    administrator.post(page_of(own), {"name": "Interns", "permissions": [more.pk]})
    assert not own.permissions.exists()
    administrator.post(page_of(own), {"name": "Interns", "permissions": [held.pk]})
    assert list(own.permissions.all()) == [held]
    for name, data in (("change", {"name": "Operators"}), ("delete", {"post": "yes"})):
        assert administrator.post(page_of(operators, name), data).status_code == HTTPStatus.FORBIDDEN


def test_a_superuser_sets_everything() -> None:
    root, eve = User.objects.create_superuser("root"), User.objects.create_user("eve")
    permission = Permission.objects.get(codename="delete_session")
    client_of(root).post(page_of(eve), form_of(eve, is_superuser="on", user_permissions=[permission.pk]))
    eve.refresh_from_db()
    assert (eve.is_superuser, list(eve.user_permissions.all())) == (True, [permission])
