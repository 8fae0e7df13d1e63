"""Processes are told from later ones of the same number."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation import processes
from curation.processes import is_gone, name_of, this_process

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


@pytest.fixture(params=["told", "untold"])
def _starts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux, and on a system that does not tell when processes started."""
    if request.param == "untold":
        monkeypatch.setattr(processes, "Path", lambda _name: Path("/nowhere"))


@pytest.mark.usefixtures("_starts")
def test_a_process_that_runs_is_there(child: Child) -> None:
    assert is_gone(this_process()) is False
    assert is_gone(name_of(child.pid)) is False
    assert is_gone(name_of(os.getppid())) is False


@pytest.mark.usefixtures("_starts")
def test_a_process_that_has_ended_is_gone(child: Child) -> None:
    name = name_of(child.pid)
    child.kill()
    child.wait()
    assert is_gone(name) is True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes have no /proc here")
def test_a_process_that_has_ended_is_gone_though_its_parent_did_not_look(child: Child) -> None:
    name = name_of(child.pid)
    end(child)
    assert is_gone(name) is True


@pytest.mark.usefixtures("_starts")
def test_a_process_is_gone_when_its_number_was_given_to_this_one() -> None:
    assert is_gone(f"{HERE}:{os.getpid()}:before") is True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes have no /proc here")
def test_a_process_is_gone_when_its_number_was_given_to_another(child: Child) -> None:
    assert is_gone(f"{HERE}:{child.pid}:before") is True


@pytest.mark.parametrize("name", ["elsewhere:1:x", f"{HERE}:x:x", ""])
def test_a_process_elsewhere_cannot_be_seen(name: str) -> None:
    assert is_gone(name) is None


def test_a_name_fits_into_64_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "x" * 200)
    assert len(name_of(2**22)) <= 64
    assert len(this_process()) <= 64
