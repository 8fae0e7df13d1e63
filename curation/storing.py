"""Files in the media folder: whole or not there, and on the disk before the row that names them."""

import os
from contextlib import suppress
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage


def store(storage: Storage, name: str, data: bytes) -> str:
    """Write a file, over what an interrupted run may have left there, and return its name.

    Should that fail, as on a full disk, none of it is left.
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
    """Have a file and the folders that lead to it on the disk, where it is on one: power may fail any time."""
    if not isinstance(storage, FileSystemStorage):
        return
    path = Path(storage.path(name))
    for place in (path, *path.parents[: name.count("/") + 1]):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
