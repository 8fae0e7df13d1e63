"""Guessing passwords: limits by account and address, checked before a password is hashed."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread
from unittest import mock

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import LazySettings, settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.admin_site.hashing_middleware import log_ins
from curation.items.roles import group_of
from curation.lib.circuit_breaker import CircuitBreaker
from curation.operations.login_attempts import old_attempts
from curation.passwords.attempts import (
    ADDRESS_WINDOW,
    COUNT_SECONDS,
    MAX_ADDRESS_ATTEMPTS,
    MAX_PAIR_ATTEMPTS,
    MAX_SITE_ATTEMPTS,
    PAIR_WINDOW,
    AttemptsBackend,
)
from curation.passwords.hashing import HashBudget, HashingBusy
from curation.passwords.known_browsers import COOKIE
from tests.admin.pages import ADD, form_data, text, tree

pytestmark = pytest.mark.django_db
PASSWORD = "four-random-words-here"
LOGIN, CHANGE = "/admin/login/", "/admin/password_change/"


@pytest.fixture(autouse=True)
def _users() -> None:
    for name in ("ann", "ben"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(group_of("Editor"))


@pytest.fixture(autouse=True)
def hashes() -> Iterator[mock.Mock]:
    """Count the passwords that are hashed."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode
    with mock.patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=encode) as hashes:
        yield hashes


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.admin_site.hashing_middleware.REFUSAL_SECONDS", 0)


def log_in(name: str, password: str, address: str = "192.0.2.1", **fields: str) -> HttpResponse:
    data = {"username": name, "password": password, "next": "/admin/", **fields}
    return Client(REMOTE_ADDR=address).post(LOGIN, data)


def is_refused(response: HttpResponse) -> bool:
    return response.status_code == 429


def guess(name: str, number: int, address: str = "192.0.2.1") -> list[HttpResponse]:
    return [log_in(name, f"wrong-{index}", address) for index in range(number)]


def test_too_many_guesses_are_refused_without_a_hash(hashes: mock.Mock) -> None:
    assert not any(map(is_refused, guess("ann", MAX_PAIR_ATTEMPTS)))
    assert hashes.call_count == MAX_PAIR_ATTEMPTS
    assert is_refused(log_in("ann", PASSWORD))
    assert hashes.call_count == MAX_PAIR_ATTEMPTS


def test_nobody_is_locked_out_at_another_address_or_from_another_account() -> None:
    guess("ann", MAX_PAIR_ATTEMPTS + 1)
    assert log_in("ann", PASSWORD, "192.0.2.2").status_code == 302
    assert log_in("ben", PASSWORD).status_code == 302


def test_many_accounts_at_one_address_cost_a_few_hashes_a_minute(hashes: mock.Mock) -> None:
    answers = [log_in(f"user-{index}", "wrong") for index in range(3 * MAX_ADDRESS_ATTEMPTS)]
    assert hashes.call_count == MAX_ADDRESS_ATTEMPTS <= 10
    assert sum(map(is_refused, answers)) == 2 * MAX_ADDRESS_ATTEMPTS
    assert log_in("ann", PASSWORD, "192.0.2.2").status_code == 302


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
    ],
)
def test_addresses_of_one_network_count_as_one(first: str, second: str, is_one: bool) -> None:
    guess("ann", MAX_PAIR_ATTEMPTS, first)
    assert is_refused(log_in("ann", PASSWORD, second)) == is_one


@pytest.mark.parametrize("spelling", ["ANN", "ａｎｎ", " ann "])
def test_spellings_of_a_name_count_as_one(spelling: str) -> None:
    guess(spelling, MAX_PAIR_ATTEMPTS)
    assert is_refused(log_in("ann", PASSWORD))


def test_a_client_cannot_choose_its_address(settings: LazySettings) -> None:
    for index in range(MAX_PAIR_ATTEMPTS):
        headers = {"X-Forwarded-For": f"198.51.100.{index}"}
        Client(headers=headers).post(LOGIN, {"username": "ann", "password": "wrong"})
    assert is_refused(Client().post(LOGIN, {"username": "ann", "password": PASSWORD}))


