"""Files chosen in a form that was not saved: kept for a day, never served, so that nobody chooses them twice.

A slot is a file alone, without a row: it can be kept while the database does not answer.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

#: Time after which a slot is deleted.
MAX_AGE = timedelta(hours=24)
#: Maximum number of slots of a user. A further one takes the place of the oldest.
MAX_SLOTS_PER_USER = 20


@dataclass(frozen=True, slots=True)
class UploadSlot:
    """A file that a user chose in a form that came back unsaved, under the name that the user's file has.

    It is unverified: a form verifies it again, like any upload.
    """

    user_id: int
    key: str
    name: str

    @classmethod
    def store(cls, user_id: int, file: UploadedFile[bytes], name: str) -> UploadSlot:
        """Store a file, and delete expired slots and surplus ones of the user. Raises `OSError`."""
        discard_expired()
        own = sorted(_folder().glob(f"{user_id}-*"), key=_modified_at, reverse=True)
        for surplus in own[MAX_SLOTS_PER_USER - 1 :]:
            surplus.unlink(missing_ok=True)
        slot = cls(user_id, secrets.token_hex(16), name)
        _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with slot.path.open("wb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
        except OSError:
            slot.discard()
            raise
        return slot

    @classmethod
    def find(cls, user_id: int, token: str) -> UploadSlot | None:
        """Return the slot of a token; `None` if the token is another user's or forged, or the slot has expired."""
        try:
            key, name = signing.loads(token, salt=_salt(user_id))
        except signing.BadSignature:
            return None
        slot = cls(user_id, key, name)
        return slot if _modified_at(slot.path) > _oldest() else None

    @property
    def path(self) -> Path:
        return _folder() / f"{self.user_id}-{self.key}"

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.path.stat().st_size

    @property
    def token(self) -> str:
        """The value by which a form names the slot, valid for its user alone."""
        return signing.dumps((self.key, self.name), salt=_salt(self.user_id))

    def open(self) -> UploadedFile[bytes]:
        """Return the file as if it had just been uploaded."""
        file: Any = self.path.open("rb")  # the request closes it
        return UploadedFile(file, self.name, "application/octet-stream", self.size)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def discard_expired() -> None:
    """Delete the slots older than `MAX_AGE`."""
    for path in _folder().glob("*"):
        if _modified_at(path) <= _oldest():
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.FORM_UPLOADS)


def _modified_at(path: Path) -> float:
    """Return the time of a file, 0 for one that another process has deleted."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0


def _oldest() -> float:
    return time.time() - MAX_AGE.total_seconds()


def _salt(user_id: int) -> str:
    return f"curation.upload_slot.{user_id}"
