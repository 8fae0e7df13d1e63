"""Which process does a thing, and whether it is still there: for runs and tasks that may have been left behind."""

import os
import socket

from django.utils.crypto import get_random_string

#: Characters of a host's name that are kept: a whole name fits into 64.
_HOST = 40
#: This process, told apart from an earlier one that had the same number: in a container that is usual.
_NONCE = get_random_string(8)


def this_process() -> str:
    """Return what this process is called, `host:number:nonce`, in at most 64 characters."""
    return f"{_this_host()}:{os.getpid()}:{_NONCE}"


def host_of(name: str) -> str:
    """Return the machine of a process."""
    return name.partition(":")[0]


def is_gone(name: str) -> bool | None:
    """Whether a process is there no more; `None` for one of another machine, which cannot be seen from here."""
    host, _, process = name.partition(":")
    number, _, nonce = process.partition(":")
    if host != _this_host() or not number.isdecimal():
        return None
    if int(number) == os.getpid():
        return nonce != _NONCE
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _this_host() -> str:
    return socket.gethostname()[:_HOST]