def test_clients_behind_a_trusted_proxy_are_told_apart(settings: LazySettings) -> None:
    settings.BEHIND_PROXY = 1
    for _ in range(MAX_PAIR_ATTEMPTS):
        headers = {"X-Forwarded-For": "198.51.100.1"}
        Client(headers=headers).post(LOGIN, {"username": "ann", "password": "wrong"})
    data = {"username": "ann", "password": PASSWORD}
    assert is_refused(Client(headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}).post(LOGIN, data))
    assert Client(headers={"X-Forwarded-For": "198.51.100.2"}).post(LOGIN, data).status_code == 302


@pytest.mark.parametrize(
    ("names", "window"),
    [(["ann"] * MAX_PAIR_ATTEMPTS, PAIR_WINDOW), (list("abcdefghij"), ADDRESS_WINDOW)],
    ids=["account", "address"],
)
def test_the_wait_ends_when_the_page_says(names: list[str], window: timedelta) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for name in names:
            log_in(name, "wrong")
        refused = log_in("ann", PASSWORD)
        assert refused["Retry-After"] == str(round(window.total_seconds()))
        assert f"Wait {round(window.total_seconds() / 60)} minutes" in text(tree(refused))
    with time_machine.travel(start + window - timedelta(seconds=1), tick=False):
        refused = log_in("ann", PASSWORD)
        assert refused["Retry-After"] == "1"
        assert "Wait a minute" in text(tree(refused))
    with time_machine.travel(start + window, tick=False):
        assert log_in("ann", PASSWORD).status_code == 302


def test_refused_attempts_do_not_prolong_the_wait() -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        guess("ann", MAX_PAIR_ATTEMPTS)
    with time_machine.travel(start + PAIR_WINDOW - timedelta(minutes=1), tick=False):
        assert all(map(is_refused, guess("ann", MAX_ADDRESS_ATTEMPTS)))
    with time_machine.travel(start + PAIR_WINDOW, tick=False):
        assert log_in("ann", PASSWORD).status_code == 302


def test_a_log_in_forgets_the_attempts_of_its_account_at_its_address() -> None:
    guess("ann", MAX_PAIR_ATTEMPTS - 1)
    guess("ann", 1, "192.0.2.2")
    assert log_in("ann", PASSWORD).status_code == 302
    assert [row.ip_address for row in AccessAttempt.objects.all()] == ["192.0.2.2"]
    assert not any(map(is_refused, guess("ann", MAX_PAIR_ATTEMPTS)))


def test_a_refused_attempt_reads_once_and_writes_nothing() -> None:
    guess("ann", MAX_PAIR_ATTEMPTS)
    with CaptureQueriesContext(connection) as queries:
        assert is_refused(log_in("ann", PASSWORD))
    verbs = [query["sql"].split()[0] for query in queries.captured_queries]
    assert [verb for verb in verbs if verb != "SET"] == ["SELECT"]  # PostgreSQL's lock timeout is set
    assert Session.objects.count() == 0


def test_nothing_of_the_form_is_stored() -> None:
    log_in("ann", "wrong", held_form="the text of an article")
    (row,) = AccessAttempt.objects.values()
    assert {name for name, value in row.items() if value} == {
        *("id", "username", "ip_address", "attempt_time", "failures_since_start")
    }


@pytest.mark.parametrize("name", ["nobody", "ann", "x" * 300, "a\0b", ""])
def test_no_answer_tells_whether_an_account_exists(name: str, hashes: mock.Mock) -> None:
    User.objects.create_user("reader", password=PASSWORD)
    plain = text(tree(log_in("nobody", "wrong")))
    hashes.reset_mock()
    if name in ("nobody", "ann"):
        assert text(tree(log_in(name, "wrong"))).replace(name, "nobody") == plain
        assert text(tree(log_in("reader", PASSWORD))).replace("reader", "nobody") == plain  # no staff member
        assert hashes.call_count == 2
    guess(name, MAX_PAIR_ATTEMPTS)
    assert log_in(name, "wrong").status_code in (200, 429)


@time_machine.travel("2026-11-27T09:00:00Z", tick=False)  # the signature of a held form has its second
def test_the_page_keeps_a_form_that_was_sent_without_a_session() -> None:
    guess("ann", MAX_PAIR_ATTEMPTS, "127.0.0.1")
    page = Client().post(ADD, {"title": "Typed before", "_typed_by": "1"}, headers={"Sec-Fetch-Mode": "navigate"})
    held = next(field.get("value") for field in tree(page).iter("input") if field.get("name") == "held_form")
    refused = Client().post(
        LOGIN, {**form_data(page, "login-form"), "held_form": held, "username": "ann", "password": "x"}
    )
    assert is_refused(refused)
    assert next(field.get("value") for field in tree(refused).iter("input") if field.get("name") == "held_form") == held


