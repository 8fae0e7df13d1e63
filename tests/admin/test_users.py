from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

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


def test_changes_of_accounts_ask_for_the_password_after_a_quarter_of_an_hour(administrator: Client) -> None:
    ada, editors = User.objects.get(username="ada"), group_of("Editor")
    before = ada.password
    password = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    second_factor = reverse("admin:auth_user_reset_second_factor", args=[ada.pk])
    requests: dict[str, dict[str, Any]] = {
        page_of(ada, "password_change"): password,
        second_factor: {},
        page_of(ada): form_of(ada, first_name="Typed", groups=[editors.pk]),
        page_of(editors): {"name": "Typed"},
        reverse("admin:auth_user_add"): {**password, "username": "Typed"},
        reverse("admin:auth_group_add"): {"name": "Typed"},
        **{page_of(obj, "delete"): {"post": "yes"} for obj in (ada, editors)},
        reverse("admin:auth_user_changelist"): {"action": "delete_selected", "_selected_action": ada.pk, "post": "yes"},
    }
    confirm = reverse("account_reauthenticate")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        for url, data in requests.items():
            answer = administrator.post(url, data)
            assert answer.status_code == HTTPStatus.FORBIDDEN
            page = answer.content.decode()
            assert f'href="{confirm}' in page
            assert ("Typed" in page) == ("Typed" in data.values())
            assert PASSWORD not in page
        for url in (page_of(ada, "password_change"), second_factor):
            assert administrator.get(url)["Location"].startswith(confirm)
        assert administrator.get(page_of(ada)).status_code == HTTPStatus.OK
        ada.refresh_from_db()
        assert (ada.password, ada.first_name, list(ada.groups.all())) == (before, "", [group_of("Administrator")])
        assert not User.objects.filter(username="Typed").exists()
        assert not Group.objects.filter(name="Typed").exists()
        administrator.post(confirm, {"password": "a-good-long-password"})
        assert administrator.post(page_of(ada, "password_change"), password).status_code == HTTPStatus.FOUND
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
