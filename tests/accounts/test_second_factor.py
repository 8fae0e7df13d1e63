"""Second factors: logging in with one, who must have one, wrong codes, and their removal."""

import time
from datetime import timedelta
from http import HTTPStatus
from io import StringIO
from typing import Any
from unittest import mock

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from curation.accounts import second_factor
from curation.accounts.adapters import MFAAdapter
from curation.accounts.forms import FAILURES_COUNT_FOR, MAX_FAILURES
from curation.admin_site.posted_forms import PostedForm
from curation.models import CodeAttempts, CuratedItem
from tests.admin.conftest import member_of
from tests.admin.images import make_image
from tests.admin.pages import ADD, form_data, messages, text, tree

from .codes import PASSWORD, code_of, make_member, recovery_codes_of, set_up_app, wrong_code

pytestmark = pytest.mark.django_db

LOGIN, CODE, SET_UP = "/admin/login/", "/admin/account/login/code/", "/admin/account/second-factor/"
APP, SESSION, LIST = f"{SET_UP}app/", "/admin/session/", "/admin/curation/curateditem/"
NAVIGATE = {"Sec-Fetch-Mode": "navigate"}


def log_in(client: Client, name: str, next_page: str = LIST, **more: str) -> HttpResponse:
    return client.post(LOGIN, {"username": name, "password": PASSWORD, "next": next_page, **more})


def is_logged_in(client: Client) -> bool:
    return client.get(SESSION).status_code == HTTPStatus.OK


@pytest.fixture
def ann() -> User:
    return make_member("ann", "Publisher")


@pytest.fixture
def secret(ann: User) -> str:
    """The secret of the app of Ann, who publishes."""
    return set_up_app(ann)


def test_a_password_alone_does_not_log_in(client: Client, secret: str) -> None:
    assert log_in(client, "ann")["Location"] == CODE
    assert not is_logged_in(client)
    assert client.get(LIST)["Location"].startswith(LOGIN)
    assert client.get("/admin/curation/curateditem/suggest/").status_code == HTTPStatus.FOUND
    assert "Confirm that it is you" in text(tree(client.get(CODE)))


def test_a_code_logs_in_to_the_page_that_was_opened(client: Client, secret: str) -> None:
    log_in(client, "ann", f"{LIST}?status=draft")
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == f"{LIST}?status=draft"
    assert is_logged_in(client)
    assert client.get(LIST).status_code == HTTPStatus.OK


def test_a_login_goes_to_no_other_site(client: Client, secret: str) -> None:
    log_in(client, "ann", "https://example.com/admin/")
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/admin/"


def test_a_code_counts_once_even_if_its_time_is_not_over(secret: str) -> None:
    code = code_of(secret)
    first, second = Client(), Client()
    for client in (first, second):
        log_in(client, "ann")
        client.post(CODE, {"code": code})
    assert is_logged_in(first)
    assert not is_logged_in(second)
    second.post(CODE, {"code": code_of(secret, 1)})  # the phone's clock is ahead
    assert is_logged_in(second)


def test_a_recovery_code_logs_in_once(ann: User, secret: str) -> None:
    code = recovery_codes_of(ann)[0]
    outcomes = []
    for _ in range(2):
        client = Client()
        log_in(client, "ann")
        client.post(CODE, {"code": f"{code[:4]} {code[4:]}"})
        outcomes.append(is_logged_in(client))
    assert outcomes == [True, False]
    assert code not in recovery_codes_of(ann)


def test_after_ten_wrong_codes_a_right_one_waits_for_an_hour(ann: User, secret: str) -> None:
    for number in range(MAX_FAILURES):
        if number % 5 == 0:  # neither another session nor the right password starts the count again
            client = Client()
            log_in(client, "ann")
        assert client.post(CODE, {"code": wrong_code(secret)}).status_code == HTTPStatus.OK
    for code in (code_of(secret), recovery_codes_of(ann)[0]):
        refused = client.post(CODE, {"code": code})
        assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert 3500 < int(refused["Retry-After"]) <= 3600
        assert "Wait 60 minutes" in text(tree(refused))
    with time_machine.travel(timezone.now() + FAILURES_COUNT_FOR, tick=False):
        log_in(client, "ann")
        client.post(CODE, {"code": code_of(secret)})
        assert is_logged_in(client)
    assert CodeAttempts.objects.get().failures == 0