def test_a_stolen_session_cannot_guess_the_old_password(hashes: mock.Mock) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.force_login(User.objects.get(username="ann"))
    new = {"new_password1": "words-that-are-new", "new_password2": "words-that-are-new"}
    for index in range(MAX_PAIR_ATTEMPTS):
        page = client.post(CHANGE, {"old_password": f"wrong-{index}", **new})
        assert page.status_code == 200
        assert "Your old password was entered incorrectly" in text(tree(page))
    hashes.reset_mock()
    refused = client.post(CHANGE, {"old_password": PASSWORD, **new})
    assert is_refused(refused)
    assert "too many attempts" in text(tree(refused))
    assert int(refused["Retry-After"]) > 0
    assert hashes.call_count == 0


def test_the_right_old_password_is_accepted_and_forgets_the_attempts() -> None:
    client = Client()
    client.force_login(User.objects.get(username="ann"))
    new = {"new_password1": "words-that-are-new", "new_password2": "words-that-are-new"}
    client.post(CHANGE, {"old_password": "wrong", **new})
    assert client.post(CHANGE, {"old_password": PASSWORD, **new}).status_code == 302
    assert User.objects.get(username="ann").check_password("words-that-are-new")
    assert client.get("/admin/").status_code == 200
    assert AccessAttempt.objects.count() == 0


def test_a_password_that_could_not_be_checked_is_no_attempt() -> None:
    with mock.patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", side_effect=HashingBusy):
        for _ in range(2 * MAX_PAIR_ATTEMPTS):
            busy = log_in("ann", PASSWORD)
            assert busy.status_code == 503
            assert int(busy["Retry-After"]) > 0
            assert "Wait some seconds, then try again." in text(tree(busy))
    assert log_in("ann", PASSWORD).status_code == 302


def test_networks_of_one_ipv6_site_share_a_limit_that_keeps_no_known_browser_out(
    hashes: mock.Mock,
) -> None:
    browser = Client(REMOTE_ADDR="2001:db8:1:ffff::1")
    assert browser.post(LOGIN, {"username": "ann", "password": PASSWORD}).status_code == 302
    hashes.reset_mock()
    answers = [log_in("eve", "wrong", f"2001:db8:1:{number:x}::1") for number in range(MAX_SITE_ATTEMPTS + 10)]
    assert [is_refused(answer) for answer in answers] == [False] * MAX_SITE_ATTEMPTS + [True] * 10
    assert hashes.call_count == MAX_SITE_ATTEMPTS
    assert log_in("ann", PASSWORD, "2001:db8:2::1").status_code == 302
    assert is_refused(log_in("ann", PASSWORD, "2001:db8:1:fffe::1"))
    browser.post("/admin/logout/")
    assert browser.post(LOGIN, {"username": "ann", "password": PASSWORD}).status_code == 302


