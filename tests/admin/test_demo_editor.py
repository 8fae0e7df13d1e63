"""`manage.py create_demo_editor`."""

from io import StringIO

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def run(**options: bool) -> str:
    output = StringIO()
    call_command("create_demo_editor", stdout=output, **options)
    return output.getvalue()


@pytest.fixture(autouse=True)
def debug(settings: LazySettings) -> None:
    settings.DEBUG = True


def test_the_printed_editor_can_log_in_and_edit(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.delenv("DEMO_EDITOR_PASSWORD", raising=False)
    name, password = (line.partition(": ")[2] for line in run().splitlines())
    assert client.login(username=name, password=password)
    assert client.get("/admin/curation/curateditem/add/").status_code == 200
    assert client.get("/admin/auth/user/").status_code == 403


def test_the_password_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setenv("DEMO_EDITOR_PASSWORD", "correct horse battery")
    assert "correct horse battery" in run()
    assert client.login(username="editor", password="correct horse battery")


def test_a_second_run_creates_no_second_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    run()
    assert User.objects.get().groups.get().name == "Publisher"


def test_the_former_group_of_the_demo_editor_goes_with_its_last_member() -> None:
    former = Group.objects.create(name="Editors")
    User.objects.create_user("editor").groups.add(former)
    other = User.objects.create_user("ann")
    other.groups.add(former)
    run()
    assert list(other.groups.all()) == [former]
    other.delete()
    run()
    assert not Group.objects.filter(name="Editors").exists()


def test_editors_may_only_look_at_source_documents() -> None:
    run()
    permissions = set(Group.objects.get(name="Publisher").permissions.values_list("codename", flat=True))
    assert {name for name in permissions if name.endswith("_sourcedocument")} == {"view_sourcedocument"}
    assert {"add_curateditem", "delete_topic", "change_itemtopic", "add_tag"} <= permissions


def test_a_production_site_is_left_alone_unless_forced(settings: LazySettings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        run()
    assert not User.objects.exists()
    assert "Demo editor" in run(force=True)
