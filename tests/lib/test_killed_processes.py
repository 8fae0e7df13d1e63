"""Calls in child processes go on when their process, or the fork server of all of them, is killed."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import TimeoutError as CallTimeout
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import LazySettings

from curation.lib import fork_server
from curation.lib.child_pool import ChildPool
from curation.lib.fork_server import CONTEXT, ChildKilled, retry_killed
from curation.lib.subprocess_timeout import LimitExceeded, NoSlot, run_in_subprocess, slot

KILLS = 32


@pytest.fixture
def bare_fork_server() -> Iterator[None]:
    """A fork server that loads little, so that starting it takes little time."""
    server: Any = forkserver._forkserver
    preloaded = server._preload_modules
    server._stop()
    CONTEXT.set_forkserver_preload(["curation.lib.child_pool"])
    yield
    server._stop()
    CONTEXT.set_forkserver_preload(preloaded)


def kill_fork_server() -> bool:
    server: Any = forkserver._forkserver
    pid = server._forkserver_pid
    if pid:
        os.kill(pid, signal.SIGKILL)
    return bool(pid)


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_this_process_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        kill_this_process()
    return "done"


class Killer:
    """Kills the fork server at random moments, until it has done so `KILLS` times."""

    def __init__(self) -> None:
        self.kills = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def is_at_work(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        random = Random(1)
        while self.kills < KILLS and not self._stopped.is_set():
            # Longer than a start takes, as no number of attempts helps where each start is killed.
            time.sleep(random.uniform(0.2, 0.6))
            self.kills += kill_fork_server()


@pytest.mark.long
@pytest.mark.usefixtures("bare_fork_server")
def test_each_call_is_answered_while_the_fork_server_is_killed_again_and_again() -> None:
    calls = 0
    with Killer() as killer, ChildPool(2, int) as pool:
        while killer.is_at_work:
            waiting = [pool.submit(abs, -number, seconds=20) for number in range(5)]
            assert run_in_subprocess(abs, -calls, seconds=20, megabytes=1_000) == calls
            assert [wait() for wait in waiting] == [0, 1, 2, 3, 4]
            calls += 1
    assert killer.kills == KILLS
    assert calls > 1


@pytest.mark.long
@pytest.mark.usefixtures("bare_fork_server")
def test_a_start_right_after_the_fork_server_was_killed_succeeds() -> None:
    # `waitpid` does not tell at once that a killed process has ended: without pauses, a third of these starts fail.
    for number in range(12):
        run_in_subprocess(abs, number, seconds=20, megabytes=1_000)
        kill_fork_server()
        if number % 2:
            assert run_in_subprocess(abs, -number, seconds=20, megabytes=1_000) == number
        else:
            with ChildPool(2, int) as pool:
                assert pool.submit(abs, -number, seconds=20)() == number


def test_a_killed_call_is_made_again(tmp_path: Path) -> None:
    assert run_in_subprocess(kill_this_process_once, tmp_path / "one", seconds=20, megabytes=1_000) == "done"
    with ChildPool(1, int) as pool:
        assert pool.submit(kill_this_process_once, tmp_path / "other", seconds=20)() == "done"


@pytest.mark.long
def test_a_call_that_is_killed_each_time_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_server, "PAUSES", (0, 0))
    message = "its process was killed 3 times, perhaps for lack of memory"
    with pytest.raises(ChildKilled, match=message):
        run_in_subprocess(kill_this_process, seconds=20, megabytes=1_000)
    with ChildPool(1, int) as pool, pytest.raises(ChildKilled, match=message):
        pool.submit(kill_this_process, seconds=20)()


def test_a_pool_whose_idle_processes_are_killed_goes_on() -> None:
    with ChildPool(2, int) as pool:
        pids = {pool.submit(os.getpid, seconds=20)() for _ in range(5)}
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert [pool.submit(abs, -number, seconds=20)() for number in range(5)] == [0, 1, 2, 3, 4]


def test_a_pool_ends_a_call_that_takes_too_long() -> None:
    with ChildPool(1, int) as pool:
        with pytest.raises(CallTimeout):
            pool.submit(time.sleep, 60, seconds=1)()
        assert pool.submit(abs, -1, seconds=20)() == 1


@pytest.mark.parametrize("error", [BrokenProcessPool, EOFError, ConnectionRefusedError, BrokenPipeError, ChildKilled])
def test_what_a_killed_process_raises_is_tried_again(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(fork_server, "sleep", pauses.append)
    errors = [error() for _ in fork_server.PAUSES]

    def run() -> str:
        if errors:
            raise errors.pop()
        return "done"

    assert retry_killed(run) == "done"
    assert pauses == list(fork_server.PAUSES)
    assert pauses == sorted(pauses)


def test_other_errors_are_not_tried_again() -> None:
    attempts: list[int] = []

    def run() -> None:
        attempts.append(1)
        raise LimitExceeded

    with pytest.raises(LimitExceeded):
        retry_killed(run)
    assert attempts == [1]


def test_slots_are_taken_one_by_one_and_waiting_ends() -> None:
    take = partial(slot, "tests", 2, 0)
    with take():
        with take(), pytest.raises(NoSlot), take():
            pass
        with take():
            pass


def test_slots_are_files_of_the_sites_own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.LOCKS = tmp_path
    with slot("tests", 1, 0):
        assert [path.name for path in tmp_path.iterdir()] == [f"tests-0-{os.getuid()}.lock"]
