"""Permission to import, which adds, changes and publishes items."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from curation.items.workflow import MADE_BY_IMPORTS
from curation.models import ImportRecord, ImportRun
from tests.admin.conftest import client_of

pytestmark = pytest.mark.django_db

MODELS = ("curateditem", "importrun")


def member_with(*verbs: str, without: str = "") -> Client:
    """Return a client of a staff member with these permissions for items and runs, and to add the rows that files name,
    but not those of the model `without`.
    """
    user = User.objects.create_user("member", is_staff=True)
    codenames = [f"{verb}_{model}" for verb in verbs for model in MODELS]
    codenames += [f"add_{model}" for model in MADE_BY_IMPORTS if model != without]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return client_of(user)


def statuses(client: Client) -> dict[str, int]:
    run = ImportRun.objects.create(outcome=ImportRun.Outcome.FAILED, paths=["/nowhere"], counts={"rejected": 1})
    ImportRecord.objects.create(run=run, path="a.md", outcome="rejected")
    page = f"/admin/curation/importrun/{run.pk}"
    return {
        "add": client.get("/admin/curation/importrun/add/").status_code,
        "again": client.post(f"{page}/again/").status_code,
        "go on": client.post(f"{page}/go-on/").status_code,
        "undo": client.get(f"{page}/undo/").status_code,
        "plan": client.post(f"{page}/undo/plan/").status_code,
    }


@pytest.mark.parametrize(
    "verbs", [("view",), ("view", "add", "change", "change_any"), ("view", "change", "change_any", "publish")]
)
def test_importing_is_denied_without_permission_to_add_and_publish_items(verbs: tuple[str, ...]) -> None:
    assert set(statuses(member_with(*verbs)).values()) == {403}


@pytest.mark.parametrize("model", MADE_BY_IMPORTS)
def test_importing_is_denied_without_permission_to_add_what_files_name(model: str) -> None:
    member = member_with("view", "add", "change", "change_any", "publish", "delete", without=model)
    assert set(statuses(member).values()) == {403}


def test_importing_needs_permission_to_add_change_and_publish_items_and_undoing_also_to_delete_them() -> None:
    importing = ("view", "add", "change", "change_any", "publish")
    denied = {"undo": 403, "plan": 403}
    assert statuses(member_with(*importing)) == {"add": 200, "again": 302, "go on": 404, **denied}
    User.objects.all().delete()
    allowed = statuses(member_with(*importing, "delete"))
    assert (allowed["undo"], allowed["plan"]) == (200, 302)
