"""Pictures verified in a child process, one at a time on this machine: a file of a kilobyte can hold 100 megapixels.

So neither many pictures at once nor a fault of a decoder takes the memory of the process that answers readers.
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

from curation import imaging
from curation.imaging import CleanImage, ImageRefused
from curation.isolation import LimitExceeded, run_isolated

#: What one picture may take. 100 megapixels take 1 to 3 s on one core, and 400 to 1,700 MB.
SECONDS, MEGABYTES = 20, 2_000
#: Seconds to wait for the pictures of others, and between two looks whether it is one's turn.
PATIENCE, PAUSE = 60, 0.05


def clean_isolated(data: bytes) -> CleanImage:
    """Return what `imaging.clean()` does. Raises `ImageRefused`, also where the picture takes too much."""
    with _turn(), _limits_told():
        return run_isolated(imaging.clean, data, seconds=SECONDS, megabytes=MEGABYTES)


def clean_file(path: Path, target: Path) -> CleanImage:
    """Clean the picture file `path` into the file `target`, and return what it is, with no `data`.

    This process never holds its bytes. Raises `ImageRefused`.
    """
    with _turn(), _limits_told():
        return run_isolated(_clean_file, path, target, seconds=SECONDS, megabytes=MEGABYTES)


def _clean_file(path: Path, target: Path) -> CleanImage:
    cleaned = imaging.clean(path.read_bytes())
    target.write_bytes(cleaned.data)
    return replace(cleaned, data=b"")


@contextmanager
def _limits_told() -> Iterator[None]:
    try:
        yield
    except LimitExceeded:
        message = f"takes more than {SECONDS} s or {MEGABYTES:,} MB of memory to read; make it smaller"
        raise ImageRefused(message) from None


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until no other process or thread of this user decodes a picture. Raises `ImageRefused` where that lasts."""
    path = os.path.join(tempfile.gettempdir(), f"medigy-pictures-{os.getuid()}.lock")  # noqa: PTH118
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        end = monotonic() + PATIENCE
        while not _locked(lock):
            if monotonic() > end:
                raise ImageRefused("has to wait for too many other pictures; try again in some minutes")
            sleep(PAUSE)
        yield
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
