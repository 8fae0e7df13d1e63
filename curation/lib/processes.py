"""Names of processes, and whether they still run: to detect import runs and tasks whose process has died."""

import hashlib
import os
import socket
from pathlib import Path

from django.utils.crypto import get_random_string

#: Maximum length of the host in a process name, so that the name has at most 64 characters.
_MAX_HOST = 40
#: Takes the place of this process's start time on systems without `/proc`.
_NONCE = get_random_string(8)
#: States of a process that has ended but was not waited for (proc_pid_stat(5)).
_ENDED = "ZX"


def current_process_name() -> str:
    """Return the name of this process."""
    return process_name(os.getpid())


def process_name(pid: int) -> str:
    """Return the name of a process of this machine, `host:pid:start`, at most 64 characters.

    PIDs are reused, in a restarted container immediately; `start`, a hash of the start time, distinguishes them.
    """
    return f"{_this_host()}:{pid}:{_start(pid)}"


def host_of_process(name: str) -> str:
    """Return the host in the name of a process."""
    return name.partition(":")[0]


def has_ended(name: str) -> bool | None:
    """Whether a process has ended; `None` for a process of another machine, whose state is unknown here."""
    host, _, process = name.partition(":")
    number, _, start = process.partition(":")
    if host != _this_host() or not number.isdecimal():
        return None
    return _start(int(number)) not in (start, "")


def _start(number: int) -> str | None:
    """Return a hash of the start time of a process; `None` if it does not run, "" if its start time is unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        state, *fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _start_without_proc(number)
    return None if state in _ENDED else hashlib.sha256(f"{boot} {fields[18]}".encode()).hexdigest()[:8]


def _start_without_proc(number: int) -> str | None:
    if number == os.getpid():
        return _NONCE
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return ""


def _this_host() -> str:
    return socket.gethostname()[:_MAX_HOST]
