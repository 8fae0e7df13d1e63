"""One password is hashed at a time, and few for browsers that their account does not know."""

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
    monkeypatch.setattr(hashing.hashing, "seconds", 0.01)
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        with hashing.one_at_a_time(), pytest.raises(hashing.HashingBusy):
            make_password("a-good-long-password")
        assert make_password("a-good-long-password").startswith("pbkdf2_sha256$")


def test_a_budget_of_hashes_comes_back_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, number = 0.0, 20
    monkeypatch.setattr(hashing, "monotonic", lambda: now)
    budget = hashing.HashBudget()
    for seconds, expected in ((0.0, number), (3.5, 1), (10.0 * hashing.BUDGET_SECONDS, number)):
        now += seconds
        for _ in range(expected):
            budget.take(number)
        with pytest.raises(hashing.HashingBusy):
            budget.take(number)
