"""Batches that are sized by the time of the last one, with pauses between their transactions."""

from collections.abc import Sequence

import pytest
from django.db import connection

from curation.db import timed_batches
from curation.db.timed_batches import FIRST_SIZE, LIMIT_SECONDS, PAUSE_SECONDS, TARGET_SECONDS, TimedBatches

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that only `sleep()` and the tests advance."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timed_batches, "monotonic", clock.monotonic)
    monkeypatch.setattr(timed_batches, "sleep", clock.sleep)
    return clock


def sizes(clock: Clock, number: int, seconds: float, max_size: int = 1000, min_size: int = 1) -> list[int]:
    """Return the sizes of the batches in which some keys are written, if each key takes a number of seconds."""
    seen: list[Sequence[int]] = []

    def write_batch(keys: Sequence[int]) -> int:
        assert connection.in_atomic_block
        clock.now += seconds * len(keys)
        seen.append(keys)
        return len(keys)

    TimedBatches(max_size, min_size=min_size).write(range(number), write_batch)
    assert [key for keys in seen for key in keys] == list(range(number))
    return [len(keys) for keys in seen]


def test_batches_of_fast_rows_grow_to_the_target_or_to_the_limit(clock: Clock) -> None:
    assert sizes(clock, 100, TARGET_SECONDS / 32) == [FIRST_SIZE, 20, 32, 32, 6]
    assert sizes(clock, 100, 0, max_size=40) == [FIRST_SIZE, 20, 40, 30]


def test_batches_of_slow_rows_shrink_to_one(clock: Clock) -> None:
    assert sizes(clock, 15, TARGET_SECONDS / 2) == [FIRST_SIZE, 2, 2, 1]
    assert sizes(clock, 12, TARGET_SECONDS * 3) == [FIRST_SIZE, 1, 1]
    assert sizes(clock, 20, TARGET_SECONDS * 3, min_size=4) == [FIRST_SIZE, 4, 4, 2]


def test_batches_between_target_and_limit_keep_their_size(clock: Clock) -> None:
    assert sizes(clock, 30, LIMIT_SECONDS / 11) == [FIRST_SIZE, 10, 10]


def test_a_fast_batch_of_few_rows_makes_the_next_no_smaller(clock: Clock) -> None:
    batches = TimedBatches(1000, first_size=100)
    with batches.transaction():
        clock.now += TARGET_SECONDS / 2
    batches.adapt(1)
    assert batches.size == 100


def test_other_writers_get_a_pause_after_each_transaction(clock: Clock) -> None:
    batches = TimedBatches(1)
    for keys in ("ab", "c", ""):
        batches.write(keys, len)
    assert clock.pauses == [PAUSE_SECONDS, PAUSE_SECONDS]


def test_keys_that_a_batch_leaves_are_the_first_of_the_next(clock: Clock) -> None:
    seen: list[str] = []

    def write_one(keys: Sequence[str]) -> int:
        seen.append(keys[0])
        return 1

    TimedBatches(10).write("abc", write_one)
    assert seen == ["a", "b", "c"]
