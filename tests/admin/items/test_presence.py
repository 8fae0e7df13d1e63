"""Who else has an item open, and what they have saved."""

from datetime import timedelta

import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.models import CuratedItem, Presence
from tests.admin.pages import edit_page, form_data, submit, text, tree
from tests.factories import make_item


def other_editor() -> Client:
    user = User.objects.create_user("ben", first_name="Ben", last_name="Lee", is_staff=True)
    codenames = ("change_curateditem", "view_curateditem", "change_any_curateditem")
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def notes(client: Client, item: CuratedItem, **sent: str) -> list[str]:
    response = client.post(f"/admin/curation/curateditem/{item.pk}/presence/", sent)
    assert response.status_code == 200
    return [text(note) for note in tree(response).iter("p")]


def test_an_editor_sees_who_else_is_here_in_which_field(editor: Client) -> None:
    item, ben = make_item(), other_editor()
    assert notes(editor, item) == []
    assert len(notes(ben, item, field="summary", dirty="1")) == 1
    (note,) = notes(editor, item)
    assert note.startswith("Ben Lee is here, in Summary, since ")
    assert note.endswith(", with unsaved changes.")
    notes(ben, item, field="itemtopic_set-0-topic\0")
    assert "is here, in Topics, since" in notes(editor, item)[0]
    ben.post(f"/admin/curation/curateditem/{item.pk}/presence/", {"leave": "1"})
    assert notes(editor, item) == []


def test_presence_expires_after_a_minute(editor: Client) -> None:
    item, ben = make_item(), other_editor()
    notes(ben, item)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert notes(editor, item) == []
        assert Presence.objects.count() == 1


def test_what_others_saved_since_the_form_was_opened_can_be_taken_in(editor: Client) -> None:
    item, ben = make_item(summary="Old."), other_editor()
    version = form_data(editor.get(edit_page(item)), "curateditem_form")["version"]
    submit(ben, edit_page(item), summary="By Ben.", tags="new")
    response = editor.post(f"/admin/curation/curateditem/{item.pk}/presence/", {"version": version})
    saved = {note.get("data-saved-field"): note for note in tree(response).iter("p")}
    assert text(saved["summary"]).startswith("Ben Lee saved Summary on ")
    assert [button.get("data-take-in") for button in saved["summary"].iter("button")] == ["By Ben."]
    assert list(saved["tags"].iter("button")) == []


def test_presence_is_for_those_who_may_change_the_item(editor: Client, client: Client) -> None:
    item = make_item()
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_curateditem"))
    client.force_login(viewer)
    assert client.post(f"/admin/curation/curateditem/{item.pk}/presence/").status_code == 403
    assert editor.post("/admin/curation/curateditem/0/presence/").status_code == 404
    assert not Presence.objects.exists()


def test_a_renewal_costs_a_fixed_number_of_queries(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    item = make_item()
    for name in "abc":
        user = User.objects.create_user(name)
        Presence.objects.create(item=item, user=user)
    notes(editor, item, version="0@x")
    with django_assert_max_num_queries(15):
        assert len(notes(editor, item, version="0@x")) == 3
