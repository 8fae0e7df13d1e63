"""One password is hashed at a time, and few threads wait for it."""

from threading import Event, Thread

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.test import override_settings

from curation.passwords import hashing
from medigy.settings import PASSWORD_HASHERS


def test_passwords_of_before_are_still_right() -> None:
    hashed = PBKDF2PasswordHasher().encode("a-good-long-password", "salt", 1)
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        assert check_password("a-good-long-password", hashed)
        assert not check_password("another-password", hashed)


def test_a_hash_of_the_site_waits_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 0.01)
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        with hashing.one_at_a_time(), pytest.raises(hashing.HashingBusy):
            make_password("a-good-long-password")
        assert make_password("a-good-long-password").startswith("pbkdf2_sha256$")


def test_the_next_one_goes_on_when_a_hash_is_done() -> None:
    done = Event()

    def wait() -> None:
        with hashing.one_at_a_time():
            done.set()

    with hashing.one_at_a_time():
        thread = Thread(target=wait)
        thread.start()
        assert not done.wait(0.05)
    thread.join()
    assert done.is_set()


def test_no_more_than_a_few_threads_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 30)
    release, started = Event(), Event()

    def hold() -> None:
        with hashing.one_at_a_time():
            started.set()
            release.wait()

    threads = [Thread(target=hold) for _ in range(1 + hashing.MAX_WAITING)]
    for thread in threads:
        thread.start()
    started.wait()
    while hashing._places._value:  # until all of them wait
        pass
    with pytest.raises(hashing.HashingBusy), hashing.one_at_a_time():
        pass
    release.set()
    for thread in threads:
        thread.join()
    with hashing.one_at_a_time():
        pass


def test_an_error_frees_the_place() -> None:
    for _ in range(2 + hashing.MAX_WAITING):
        with pytest.raises(ZeroDivisionError), hashing.one_at_a_time():
            raise ZeroDivisionError
