"""Turns: one thread at a time, and few that wait."""

from threading import Event, Thread

import pytest

from curation.lib.turns import NoTurn, Turns


def test_the_next_one_goes_on_when_a_turn_is_over() -> None:
    turns, done = Turns(1, 10), Event()

    def wait() -> None:
        with turns.turn():
            done.set()

    with turns.turn():
        thread = Thread(target=wait)
        thread.start()
        assert not done.wait(0.05)
    thread.join()
    assert done.is_set()


def test_a_thread_waits_for_a_limited_time() -> None:
    turns = Turns(1, 0.01)
    with turns.turn(), pytest.raises(NoTurn), turns.turn():
        pass
    with turns.turn():
        pass


def test_no_more_than_a_few_threads_wait() -> None:
    turns, release, started = Turns(2, 30), Event(), Event()

    def hold() -> None:
        with turns.turn():
            started.set()
            release.wait()

    threads = [Thread(target=hold) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait()
    while turns._places._value:  # until all of them wait
        pass
    with pytest.raises(NoTurn), turns.turn():
        pass
    release.set()
    for thread in threads:
        thread.join()
    with turns.turn():
        pass


def test_an_error_frees_the_place() -> None:
    turns = Turns(1, 0.01)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError
