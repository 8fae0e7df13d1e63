"""Files of the media storage, in any storage of Django."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage

from .folder import BLOCK, MediaFile


def names(folder: str = "") -> Iterator[str]:
    """Yield the name of each file of the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # no file was ever stored, or the folder was just deleted
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from names(f"{prefix}{name}")


def look_at(name: str) -> tuple[int, str]:
    """Return the size of a file and the time of its last change. Raises `FileNotFoundError`."""
    return default_storage.size(name), default_storage.get_modified_time(name).isoformat()


def digest(name: str, on_bytes: Callable[[int], object] = lambda _number: None) -> str:
    """Return the SHA-256 of a file. Raises `FileNotFoundError`."""
    found = hashlib.sha256()
    with default_storage.open(name) as file:
        for block in file.chunks(BLOCK):
            found.update(block)
            on_bytes(len(block))
    return found.hexdigest()


def is_stored(name: str, expected: MediaFile) -> bool:
    """Whether the storage has a file with this content."""
    if not default_storage.exists(name) or default_storage.size(name) != expected.size:
        return False
    return digest(name) == expected.sha256


def write(name: str, stream: Any) -> None:
    """Store a stream under a name, in place of another file."""
    default_storage.delete(name)
    default_storage.save(name, File(stream, name))
