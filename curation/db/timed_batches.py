"""Work on many rows in short transactions: SQLite has one writer at a time, and the others wait for its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TypeVar

from django.db import transaction

Key = TypeVar("Key")

#: Durations of a transaction: below the target, batches grow; above the limit, they shrink. In between they keep their
#: size, because a batch has fixed costs: on a busy machine, smaller ones would take longer in all, and no less each.
TARGET_SECONDS, LIMIT_SECONDS = 0.4, 0.8
#: Time between two transactions. A writer that waits for SQLite's lock looks for it every 0.02 seconds at first, later
#: every 0.1 (the delays of `sqliteDefaultBusyCallback`); without a pause, it would find it taken again. A longer pause
#: would cost imports more than it gives to saves (`make bench` measures both).
PAUSE_SECONDS = 0.06
#: Number of rows of the first batch, before the time that a row takes is known.
FIRST_SIZE = 10


class TimedBatches:
    """Transactions of about `TARGET_SECONDS` each, with pauses between them.

    `size` is the number of rows of the next batch, at least `min_size`: the fewer there are, the more of the time is
    the fixed cost of a batch.
    """

    def __init__(self, max_size: int, first_size: int = FIRST_SIZE, min_size: int = 1) -> None:
        self._max_size = max_size
        self._min_size = min(min_size, max_size)
        self._first_size = min(first_size, max_size)
        self._ended = float("-inf")
        self._seconds = 0.0
        self.size = self._first_size

    def write(self, keys: Sequence[Key], write_batch: Callable[[Sequence[Key]], int]) -> None:
        """Call `write_batch(some_keys)` in a transaction each, until all keys are done.

        It returns how many of its keys it has done, at least one.
        """
        start, self.size = 0, self._first_size
        while start < len(keys):
            self.pause()
            with self.transaction():
                done = write_batch(keys[start : start + self.size])
            start += done
            self.adapt(done)

    def pause(self) -> None:
        """Wait until the last transaction ended `PAUSE_SECONDS` ago. Work without a transaction shortens the wait."""
        remaining = self._ended + PAUSE_SECONDS - monotonic()
        if remaining > 0:
            sleep(remaining)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the `with` block in a transaction, and measure it."""
        try:
            with transaction.atomic():
                began = monotonic()  # with SQLite's lock
                yield
        finally:
            self._ended = monotonic()
        self._seconds = self._ended - began

    def adapt(self, done: int) -> None:
        """Set the size of the next batch, after a transaction that has done a number of rows.

        After one that was too fast or too slow, it is as many rows as fit into the target at its pace, at most twice as
        many as before. A fast one makes no batch smaller: it may have been the few rows that were left.
        """
        if TARGET_SECONDS <= self._seconds <= LIMIT_SECONDS:
            return
        fitting = int(done * TARGET_SECONDS / self._seconds) if self._seconds else self._max_size
        least = self.size if self._seconds < TARGET_SECONDS else self._min_size
        self.size = min(max(fitting, least), 2 * self.size, self._max_size)
