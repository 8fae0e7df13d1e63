"""Forms sent without a session, or with an old token: nothing typed is lost, also without script."""

from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from curation.admin_site import posted_forms
from curation.items.roles import group_of
from curation.models import CuratedItem
from tests.factories import make_item

from .pages import ADD, LIST, edit_page, form_data, messages, text, tree

pytestmark = pytest.mark.django_db
PASSWORD = "a-good-long-password"
LOGIN = "/admin/login/"
SAME_ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _users(settings: LazySettings) -> None:
    settings.SECOND_FACTOR_EXEMPT = ["ann", "ben"]
    for name in ("ann", "ben"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(group_of("Publisher"))
    User.objects.create_user("vic", password=PASSWORD, is_staff=True)


def browser(name: str = "") -> Client:
    """Return a client that checks CSRF tokens as a browser makes Django do, logged in as a user."""
    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    if name:
        token = client.cookies["csrftoken"].value
        client.post(LOGIN, {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token})
    return client


def typed(client: Client, url: str, **fields: str) -> dict[str, str]:
    """Open a form, and return its data with some fields changed."""
    page = client.get(url)
    (typist,) = (field for field in tree(page).iter("input") if field.get("name") == "_typed_by")
    return {**form_data(page, "curateditem_form"), "_typed_by": typist.get("value", ""), **fields}


def lose_session(client: Client) -> None:
    del client.cookies["sessionid"]


def log_in(client: Client, page: HttpResponse, name: str, password: str = PASSWORD) -> HttpResponse:
    """Send the form of a log-in page, with the inputs that belong to it wherever they are."""
    outside = {
        field.get("name", ""): field.get("value", "")
        for field in tree(page).iter("input")
        if field.get("form") == "login-form"
    }
    data = {**form_data(page, "login-form"), **outside, "username": name, "password": password}
    return client.post(LOGIN, data, follow=True)


def sent_again(page: HttpResponse) -> tuple[str, dict[str, str]]:
    """Return the address and the data of the button of an error page."""
    (form,) = (form for form in tree(page).iter("form") if form.get("id") != "logout-form")
    fields = (field for field in form.iter("input") if field.get("name"))
    return form.get("action", ""), {field.get("name", ""): field.get("value", "") for field in fields}


def test_logging_in_finishes_the_save() -> None:
    client, item = browser("ann"), make_item("Old")
    data = typed(client, edit_page(item), title="New", body="Line 1\nLine 2", _continue="1")
    lose_session(client)
    page = client.post(edit_page(item), data)
    assert page.status_code == 403
    assert "You were logged out. Log in to finish saving." in text(tree(page))
    saved = log_in(client, page, "ann")
    assert messages(saved)[0].startswith("Saved “New”. Live since")
    item.refresh_from_db()
    assert (item.title, item.body) == ("New", "Line 1\nLine 2")
    again = form_data(saved, "curateditem_form") | {"title": "Newer"}  # with the token of the new session
    assert client.post(edit_page(item), again).status_code == 302


def test_a_wrong_password_keeps_the_form() -> None:
    client = browser("ann")
    data = typed(client, ADD, title="News")
    lose_session(client)
    page = log_in(client, client.post(ADD, data), "ann", "wrong")
    assert not CuratedItem.objects.exists()
    log_in(client, page, "ann")
    assert CuratedItem.objects.get().title == "News"


def test_files_that_were_sent_without_a_session_are_named() -> None:
    client = browser("ann")
    data = typed(client, ADD, title="News")
    lose_session(client)
    page = client.post(ADD, {**data, "pdf": SimpleUploadedFile("paper.pdf", b"%PDF-")})
    assert "Choose these files again afterwards: paper.pdf" in text(tree(page))
    saved = log_in(client, page, "ann")
    assert "Not saved, because you were logged out: paper.pdf. Choose it again." in messages(saved)
    assert CuratedItem.objects.get().title == "News"


def test_errors_of_the_form_are_shown_after_logging_in() -> None:
    client = browser("ann")
    data = typed(client, ADD, source_url="x:y", body="Typed")
    lose_session(client)
    page = log_in(client, client.post(ADD, data), "ann")
    assert form_data(page, "curateditem_form")["body"] == "Typed"
    assert client.post(ADD, form_data(page, "curateditem_form") | {"source_url": ""}).status_code == 302


@pytest.mark.parametrize(
    ("name", "typist", "reason"),
    [
        ("ben", "ann", "You are logged in as ben, and ann filled it in."),
        ("ann", "", "The form does not say who filled it in."),
        ("ann", "1:forged", "The form does not say who filled it in."),
    ],
)
def test_a_form_of_somebody_else_is_saved_after_a_confirmation_only(name: str, typist: str, reason: str) -> None:
    client = browser("ann")
    data = typed(client, ADD, title="News")
    lose_session(client)
    data |= {} if typist == "ann" else {"_typed_by": typist}
    page = log_in(client, client.post(ADD, data), name)
    assert reason in text(tree(page))
    assert not CuratedItem.objects.exists()
    client.post(*sent_again(page))
    assert CuratedItem.objects.get().title == "News"


def test_a_form_that_waited_for_more_than_an_hour_is_saved_after_a_confirmation_only() -> None:
    client = browser("ann")
    data = typed(client, ADD, title="News")
    lose_session(client)
    page = client.post(ADD, data)
    later = (timezone.now() + posted_forms.MAX_PACKED_AGE + timedelta(seconds=1)).timestamp()
    with mock.patch("django.core.signing.time.time", return_value=later):
        asked = log_in(client, page, "ann")
    assert "You sent it more than an hour ago." in text(tree(asked))
    assert not CuratedItem.objects.exists()


def test_the_user_who_logs_in_needs_the_permission_to_save() -> None:
    client = browser()
    held = posted_forms.PostedForm(ADD, (("title", "News"),), user_id=User.objects.get(username="vic").pk)
    data = {
        **form_data(client.get(LOGIN), "login-form"),
        "held_form": held.pack(),
        "username": "vic",
        "password": PASSWORD,
    }
    refused = client.post(LOGIN, data)
    assert refused.status_code == 403
    assert "News" in text(tree(refused))
    assert not CuratedItem.objects.exists()


def test_another_user_with_fewer_rights_is_refused_and_keeps_the_text() -> None:
    client, item = browser("ann"), make_item("Old")
    User.objects.create_user("con", password=PASSWORD, is_staff=True).groups.add(group_of("Contributor"))
    data = typed(client, edit_page(item), title="New", body="A long text")
    lose_session(client)
    asked = log_in(client, client.post(edit_page(item), data), "con")
    assert "You are logged in as con, and ann filled it in." in text(tree(asked))
    refused = client.post(*sent_again(asked))
    assert refused.status_code == 403
    assert "You may not do this" in text(tree(refused))
    assert "A long text" in text(tree(refused))
    item.refresh_from_db()
    assert item.title == "Old"


def test_a_held_form_needs_the_token_of_the_login_page() -> None:
    client = browser()
    held = posted_forms.PostedForm(ADD, (("title", "News"),), user_id=User.objects.get(username="ann").pk)
    data = {"held_form": held.pack(), "username": "ann", "password": PASSWORD}
    assert client.post(LOGIN, data).status_code == 403
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("held", ["x", "x:y:z"])
def test_a_forged_form_is_ignored(held: str) -> None:
    client = browser()
    data = {**form_data(client.get(LOGIN), "login-form"), "username": "ann", "password": PASSWORD, "held_form": held}
    assert client.post(LOGIN, data)["Location"] == "/admin/"


def test_a_form_that_is_too_large_to_be_held_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posted_forms, "MAX_PACKED_CHARS", 100)
    client = browser("ann")
    data = typed(client, ADD, title="News")
    lose_session(client)
    page = client.post(ADD, data)
    assert "this form is too large to be kept here" in text(tree(page))
    assert "Log in to finish saving" not in text(tree(page))


