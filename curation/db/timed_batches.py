"""Work on many rows in short transactions: SQLite has one writer at a time, and the others wait for its commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import TypeVar

from django.db import transaction

Key = TypeVar("Key")

#: Durations of a transaction: below the target, batches grow; above the limit, they shrink. In between they keep their
#: size, because a batch has fixed costs: on a busy machine, smaller ones would take longer in all, and no less each.
TARGET_SECONDS, LIMIT_SECONDS = 0.3, 0.6
#: Time between two transactions. A writer that waits for SQLite's lock looks for it every 0.1 seconds (the delays of
#: `sqliteDefaultBusyCallback`); without a pause, it would find it taken again.
PAUSE_SECONDS = 0.15
#: Number of rows of the first batch, before the time that a row takes is known.
FIRST_SIZE = 10


class TimedBatches:
    """Transactions of about `TARGET_SECONDS` each, with pauses between them."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._ended = float("-inf")

    def write(self, keys: Sequence[Key], write_batch: Callable[[Sequence[Key]], int]) -> None:
        """Call `write_batch(some_keys)` in a transaction each, until all keys are done.

        It returns how many of its keys it has done, at least one. A batch that was too fast or too slow is followed by
        one with as many keys as fit into the target at its pace, at most twice as many.
        """
        size, start = min(FIRST_SIZE, self._max_size), 0
        while start < len(keys):
            self._pause()
            with transaction.atomic():
                began = monotonic()  # with SQLite's lock
                done = write_batch(keys[start : start + size])
            self._ended = monotonic()
            start += done
            size = self._next_size(size, done, self._ended - began)

    def _pause(self) -> None:
        remaining = self._ended + PAUSE_SECONDS - monotonic()
        if remaining > 0:
            sleep(remaining)

    def _next_size(self, size: int, done: int, seconds: float) -> int:
        if TARGET_SECONDS <= seconds <= LIMIT_SECONDS:
            return size
        fitting = int(done * TARGET_SECONDS / seconds) if seconds else self._max_size
        return max(1, min(fitting, 2 * size, self._max_size))
