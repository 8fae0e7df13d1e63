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


def test_the_editor_it_prints_can_log_in_and_edit(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.delenv("DEMO_EDITOR_PASSWORD", raising=False)
    name, password = (line.partition(": ")[2] for line in run().splitlines())
    assert client.login(username=name, password=password)
    assert client.get("/admin/curation/curateditem/add/").status_code == 200
    assert client.get("/admin/auth/user/").status_code == 403


def test_the_password_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setenv("DEMO_EDITOR_PASSWORD", "correct horse battery")
    assert "correct horse battery" in run()
    assert client.login(username="editor", password="correct horse battery")


def test_a_second_run_makes_no_second_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    run()
    assert (User.objects.count(), Group.objects.count()) == (1, 1)


def test_imports_are_for_editors_to_look_at_alone() -> None:
    run()
    permissions = set(Group.objects.get().permissions.values_list("codename", flat=True))
    assert {name for name in permissions if name.endswith("_sourcedocument")} == {"view_sourcedocument"}
    assert {"add_curateditem", "delete_topic", "change_itemtopic", "add_tag"} <= permissions


def test_a_production_site_is_left_alone_unless_forced(settings: LazySettings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        run()
    assert not User.objects.exists()
    assert "Demo editor" in run(force=True)
