"""Which process does a thing, and whether it is still there: for runs and tasks that may have been left behind."""

import hashlib
import os
import socket
from pathlib import Path

from django.utils.crypto import get_random_string

#: Characters of a host's name that are kept: a whole name fits into 64.
_HOST = 40
#: Stands for the start of this process on a system that does not tell it.
_NONCE = get_random_string(8)
#: States of a process that has ended, and whose parent has not taken note yet (proc_pid_stat(5)).
_ENDED = "ZX"


def this_process() -> str:
    """Return what this process is called."""
    return name_of(os.getpid())


def name_of(number: int) -> str:
    """Return what a process of this machine is called, `host:number:start`, in at most 64 characters.

    Numbers are given again, at once in a container that starts anew: the start tells one from the next.
    """
    return f"{_this_host()}:{number}:{_start(number)}"


def host_of(name: str) -> str:
    """Return the machine of a process."""
    return name.partition(":")[0]


def is_gone(name: str) -> bool | None:
    """Whether a process is there no more; `None` for one of another machine, which cannot be seen from here."""
    host, _, process = name.partition(":")
    number, _, start = process.partition(":")
    if host != _this_host() or not number.isdecimal():
        return None
    return _start(int(number)) not in (start, "")


def _start(number: int) -> str | None:
    """Return a word for the time that a process started; `None` if there is none, "" where it cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        state, *fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _start_untold(number)
    return None if state in _ENDED else hashlib.sha256(f"{boot} {fields[18]}".encode()).hexdigest()[:8]


def _start_untold(number: int) -> str | None:
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
    return socket.gethostname()[:_HOST]
