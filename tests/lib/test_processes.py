"""Names of processes, and detecting that one has ended although its PID was reused."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.lib import processes
from curation.lib.processes import current_process_name, has_ended, process_name

Child = subprocess.Popen[bytes]
HERE = socket.gethostname()[:40]


@pytest.fixture
def child() -> Iterator[Child]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


def end(child: Child) -> None:
    """End a process, without taking note of it."""
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


@pytest.fixture(params=["with start time", "without start time"])
def _starts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux, and on a system without `/proc`, where start times are unknown."""
    if request.param == "without start time":
        monkeypatch.setattr(processes, "Path", lambda _name: Path("/nowhere"))


@pytest.mark.usefixtures("_starts")
def test_a_running_process_has_not_ended(child: Child) -> None:
    assert has_ended(current_process_name()) is False
    assert has_ended(process_name(child.pid)) is False
    assert has_ended(process_name(os.getppid())) is False


@pytest.mark.usefixtures("_starts")
def test_a_process_that_exited_has_ended(child: Child) -> None:
    name = process_name(child.pid)
    child.kill()
    child.wait()
    assert has_ended(name) is True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes have no /proc here")
def test_a_zombie_process_has_ended(child: Child) -> None:
    name = process_name(child.pid)
    end(child)
    assert has_ended(name) is True


@pytest.mark.usefixtures("_starts")
def test_a_process_whose_pid_this_process_has_now_has_ended() -> None:
    assert has_ended(f"{HERE}:{os.getpid()}:before") is True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes have no /proc here")
def test_a_process_whose_pid_another_process_has_now_has_ended(child: Child) -> None:
    assert has_ended(f"{HERE}:{child.pid}:before") is True


@pytest.mark.parametrize("name", ["elsewhere:1:x", f"{HERE}:x:x", ""])
def test_the_state_of_a_process_on_another_host_is_unknown(name: str) -> None:
    assert has_ended(name) is None


def test_a_name_fits_into_64_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "x" * 200)
    assert len(process_name(2**22)) <= 64
    assert len(current_process_name()) <= 64
