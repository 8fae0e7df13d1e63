"""Reading a backup: checking it against its manifest, and putting it in the place of a site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from . import databases, media
from .encryption import Key
from .errors import BackupError, DamagedBackup
from .folder import GENERATION, BackupFolder, HashingFile, Manifest, check_part


@dataclass(slots=True)
class RestoreResult:
    """What was checked or restored; `old` is the name of the database that was replaced, or ""."""

    rows: int
    files: int
    written: int = 0
    old: str = ""


@dataclass(frozen=True, slots=True)
class Backup:
    """A generation of a folder of backups."""

    path: Path
    manifest: Manifest

    @classmethod
    def find(cls, source: Path) -> Backup:
        """Return the generation in a folder, or the newest of a folder of backups. Raises `BackupError`."""
        source = source.resolve()
        if not GENERATION.fullmatch(source.name):
            generations = BackupFolder(source).generations()
            if not generations:
                raise BackupError(f"{source} has no backup. Name a folder that manage.py backup has written to.")
            source = generations[-1]
        return cls(source, Manifest.read(source))

    @property
    def size(self) -> int:
        """The number of bytes of all parts."""
        return self.manifest.database.size + sum(part.size for part in self.manifest.objects.values())

    def check_key(self, key: Key | None) -> Key | None:
        """Return the key if the backup is encrypted, else `None`. Raises `BackupError` if it does not fit."""
        if not self.manifest.key:
            return None
        if key is None:
            raise BackupError("This backup is encrypted. Give its key, by --key-file or BACKUP_KEY.")
        if key.fingerprint != self.manifest.key:
            raise BackupError("This is not the key of this backup. Give the one that it was made with.")
        if key.identity is None:
            raise BackupError("This key is public, and only encrypts. Give the secret one, AGE-SECRET-KEY-1….")
        return key

    def check_parts(self, on_bytes: Callable[[int], object]) -> None:
        """Compare every part with the manifest. Raises `DamagedBackup`."""
        check_part(self.path / self.manifest.database_file, self.manifest.database, on_bytes)
        for name in self.manifest.media.values():
            if name.sha256 not in self.manifest.objects:
                raise DamagedBackup(f"{self.path} lacks a file that it lists. Restore another generation.")
        for sha256, part in self.manifest.objects.items():
            check_part(self.object_path(sha256), part, on_bytes)

    def object_path(self, sha256: str) -> Path:
        return BackupFolder(self.path.parent).object_path(sha256, self.manifest.key)

    def write_database(self, target: BinaryIO, key: Key | None) -> None:
        copy_part(self.path / self.manifest.database_file, target, key)


def copy_part(path: Path, target: Any, key: Key | None) -> None:
    """Decrypt a part into a stream."""
    with path.open("rb") as source:
        if key:
            key.decrypt(source, target)
        else:
            while block := source.read(1 << 20):
                target.write(block)


def verify(source: Path, key: Key | None, on_bytes: Callable[[int], object]) -> RestoreResult:
    """Restore a backup into a scratch database, and compare every row and file with its manifest; change nothing.

    Raises `BackupError`, `DatabaseError`, `OSError`.
    """
    backup = Backup.find(source)
    key = backup.check_key(key)
    backup.check_parts(on_bytes)
    for sha256 in backup.manifest.objects if key else ():  # without a key, their digests are those of the parts
        found: Any = HashingFile(_NullStream())
        copy_part(backup.object_path(sha256), found, key)
        if found.part.sha256 != sha256:
            raise DamagedBackup(f"{backup.object_path(sha256)} has another content. Restore another generation.")
    with _restored(backup, key) as made:
        rows = made.check(backup.manifest.tables)
    return RestoreResult(rows, len(backup.manifest.media))


def restore(source: Path, key: Key | None, on_bytes: Callable[[int], object]) -> RestoreResult:
    """Put a backup in the place of the site's database, and store its media; files of others stay.

    The old database stays, under another name, unless it was empty. Raises as `verify()`; then the database is the old
    one, and files of the backup may have been stored.
    """
    backup = Backup.find(source)
    key = backup.check_key(key)
    backup.check_parts(on_bytes)
    with _restored(backup, key) as made:
        rows = made.check(backup.manifest.tables)
        made.check_unused()
        written = sum(_restore_file(backup, name, key) for name in backup.manifest.media)
        made.renew_version()
        made.put_in_place()
        # Asked once nobody can write to it any more: what was written until then must not be lost.
        was_empty = made.is_old_empty()
        if was_empty:
            made.discard_old()
    return RestoreResult(rows, len(backup.manifest.media), written, "" if was_empty else made.old)


def _restored(backup: Backup, key: Key | None) -> Any:
    return databases.restored(backup.manifest, lambda target: backup.write_database(target, key))


def _restore_file(backup: Backup, name: str, key: Key | None) -> bool:
    """Store a file of media, unless it is there; return whether it was stored."""
    expected = backup.manifest.media[name]
    if media.is_stored(name, expected):
        return False
    with TemporaryFile() as file:
        found: Any = HashingFile(file)
        copy_part(backup.object_path(expected.sha256), found, key)
        if found.part.sha256 != expected.sha256:
            raise DamagedBackup(
                f"{backup.object_path(expected.sha256)} has another content. Restore another generation."
            )
        file.seek(0)
        media.write(name, file)
    return True


class _NullStream(BytesIO):
    """A stream that discards what is written."""

    def write(self, data: Any) -> int:
        return len(data)
