"""Verify pictures in a child process, one at a time on this machine: a file of a kilobyte can hold 100 megapixels.

Neither many pictures at once nor a fault of a decoder can exhaust the memory of the process that answers requests.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

from . import images
from .images import CleanImage, ImageRefused
from .subprocess_timeout import LimitExceeded, run_in_subprocess

#: Limits for one picture. 100 megapixels take 1 to 3 s on one core, and 400 to 1,700 MB.
MAX_SECONDS, MAX_MEGABYTES = 20, 2_000
#: Seconds to wait for the lock, and between two attempts to take it.
MAX_WAIT_SECONDS, POLL_SECONDS = 60, 0.05


def clean_in_subprocess(data: bytes) -> CleanImage:
    """Return the result of `images.clean()`. Raises `ImageRefused`, also if the picture exceeds the limits."""
    with _one_at_a_time(), _refuse_above_limits():
        return run_in_subprocess(images.clean, data, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)


def clean_file_in_subprocess(path: Path, target: Path) -> CleanImage:
    """Clean the picture file `path` into the file `target`, and return its facts, with empty `data`.

    This process never loads the bytes. Raises `ImageRefused`.
    """
    with _one_at_a_time(), _refuse_above_limits():
        return run_in_subprocess(_clean_file, path, target, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)


def _clean_file(path: Path, target: Path) -> CleanImage:
    cleaned = images.clean(path.read_bytes())
    target.write_bytes(cleaned.data)
    return replace(cleaned, data=b"")


@contextmanager
def _refuse_above_limits() -> Iterator[None]:
    """Turn `LimitExceeded` into `ImageRefused`."""
    try:
        yield
    except LimitExceeded:
        message = f"takes more than {MAX_SECONDS} s or {MAX_MEGABYTES:,} MB of memory to read; make it smaller"
        raise ImageRefused(message) from None


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait until no other process or thread of this user decodes a picture. Raises `ImageRefused` after a time."""
    path = os.path.join(tempfile.gettempdir(), f"medigy-pictures-{os.getuid()}.lock")  # noqa: PTH118
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        end = monotonic() + MAX_WAIT_SECONDS
        while not _locked(lock):
            if monotonic() > end:
                raise ImageRefused("has to wait for too many other pictures; try again in some minutes")
            sleep(POLL_SECONDS)
        yield
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
