"""Encryption of backups with age (https://age-encryption.org/v1), streamed, so that the tool `age` can read them too.

A key is an identity (`AGE-SECRET-KEY-1…`), or its public recipient (`age1…`), which can write backups and not read
them.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from pyrage import DecryptError, EncryptError, IdentityError, RecipientError, decrypt_io, encrypt_io, x25519

from .errors import BackupError

SUFFIX = ".age"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of backups. Without an identity, it can only encrypt."""

    recipient: x25519.Recipient
    identity: x25519.Identity | None

    @property
    def fingerprint(self) -> str:
        """A short name of the key, which tells nothing about it."""
        return hashlib.sha256(str(self.recipient).encode()).hexdigest()[:16]

    def encrypt(self, source: BinaryIO, target: BinaryIO) -> None:
        """Encrypt a stream. Raises `OSError`, which pyrage turns into its text."""
        writer = _ErrorKeeper(target)
        try:
            encrypt_io(source, writer, [self.recipient])
        except EncryptError as error:
            raise writer.error or BackupError(f"The backup cannot be encrypted: {error}.") from error

    def decrypt(self, source: BinaryIO, target: BinaryIO) -> None:
        """Decrypt a stream. Raises `BackupError` if the key does not fit."""
        if self.identity is None:
            raise BackupError("This key is public, and only encrypts. Give the secret one, AGE-SECRET-KEY-1….")
        writer = _ErrorKeeper(target)
        try:
            decrypt_io(source, writer, [self.identity])
        except (DecryptError, OSError) as error:
            raise writer.error or BackupError(
                f"A part cannot be decrypted ({error}). Give the key that the backup was made with."
            ) from error


class _ErrorKeeper:
    """A stream that keeps the error of its target."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._target.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._target.flush()


def read_key(path: Path | None) -> Key | None:
    """Return the key in a file, or else in the environment; `None` without either. Raises `BackupError`."""
    if path is None:
        text, place = settings.BACKUP_KEY, "BACKUP_KEY"
        if not text.strip():
            return None
    else:
        place = str(path)
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise BackupError(
                f"The key file {path} cannot be read: {error}. Make one with age-keygen -o FILE."
            ) from error
    return find_key(text, place)


def find_key(text: str, place: str) -> Key:
    """Return the key in a text like that of `age-keygen`, which came from `place`. Raises `BackupError`."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return parse_key(line.strip(), place)
    raise BackupError(f"{place} has no key. Make one with age-keygen -o FILE.")


def parse_key(text: str, place: str) -> Key:
    """Return the key of a text that came from `place`. Raises `BackupError`, without the text."""
    with suppress(IdentityError):
        identity = x25519.Identity.from_str(text)
        return Key(identity.to_public(), identity)
    with suppress(RecipientError):
        return Key(x25519.Recipient.from_str(text), None)
    raise BackupError(
        f"{place} has no key of age: neither AGE-SECRET-KEY-1… nor age1…. Make one with age-keygen -o FILE."
    )