def lock_timeout() -> int:
    """Return how many milliseconds a statement waits for other writers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")
        return int(cursor.fetchone()[0])


def test_an_attempt_waits_two_seconds_for_other_writers_and_the_next_ones_not_at_all(
    monkeypatch: pytest.MonkeyPatch, hashes: mock.Mock
) -> None:
    monkeypatch.setattr("curation.passwords.attempts.counting", CircuitBreaker(60))
    waits: list[int] = []

    def lock(*_arguments: object) -> None:
        waits.append(lock_timeout())
        raise OperationalError("database is locked")

    with mock.patch("curation.passwords.attempts._add_attempt", lock):
        for _ in range(3):
            busy = Client(raise_request_exception=False).post(LOGIN, {"username": "ann", "password": PASSWORD})
            assert busy.status_code == 503
            assert int(busy["Retry-After"]) > 0
    assert waits == [COUNT_SECONDS * 1000]
    assert hashes.call_count == 0
    assert lock_timeout() == settings.LOCK_TIMEOUT_SECONDS * 1000
    monkeypatch.setattr("curation.passwords.attempts.counting", CircuitBreaker(60))
    assert log_in("ann", PASSWORD).status_code == 302


def test_strangers_with_many_addresses_share_a_few_hashes_and_keep_no_known_browser_out(
    settings: LazySettings, hashes: mock.Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STRANGER_LOGINS_PER_MINUTE = 3
    monkeypatch.setattr("curation.passwords.attempts.strangers", HashBudget())
    data = {"username": "ann", "password": PASSWORD}
    browser = Client(REMOTE_ADDR="203.0.113.9")
    assert browser.post(LOGIN, data).status_code == 302
    cookie = browser.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/admin/")
    assert "ann" not in cookie.value
    hashes.reset_mock()
    answers = [log_in(("ann", "ben")[index % 2], "wrong", f"198.51.100.{index}") for index in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 2 + [503] * 8
    assert hashes.call_count == AccessAttempt.objects.count() == 2  # a refused one is not counted
    browser.logout()
    browser.cookies[COOKIE] = cookie.value
    assert browser.post(LOGIN, {**data, "username": "ben"}).status_code == 503  # known to one account alone
    assert browser.post(LOGIN, data).status_code == 302
    wrong = [browser.post(LOGIN, {**data, "password": "wrong"}) for _ in range(MAX_PAIR_ATTEMPTS + 1)]
    assert is_refused(wrong[-1])


def test_log_ins_that_wait_too_long_are_told_so_and_keep_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_ins, "seconds", 0.01)
    with log_ins.turn():
        busy = log_in("ann", PASSWORD, held_form="typed before")
        assert (busy.status_code, "typed before" in busy.content.decode()) == (503, True)
        assert int(busy["Retry-After"]) > 0
        assert Client().get(LOGIN).status_code == 200
    assert AccessAttempt.objects.count() == 0
    assert log_in("ann", PASSWORD).status_code == 302


def test_code_that_checks_a_password_without_a_client_is_not_limited() -> None:
    guess("ann", MAX_PAIR_ATTEMPTS)
    assert Client().login(username="ann", password=PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_do_not_pass_together() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads do not share a database in memory")
    results, barrier = list[str](), Barrier(4 * MAX_PAIR_ATTEMPTS)

    def try_one() -> None:
        request = RequestFactory().post(LOGIN)
        barrier.wait()
        try:
            AttemptsBackend().authenticate(request, "ann", "wrong")
            results.append("accepted")
        except ValidationError:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [Thread(target=try_one) for _ in range(barrier.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # None is accepted where all of them are counted before the first one looks.
    assert results.count("accepted") <= MAX_PAIR_ATTEMPTS
    assert len(results) == barrier.parties


def test_the_document_tells_the_limits() -> None:
    rows = Path(settings.BASE_DIR, "docs/passwords.md").read_text()
    for number, accounts, window in (
        (MAX_PAIR_ATTEMPTS, "one account", PAIR_WINDOW),
        (MAX_ADDRESS_ATTEMPTS, "any accounts", ADDRESS_WINDOW),
    ):
        assert f"| {number} with {accounts} | {window // timedelta(minutes=1)} minutes |" in rows


def test_old_attempts_are_deleted_and_those_that_count_stay(settings: LazySettings) -> None:
    settings.LOGIN_ATTEMPT_DAYS = 0
    log_in("ann", "wrong")
    log_in("ben", "wrong")
    AccessAttempt.objects.filter(username="ben").update(attempt_time=timezone.now() - PAIR_WINDOW)
    assert [row.username for row in old_attempts(timezone.now())] == ["ben"]
    settings.LOGIN_ATTEMPT_DAYS = 7
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(days=6))
    assert not old_attempts(timezone.now()).exists()


@pytest.mark.parametrize("name", ["ann", "ANN", " Ａnn"])
def test_attempts_are_reset_by_any_spelling_of_a_name(name: str) -> None:
    log_in("ann", "wrong")
    log_in("ben", "wrong")
    call_command("axes_reset_username", name, stdout=StringIO())
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["ben"]


@pytest.mark.parametrize("name", [" ", "\0"])
def test_a_name_without_a_letter_resets_nobody(name: str) -> None:
    log_in("ann", "wrong")
    call_command("axes_reset_username", name, stdout=StringIO())
    assert AccessAttempt.objects.count() == 1