def test_any_form_that_a_person_sends_is_held() -> None:
    client = browser("ann")
    data = {"action": "publish", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    lose_session(client)
    assert client.post(LIST, data).status_code == 302  # the request of a script
    page = client.post(LIST, data, headers={"Sec-Fetch-Mode": "navigate"})
    assert "Log in to finish saving" in text(tree(page))


def test_a_form_with_an_old_token_is_kept_and_sent_again_with_a_new_one() -> None:
    client, item = browser("ann"), make_item("Old")
    data = typed(client, edit_page(item), title="New", body="Line 1\nLine 2")
    client.cookies["csrftoken"] = browser("ann").cookies["csrftoken"].value
    page = client.post(edit_page(item), data, headers=SAME_ORIGIN)
    assert page.status_code == 403
    assert "Your text is kept on this page." in text(tree(page))
    assert "Medigy Curation" in text(tree(page))
    url, kept = sent_again(page)
    assert client.post(url, kept, headers=SAME_ORIGIN).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.body) == ("New", "Line 1\nLine 2")


@pytest.mark.parametrize(("name", "is_kept"), [("ann", True), ("vic", False), ("", False)])
def test_files_of_a_form_with_an_old_token_are_kept_for_users_who_may_save_it(
    name: str, is_kept: bool, form_uploads: Path
) -> None:
    client = browser("ann")
    data = typed(client, ADD, title="News")
    client.cookies = browser(name).cookies
    page = client.post(ADD, {**data, "pdf": SimpleUploadedFile("paper.pdf", b"%PDF-")}, headers=SAME_ORIGIN)
    assert page.status_code == 403
    assert ("Chosen files are not: paper.pdf." in text(tree(page))) is not is_kept
    assert form_uploads.exists() is is_kept
    if is_kept:
        client.post(*sent_again(page), headers=SAME_ORIGIN)
        assert CuratedItem.objects.get().pdf


def test_an_old_form_of_another_user_says_whose_it_is() -> None:
    client = browser("ann")
    data = typed(client, ADD, title="News")
    client.cookies = browser("ben").cookies
    page = client.post(ADD, data, headers=SAME_ORIGIN)
    assert "ann filled in this form" in text(tree(page))


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {}])
def test_a_form_of_another_site_is_not_repeated(headers: dict[str, str]) -> None:
    page = browser("ann").post(ADD, {"title": "Buy pills"}, headers=headers)
    assert page.status_code == 403
    assert "This form was not accepted" in text(tree(page))
    assert "Buy pills" not in page.content.decode()


def test_passwords_are_never_repeated() -> None:
    page = browser().post(LOGIN, {"username": "ann", "password": PASSWORD}, headers=SAME_ORIGIN)
    assert page.status_code == 403
    assert PASSWORD not in page.content.decode()
