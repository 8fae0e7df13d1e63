"""Decode pictures in child processes with limits: a file of a kilobyte can hold 100 megapixels.

The only caller of the decoders in `images`. Neither many pictures at once nor a fault of a decoder can exhaust the
memory of the process that answers requests or runs tasks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as CallTimeout
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO

from pebble import ProcessExpired

from . import images
from .child_pool import ChildPool
from .fork_server import ChildKilled
from .images import CleanImage, ImageRefused, ImageUnreadNow, RenditionSize
from .subprocess_timeout import LimitExceeded, NoSlot, limit_memory, run_in_subprocess, slot

#: Limits for one picture. 100 megapixels take 1 to 3 s on one core, and 400 to 1,700 MB.
MAX_SECONDS, MAX_MEGABYTES = 20, 2_000
#: Limit for all renditions of a picture: AVIF in six widths takes up to ten seconds on one core.
MAX_RENDITIONS_SECONDS = 120
#: The kinds of work that wait for their own kind alone: an upload, which takes seconds, does not wait for renditions,
#: which may take minutes. At most one picture of each kind is in memory.
CLEANING, RENDITIONS = "pictures", "renditions"
#: Seconds to wait until other processes and threads of this user have decoded their pictures.
MAX_WAIT_SECONDS = 60


def clean_in_subprocess(data: bytes) -> CleanImage:
    """Return the result of `images.clean()`. Raises `ImageRefused`, also if the picture exceeds the limits."""
    with _one_at_a_time(CLEANING), _refuse_above_limits(MAX_SECONDS):
        return run_in_subprocess(images.clean, data, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)


def clean_file_in_subprocess(path: Path, target: Path) -> CleanImage:
    """Clean the picture file `path` into the file `target`, and return its facts, with empty `data`.

    This process never loads the bytes. Raises `ImageRefused`.
    """
    with _one_at_a_time(CLEANING), _refuse_above_limits(MAX_SECONDS):
        return run_in_subprocess(_clean_file, path, target, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)


def _clean_file(path: Path, target: Path) -> CleanImage:
    cleaned = images.clean(path.read_bytes())
    target.write_bytes(cleaned.data)
    return replace(cleaned, data=b"")


def make_renditions_in_subprocess(
    source: IO[bytes], sizes: Sequence[RenditionSize], folder: Path
) -> tuple[list[Path], int]:
    """Write the renditions of a picture file into `folder`; return their paths, in the order of `sizes`, and the
    picture's `images.difference_hash()`.

    Raises `ImageRefused`, and `OSError` if the folder cannot be written to.
    """
    targets = [folder / str(number) for number in range(len(sizes))]
    work = _copied(source, folder), sizes, targets
    with _one_at_a_time(RENDITIONS), _refuse_above_limits(MAX_RENDITIONS_SECONDS):
        look = run_in_subprocess(images.save_renditions, *work, seconds=MAX_RENDITIONS_SECONDS, megabytes=MAX_MEGABYTES)
    return targets, look


def read_look_in_subprocess(source: IO[bytes]) -> int:
    """Return the `images.difference_hash()` of a picture file. Raises `ImageRefused`."""
    with TemporaryDirectory(prefix="medigy-look-") as folder:
        path = _copied(source, Path(folder))
        with _one_at_a_time(RENDITIONS), _refuse_above_limits(MAX_SECONDS):
            return run_in_subprocess(images.read_look, path, seconds=MAX_SECONDS, megabytes=MAX_MEGABYTES)


def _copied(source: IO[bytes], folder: Path) -> Path:
    """Return a copy of a file, which may be in another storage, for a child process."""
    path = folder / "original"
    with path.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return path


class ImageCleaner:
    """A child process that cleans the pictures of an import one after another: starting one for each would take longer
    than most pictures do. It is started for the first one, and leaves large ones to a process of their own.
    """

    def __init__(self) -> None:
        self._pool = ChildPool(1, limit_memory, MAX_MEGABYTES)

    def __enter__(self) -> ImageCleaner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()

    def clean(self, data: bytes) -> CleanImage:
        """Return the result of `images.clean()`. Raises `ImageRefused`, also if the picture exceeds the limits."""
        with _refuse_above_limits(MAX_SECONDS):
            cleaned = self._pool.submit(_clean_small, data, seconds=MAX_SECONDS)()
        if cleaned is None:
            return clean_in_subprocess(data)
        return cleaned if cleaned.data else replace(cleaned, data=data)


def _clean_small(data: bytes) -> CleanImage | None:
    """Clean a picture unless it is large. Where that changes no byte, `data` of the result is empty."""
    if images.is_large(data):
        return None
    cleaned = images.clean(data)
    return replace(cleaned, data=b"") if cleaned.data == data else cleaned


@contextmanager
def _refuse_above_limits(seconds: int) -> Iterator[None]:
    """Turn the failures of a child process into `ImageRefused`, `ImageUnreadNow` if its process was killed."""
    try:
        yield
    except (LimitExceeded, CallTimeout, ProcessExpired, MemoryError):
        message = f"takes more than {seconds} s or {MAX_MEGABYTES:,} MB of memory to read; make it smaller"
        raise ImageRefused(message) from None
    except ChildKilled as killed:
        raise ImageUnreadNow(f"could not be read: {killed}; try again in some minutes") from killed


@contextmanager
def _one_at_a_time(kind: str) -> Iterator[None]:
    """Wait until no other process or thread of this user decodes a picture for the same purpose, `CLEANING` or
    `RENDITIONS`. Raises `ImageUnreadNow` after a time.
    """
    try:
        with slot(kind, 1, MAX_WAIT_SECONDS):
            yield
    except NoSlot:
        raise ImageUnreadNow("has to wait for too many other pictures; try again in some minutes") from None
