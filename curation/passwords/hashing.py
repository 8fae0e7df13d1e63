"""Hashing of passwords: one at a time in each process, and few for strangers.

A hash takes a third of a second of a core on purpose. Without a limit, a few clients that send wrong passwords occupy
every core and every thread, and those with many addresses get around the limits of `attempts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from curation.lib.turns import NoTurn, Turns

#: Threads that wait for the hash of another one, and the seconds that each waits; the rest of them answer readers.
hashing = Turns(max_waiting=2, seconds=2.0)
#: The time after which a client that was refused may try again.
RETRY_AFTER_SECONDS = 5
BUDGET_SECONDS = 60


class HashingBusy(Exception):
    """Other passwords are being hashed, and the wait for them was too long, or too many were hashed lately."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other thread hashes a password. Raise `HashingBusy` if too many wait, or for too long."""
    try:
        with hashing.turn():
            yield
    except NoTurn:
        raise HashingBusy from None


class SerialPasswordHasher(PBKDF2PasswordHasher):
    """Django's default hasher, one hash at a time. A check of a password, of unknown users too, is one `encode`."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> Any:
        with one_at_a_time():
            return super().encode(password, salt, iterations)


class HashBudget:
    """A number of hashes a minute, which come back evenly over the minute."""

    def __init__(self) -> None:
        self._left, self._time = float("inf"), monotonic()
        self._lock = Lock()

    def take(self, number: int) -> None:
        """Take one of `number` hashes a minute. Raises `HashingBusy` if none is left."""
        with self._lock:
            now = monotonic()
            self._left = min(number, self._left + (now - self._time) * number / BUDGET_SECONDS)
            self._time = now
            if self._left < 1:
                raise HashingBusy
            self._left -= 1


#: Of the browsers that no account has logged in with.
strangers = HashBudget()
