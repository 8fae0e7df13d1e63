"""Write files to the storage atomically, and flush them to disk before the row that names them is committed."""

import os
from contextlib import suppress
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage


def store(storage: Storage, name: str, data: bytes) -> str:
    """Write a file, replacing one that an interrupted run left, and return its name.

    If writing fails, as on a full disk, no part of the file is left.
    """
    storage.delete(name)
    try:
        name = storage.save(name, ContentFile(data))
        _flush(storage, name)
    except BaseException:
        with suppress(OSError):
            storage.delete(name)
        raise
    return name


def _flush(storage: Storage, name: str) -> None:
    """Flush a file of a file system storage, and the folders above it, to disk, in case power fails."""
    if not isinstance(storage, FileSystemStorage):
        return
    path = Path(storage.path(name))
    for place in (path, *path.parents[: name.count("/") + 1]):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