def test_a_right_code_ends_the_count(ann: User, secret: str, client: Client) -> None:
    CodeAttempts.objects.create(user=ann, failures=MAX_FAILURES - 1, since=timezone.now())
    log_in(client, "ann")
    client.post(CODE, {"code": code_of(secret)})
    assert CodeAttempts.objects.get().failures == 0


def test_an_unknown_name_costs_as_many_hashes_as_a_wrong_password(client: Client, secret: str) -> None:
    """The hash is the slow part: without one for unknown names, the time of an answer would tell them."""
    answers = []
    for name in ("ann", "nobody"):
        with mock.patch.object(
            MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
        ) as hashed:
            page = client.post(LOGIN, {"username": name, "password": "wrong"})
        answers.append((hashed.call_count, page.status_code, [note.text for note in tree(page).iter("p")]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 1


@pytest.mark.parametrize("role", ["Publisher", "Administrator"])
def test_whoever_publishes_or_manages_users_is_led_to_set_up_a_second_factor(client: Client, role: str) -> None:
    make_member("ann", role)
    assert log_in(client, "ann")["Location"] == LIST
    assert client.get(LIST, headers=NAVIGATE)["Location"] == SET_UP
    assert "Your account may publish or manage users" in text(tree(client.get(SET_UP)))
    assert client.get(SESSION).json()["user"] is None
    assert client.get("/admin/auth/user/", headers=NAVIGATE)["Location"] == SET_UP


def test_superusers_and_groups_with_such_a_permission_need_one_too() -> None:
    superuser, other = User.objects.create_superuser("root"), User.objects.create_user("other", is_staff=True)
    other.user_permissions.add(Permission.objects.get(codename="publish_curateditem"))
    assert second_factor.is_required(superuser)
    assert second_factor.is_required(User.objects.get(pk=other.pk))


@pytest.mark.parametrize("role", ["Editor", "Contributor"])
def test_editors_may_do_without(client: Client, role: str) -> None:
    make_member("eve", role)
    log_in(client, "eve")
    assert is_logged_in(client)
    assert client.get(LIST).status_code == HTTPStatus.OK
    assert client.get(SET_UP).status_code == HTTPStatus.OK


def test_an_exempt_user_needs_none(client: Client, ann: User, settings: LazySettings) -> None:
    settings.SECOND_FACTOR_EXEMPT = ["ann"]
    log_in(client, "ann")
    assert client.get(LIST).status_code == HTTPStatus.OK


def test_without_a_second_factor_no_form_is_saved_and_none_is_lost(client: Client, ann: User) -> None:
    log_in(client, "ann")
    data = {"title": "Typed", "body": "Words"}
    page = client.post(ADD, data, headers=NAVIGATE)
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert "Set up a second factor first" in text(tree(page))
    assert {"Typed", "Words"} <= {field.get("value") for field in tree(page).iter("input")}
    assert not CuratedItem.objects.exists()
    fetched = client.post(ADD, data, headers={"Sec-Fetch-Mode": "cors"})
    assert (fetched.status_code, fetched.content) == (403, f"Set up a second factor first: {SET_UP}".encode())


def test_setting_up_an_app_shows_a_code_and_recovery_codes_once(client: Client, ann: User) -> None:
    log_in(client, "ann")
    client.get(f"{LIST}?q=x", headers=NAVIGATE)
    page = client.get(APP)  # the password was typed just now
    secret = next(tree(page).iter("code")).text
    assert secret
    code = page.content.decode().partition("qr-code")[2].partition("</svg>")[0]
    assert "<path" in code
    assert "style=" not in code
    assert client.post(APP, {"code": wrong_code(secret)}).status_code == HTTPStatus.OK
    assert not Authenticator.objects.exists()
    done = client.post(APP, {"code": code_of(secret)}, follow=True)
    codes = [code.text for code in tree(done).iter("code")]
    assert codes == recovery_codes_of(ann)
    assert f'href="{LIST}?q=x"' in done.content.decode()
    assert client.get(LIST).status_code == HTTPStatus.OK  # this session counts as confirmed
    assert not list(tree(client.get(f"{SET_UP}codes/")).iter("code"))


def test_another_tab_does_not_save_the_session_while_it_is_confirmed(client: Client, ann: User) -> None:
    """A session is saved as a whole: its old state would be put back."""
    log_in(client, "ann")
    client.get(LIST, headers=NAVIGATE)
    with mock.patch.object(SessionStore, "save") as save:
        assert client.get("/admin/auth/user/", headers=NAVIGATE)["Location"] == SET_UP
    assert not save.called


def test_another_session_confirms_and_may_not_add_a_second_factor_instead(client: Client, ann: User) -> None:
    log_in(client, "ann")  # with a password, before the second factor was set up elsewhere
    secret = set_up_app(ann)
    for path in (LIST, SET_UP, APP, f"{SET_UP}passkeys/add/", f"{SET_UP}codes/", "/admin/account/confirm/"):
        assert client.get(path, headers=NAVIGATE)["Location"].startswith("/admin/account/confirm/code/"), path
    assert client.post(f"{SET_UP}codes/new/").status_code == HTTPStatus.FORBIDDEN
    confirm = client.get(LIST, headers=NAVIGATE)["Location"]
    assert client.post(confirm, {"code": code_of(secret), "next": LIST})["Location"] == LIST
    assert client.get(LIST).status_code == HTTPStatus.OK


def test_removing_the_last_second_factor_needs_the_password_and_ends_what_it_allowed(
    client: Client, ann: User, secret: str
) -> None:
    other = Client()
    for each, steps in ((client, 0), (other, 1)):
        log_in(each, "ann")
        each.post(CODE, {"code": code_of(secret, steps)})
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.post(f"{APP}remove/")["Location"].startswith("/admin/account/confirm/")
        client.post("/admin/account/confirm/", {"password": "wrong"})
        assert Authenticator.objects.exists()
        client.post("/admin/account/confirm/", {"password": PASSWORD})
        client.post(f"{APP}remove/")
    assert not Authenticator.objects.exists()
    assert client.get(LIST, headers=NAVIGATE)["Location"] == SET_UP
    assert not is_logged_in(other)
    assert other.get(LIST)["Location"].startswith(LOGIN)


def test_logging_in_finishes_a_save_after_the_second_factor(client: Client, ann: User, secret: str) -> None:
    log_in(client, "ann")
    client.post(CODE, {"code": code_of(secret)})
    page = client.get(ADD)
    typist = next(field for field in tree(page).iter("input") if field.get("name") == "_typed_by").get("value")
    data = {**form_data(page, "curateditem_form"), "title": "News", "_typed_by": str(typist)}
    del client.cookies["sessionid"]
    held = next(field for field in tree(client.post(ADD, data)).iter("input") if field.get("name") == "held_form")
    asked = log_in(client, "ann", held_form=str(held.get("value")))
    assert "One more step, then your form is saved" in text(tree(asked))
    assert not CuratedItem.objects.exists()
    wrong = client.post(CODE, {**form_data(asked, "code-form"), "code": wrong_code(secret)})
    saved = client.post(CODE, {**form_data(wrong, "code-form"), "code": code_of(secret, 1)}, follow=True)
    assert CuratedItem.objects.get().title == "News"
    assert any("News" in message for message in messages(saved))


def test_a_reset_by_an_administrator_is_logged_and_ends_the_sessions(ann: User, secret: str) -> None:
    client = Client()
    log_in(client, "ann")
    client.post(CODE, {"code": code_of(secret)})
    administrator = member_of("Administrator", "adam")
    page = f"/admin/auth/user/{ann.pk}/second-factor/"
    assert "an authenticator app" in text(tree(administrator.get(f"/admin/auth/user/{ann.pk}/change/")))
    assert "Be sure that it is ann" in text(tree(administrator.get(page)))
    assert Authenticator.objects.exists()
    administrator.post(page)
    assert not Authenticator.objects.exists()
    assert not is_logged_in(client)
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id, entry.change_message) == (
        "adam",
        str(ann.pk),
        "Reset the second factor.",
    )


def test_an_administrator_cannot_reset_a_superuser() -> None:
    root = User.objects.create_superuser("root")
    set_up_app(root)
    administrator = member_of("Administrator", "adam")
    assert administrator.post(f"/admin/auth/user/{root.pk}/second-factor/").status_code == HTTPStatus.FORBIDDEN
    assert Authenticator.objects.exists()


def test_the_operator_resets_by_a_command(ann: User, secret: str) -> None:
    output = StringIO()
    call_command("reset_second_factor", "ann", stdout=output)
    assert output.getvalue() == "Removed 1 second factor of ann. The next login asks for a new one.\n"
    assert not Authenticator.objects.exists()
    assert "command" in LogEntry.objects.get().change_message
    with pytest.raises(CommandError, match="There is no user “anne”"):
        call_command("reset_second_factor", "anne")


def test_nobody_signs_up_or_resets_a_password_by_mail(client: Client) -> None:
    for name in ("signup", "email", "password/reset", "logout"):
        assert client.get(f"/admin/account/{name}/").status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FOUND)
    administrator: Any = member_of("Administrator", "adam")
    assert administrator.get("/admin/account/signup/").status_code == HTTPStatus.NOT_FOUND
    assert administrator.get("/admin/mfa/authenticator/").status_code == HTTPStatus.NOT_FOUND
    assert not Session.objects.filter(session_key="").exists()


