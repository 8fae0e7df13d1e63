"""Hashing of passwords: one at a time in each process.

A hash takes a third of a second of a core on purpose. Without a limit, a few clients that send wrong passwords occupy
every core and every thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

#: Maximum number of threads that wait for the hash of another one; the rest of them answer readers.
MAX_WAITING = 2
WAIT_SECONDS = 2.0
#: The time after which a client that was refused may try again.
RETRY_AFTER_SECONDS = 5

_places = BoundedSemaphore(1 + MAX_WAITING)
_hashing = Lock()


class HashingBusy(Exception):
    """Other passwords are being hashed, and the wait for them was too long."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other thread hashes a password. Raise `HashingBusy` if too many wait, or after `WAIT_SECONDS`."""
    if not _places.acquire(blocking=False):
        raise HashingBusy
    try:
        if not _hashing.acquire(timeout=WAIT_SECONDS):
            raise HashingBusy
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _places.release()


class SerialPasswordHasher(PBKDF2PasswordHasher):
    """Django's default hasher, one hash at a time. A check of a password, of unknown users too, is one `encode`."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> Any:
        with one_at_a_time():
            return super().encode(password, salt, iterations)
