"""Forms of the admin tell the browser that they are saved, and whether their user is still logged in."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_item

from .pages import ADD, add, edit_page, submit, tree

NAMES = [character * 32 for character in "ab"]
SESSION = "/admin/session/"


def marker(page: HttpResponse) -> dict[str, str]:
    """Return the attributes of the input that names a form's copy in the browser."""
    (found,) = (field for field in tree(page).iter("input") if field.get("name") == "_local_copy")
    return dict(found.attrib)


def test_a_saved_form_is_named_in_a_cookie(editor: Client) -> None:
    submit(editor, ADD, title="News", _local_copy=NAMES[0])
    add(editor, "author", name="Ada", _local_copy=NAMES[1])
    cookie = editor.cookies["saved_copies"]
    assert (cookie.value, cookie["path"], cookie["samesite"]) == (".".join(NAMES), "/admin/", "Lax")
    assert not cookie["httponly"]  # a script reads it


def test_a_form_with_errors_keeps_its_copy(editor: Client) -> None:
    page = submit(editor, ADD, source_url="x:y", _local_copy=NAMES[0])
    assert "saved_copies" not in editor.cookies
    assert marker(page)["value"] == NAMES[0]
    assert "data-unsaved" in marker(page)


@pytest.mark.parametrize("name", ["x", "../x", "a" * 33, ""])
def test_a_malformed_name_is_ignored(editor: Client, name: str) -> None:
    page = submit(editor, ADD, source_url="x:y", _local_copy=name)
    assert marker(page)["value"] == ""
    submit(editor, ADD, title="News", _local_copy=name)
    assert "saved_copies" not in editor.cookies


def test_a_form_names_its_user_and_object(editor: Client) -> None:
    item, user = make_item(), User.objects.get()
    new, known = marker(editor.get(ADD)), marker(editor.get(edit_page(item)))
    assert new["data-form"] == "curation.curateditem:new"
    assert known["data-form"] == f"curation.curateditem:{item.pk}"
    assert known["data-user"] == str(user.pk)
    assert "data-unsaved" not in known


def test_the_session_is_checked_cheaply(editor: Client) -> None:
    editor.get(SESSION)
    with CaptureQueriesContext(connection) as queries:
        answer = editor.get(SESSION)
    assert len(queries) <= 3  # session, user, preferences
    assert answer.json()["user"] == User.objects.get().pk
    assert "no-store" in answer["Cache-Control"]
    assert editor.post(SESSION).status_code == 405


def test_the_token_of_the_session_is_valid(editor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    token = strict.get(SESSION).json()["csrf"]
    assert strict.post("/admin/curation/author/add/", {"name": "Ada", "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.django_db
def test_without_a_session_there_is_a_token_to_log_in(client: Client) -> None:
    answer = client.get(SESSION)
    assert (answer.status_code, answer.json()["user"]) == (403, None)
    assert answer.json()["csrf"]
    assert "csrftoken" in answer.cookies


def test_enter_presses_a_disabled_button(editor: Client) -> None:
    """A browser sends a form by its first button; if that is disabled, Enter does nothing, also without script."""
    (form,) = (form for form in tree(editor.get(ADD)).iter("form") if form.get("id") == "curateditem_form")
    buttons = [field for field in form.iter() if field.get("type") == "submit"]
    assert "disabled" in buttons[0].attrib
    assert "disabled" not in buttons[1].attrib