def test_secrets_are_not_readable_in_the_database(ann: User, secret: str) -> None:
    codes = recovery_codes_of(ann)
    for authenticator in Authenticator.objects.all():
        (stored,) = (value for name, value in authenticator.data.items() if name in ("secret", "seed"))
        assert stored.startswith("gAAAA")  # a token of Fernet
        assert secret not in stored
    assert len(codes) == 10


def test_a_former_secret_key_reads_second_factors_and_another_one_lets_no_code_in(
    ann: User, secret: str, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    codes, former = recovery_codes_of(ann), settings.SECRET_KEY
    stored = Authenticator.objects.get(type="totp").data["secret"]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" + former, [former]
    assert MFAAdapter().decrypt(stored) == secret
    assert recovery_codes_of(ann) == codes
    settings.SECRET_KEY_FALLBACKS = []
    client = Client()
    log_in(client, "ann")
    for code in (code_of(secret), codes[0]):
        assert "This code is not right" in text(tree(client.post(CODE, {"code": code})))
    assert not is_logged_in(client)
    assert "another SECRET_KEY" in caplog.text


def test_a_new_password_ends_a_log_in_that_waits_for_the_second_factor(client: Client, ann: User, secret: str) -> None:
    log_in(client, "ann")
    User.objects.filter(pk=ann.pk).update(password=make_password("another-good-long-one"))
    answer = client.post(CODE, {"code": code_of(secret)})
    assert "The password was changed" in text(tree(answer))
    assert 'name="password"' in answer.content.decode()
    assert not is_logged_in(client)
    assert client.post(CODE, {"code": code_of(secret)})["Location"].startswith("/admin/account/login/")


def test_a_form_that_a_log_in_holds_outlives_a_new_password(client: Client, ann: User, secret: str) -> None:
    held = PostedForm(ADD, (("title", "News"),), (), ann.pk).pack()
    log_in(client, "ann", held_form=held)
    User.objects.filter(pk=ann.pk).update(password=make_password("another-good-long-one"))
    answer = client.post(CODE, {"code": code_of(secret), "held_form": held})
    fields = [field for field in tree(answer).iter("input") if field.get("name") == "held_form"]
    assert PostedForm.unpack(str(fields[0].get("value")))[0] == PostedForm.unpack(held)[0]


def test_who_still_needs_a_second_factor_has_no_rights_of_staff(ann: User, settings: LazySettings) -> None:
    client = Client()
    log_in(client, "ann")
    url = make_image().file.url
    settings.RATE_LIMITS = {"search": 1, "suggestions": 1, "api": 1}

    def answers() -> list[int]:
        cache.clear()
        long = client.post(LIST, "x" * (settings.MAX_ANONYMOUS_BODY_BYTES + 1), "text/plain")
        searches = [client.get("/search/", {"q": "x"}) for _ in range(2)]
        return [long.status_code == 413, searches[-1].status_code == 429, client.get(url).status_code == 404]

    assert answers() == [True] * 3
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "type": "totp", "at": time.time()}]
    session.save()
    assert answers() == [False] * 3


def test_a_log_in_writes_no_lines_of_django_axes(client: Client, ann: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        log_in(client, "ann")
        client.post(LOGIN, {"username": "ann", "password": "wrong"})
    assert not [record for record in caplog.records if record.name.startswith("axes")]
    assert "Wrong password" in caplog.text
