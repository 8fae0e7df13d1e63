"""The sessions of a user: listed, ended one by one or all, ended by a new password, and written seldom."""

from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.accounts import second_factor
from curation.accounts.middleware import SEEN_SECONDS
from curation.lib.user_agents import describe
from tests.admin.pages import text, tree

from .codes import PASSWORD, make_member

pytestmark = pytest.mark.django_db

LOGIN, SESSIONS, LIST = "/admin/login/", "/admin/account/sessions/", "/admin/curation/curateditem/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def eve() -> User:
    return make_member("eve", "Editor")


def browser(user_agent: str, address: str) -> Client:
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    client.post(LOGIN, {"username": "eve", "password": PASSWORD})
    return client


def answers(client: Client) -> bool:
    """Whether a session is used by pages and by requests of scripts."""
    page, fetched = client.get(LIST).status_code, client.get("/admin/session/").status_code
    assert (page, fetched) in ((HTTPStatus.OK, HTTPStatus.OK), (HTTPStatus.FOUND, HTTPStatus.FORBIDDEN))
    return page == HTTPStatus.OK


def test_the_page_lists_the_browsers_of_a_user_and_ends_one_or_all_others() -> None:
    laptop, phone, old = browser(FIREFOX, "192.0.2.1"), browser(SAFARI, "2001:db8::1"), browser("", "192.0.2.9")
    page = text(tree(laptop.get(SESSIONS)))
    for words in ("Firefox on Windows this one", "192.0.2.1", "Safari on an iPhone", "2001:db8::1", "Another browser"):
        assert words in page
    laptop.post(SESSIONS, {"end": str(UserSession.objects.get(ip="2001:db8::1").pk)})
    assert [answers(client) for client in (laptop, phone, old)] == [True, False, True]
    laptop.post(SESSIONS, {"end": "others"})
    assert [answers(client) for client in (laptop, old)] == [True, False]
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_nobody_ends_a_session_of_another_user_or_the_own_one_here() -> None:
    client, other = browser(FIREFOX, "192.0.2.1"), make_member("ben", "Editor")
    ben = Client()
    ben.post(LOGIN, {"username": other.username, "password": PASSWORD})
    for session in UserSession.objects.all():
        client.post(SESSIONS, {"end": str(session.pk)})
    assert answers(client)
    assert answers(ben)
    client.post(SESSIONS, {"end": "x"})
    assert client.post(SESSIONS).status_code == HTTPStatus.FOUND


def test_the_answer_to_a_request_from_before_a_login_keeps_the_cookie_of_the_login(eve: User) -> None:
    ended, stale = browser(FIREFOX, "192.0.2.1"), browser(FIREFOX, "192.0.2.2")
    Session.objects.get(pk=ended.session.session_key).delete()
    eve.set_password("changed elsewhere")
    eve.save(update_fields=["password"])
    for client in (ended, stale):
        assert "sessionid" not in client.get("/admin/session/", headers={"Sec-Fetch-Dest": "empty"}).cookies
    assert "sessionid" not in ended.get(LIST).cookies
    laptop = browser(FIREFOX, "192.0.2.3")
    laptop.force_login(eve)
    assert laptop.post("/admin/logout/").cookies["sessionid"]["max-age"] == 0


def test_a_new_password_ends_all_other_sessions(eve: User) -> None:
    laptop, phone = browser(FIREFOX, "192.0.2.1"), browser(SAFARI, "192.0.2.2")
    new = "another-good-long-one"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert laptop.post("/admin/password_change/", data).status_code == HTTPStatus.FOUND
    assert [answers(client) for client in (laptop, phone)] == [True, False]
    eve.refresh_from_db()
    eve.set_password("set-by-an-administrator")
    eve.save()
    assert not answers(laptop)


def test_a_session_with_a_new_password_can_be_ended_at_once(eve: User) -> None:
    client = browser(FIREFOX, "192.0.2.1")
    new = "another-good-long-one"
    client.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert client.session.session_key in UserSession.objects.values_list("session_key", flat=True)
    second_factor.reset(eve)
    assert not answers(client)


def test_a_session_is_written_at_most_every_five_minutes() -> None:
    client = browser(FIREFOX, "192.0.2.1")
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    assert not [query for query in queries.captured_queries if not query["sql"].startswith("SELECT")]
    before = UserSession.objects.get().last_seen_at
    with time_machine.travel(timezone.now() + timedelta(seconds=SEEN_SECONDS + 60)):
        client.get(LIST)
    assert UserSession.objects.get().last_seen_at > before


def test_a_session_cookie_is_for_this_site_and_not_for_scripts() -> None:
    cookie = browser(FIREFOX, "192.0.2.1").cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 7 * 24 * 3600)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on an iPhone"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on a Mac",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.0", "Another browser"),
    ],
)
def test_browsers_have_words(user_agent: str, words: str) -> None:
    assert describe(user_agent) == words
