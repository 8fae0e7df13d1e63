"""Turns: one thread at a time does something, and only a few wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock


class NoTurn(Exception):
    """Too many threads wait already, or the wait was too long."""


class Turns:
    """One turn at a time. At most `max_waiting` threads wait for it, for `seconds` each."""

    def __init__(self, max_waiting: int, seconds: float) -> None:
        self.seconds = seconds
        self._places = BoundedSemaphore(1 + max_waiting)
        self._turn = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and have it during the `with` block. Raises `NoTurn`."""
        if not self._places.acquire(blocking=False):
            raise NoTurn
        try:
            if not self._turn.acquire(timeout=self.seconds):
                raise NoTurn
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()
