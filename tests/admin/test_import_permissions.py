"""Who may import: an import changes items as well as making them."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from curation.models import ImportRun

from .conftest import client_of

pytestmark = pytest.mark.django_db

MODELS = ("curateditem", "importrun")


def member_with(*verbs: str) -> Client:
    """Return somebody of the staff who may do these things to items and runs."""
    user = User.objects.create_user("member", is_staff=True)
    codenames = [f"{verb}_{model}" for verb in verbs for model in MODELS]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return client_of(user)


def statuses(client: Client) -> dict[str, int]:
    run = ImportRun.objects.create(outcome=ImportRun.Outcome.FAILED, paths=["/nowhere"], counts={"rejected": 1})
    page = f"/admin/curation/importrun/{run.pk}"
    return {
        "add": client.get("/admin/curation/importrun/add/").status_code,
        "again": client.post(f"{page}/again/").status_code,
        "go on": client.post(f"{page}/go-on/").status_code,
        "undo": client.get(f"{page}/undo/").status_code,
    }


@pytest.mark.parametrize("verbs", [("view",), ("view", "add"), ("view", "change")])
def test_who_may_not_both_make_and_change_items_may_not_import(verbs: tuple[str, ...]) -> None:
    assert set(statuses(member_with(*verbs)).values()) == {403}


def test_who_may_make_and_change_items_may_import_and_who_may_delete_them_may_undo() -> None:
    assert statuses(member_with("view", "add", "change")) == {"add": 200, "again": 302, "go on": 404, "undo": 403}
    User.objects.all().delete()
    assert statuses(member_with("view", "add", "change", "delete"))["undo"] == 200
