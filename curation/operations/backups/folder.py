"""The folder of backups: its generations, and the files of all of them by digest.

DEST/20260131T020000.000000Z/manifest.json     one generation, which appears whole or not at all
DEST/20260131T020000.000000Z/database.…        the database
DEST/objects/ab/abcd….…                        media of all generations, each content once
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from curation.db.row_digests import TableDigest

from .encryption import SUFFIX, Key
from .errors import BackupBusy, DamagedBackup

FORMAT = 1
MANIFEST = "manifest.json"
OBJECTS = "objects"
#: The beginning of the names of files and folders that are not complete.
PARTIAL = ".partial-"
GENERATION = re.compile(r"\d{8}T\d{6}\.\d{6}Z")
OBJECT = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{16}\.age)?")
#: Number of bytes that are read at a time.
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a backup as it is stored: its size in bytes, and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file of the media storage: its bytes, their SHA-256, and when it was changed, in ISO format."""

    size: int
    sha256: str
    modified: str


@dataclass(slots=True)
class Manifest:
    """The contents of a generation. Digests of tables are those of `row_digests`."""

    created_at: str
    vendor: str
    server_version: str
    key: str  # the fingerprint, or ""
    database_file: str
    database: Part
    migrations: list[str]
    tables: dict[str, TableDigest]
    media: dict[str, MediaFile] = field(default_factory=dict)  # by name in the storage
    objects: dict[str, Part] = field(default_factory=dict)  # by SHA-256 of the content

    def write(self, folder: Path) -> None:
        values = {
            "format": FORMAT,
            **asdict(self),
            "tables": {name: list(digest) for name, digest in self.tables.items()},
        }
        text = json.dumps({"manifest": values, "sha256": _digest_of(values)}, indent=1, sort_keys=True)
        with write_durably(folder / MANIFEST) as file:
            file.write(text.encode())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a generation. Raises `DamagedBackup`."""
        path = folder / MANIFEST
        try:
            stored = json.loads(path.read_bytes())
            values: dict[str, Any] = stored["manifest"]
            if stored["sha256"] != _digest_of(values):
                raise DamagedBackup(f"{path} was changed: its digest is another. Restore another generation.")
            if values.pop("format") != FORMAT:
                raise DamagedBackup(f"{path} has the format of another release. Restore it with that release.")
            tables = {name: TableDigest(*digest) for name, digest in values.pop("tables").items()}
            media = {name: MediaFile(**file) for name, file in values.pop("media").items()}
            objects = {name: Part(**part) for name, part in values.pop("objects").items()}
            return cls(database=Part(**values.pop("database")), tables=tables, media=media, objects=objects, **values)
        except FileNotFoundError as error:
            raise DamagedBackup(f"{path} is missing: {folder} is no backup. Name the folder of one.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedBackup(f"{path} cannot be read ({error}). Restore another generation.") from error


def _digest_of(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class HashingFile:
    """A stream that counts and digests the bytes that pass through it, in either direction."""

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], object] = lambda _number: None) -> None:
        self._file, self._on_bytes = file, on_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, number: int = -1) -> bytes:
        return self._seen(self._file.read(number))

    def write(self, data: bytes) -> int:
        self._seen(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def _seen(self, data: bytes) -> bytes:
        self._hash.update(data)
        self.size += len(data)
        self._on_bytes(len(data))
        return data

    @property
    def part(self) -> Part:
        return Part(self.size, self._hash.hexdigest())


@contextmanager
def write_durably(path: Path) -> Iterator[BinaryIO]:
    """Write a file that appears under its name once all of it is on the disk, and not at all after an error."""
    with NamedTemporaryFile(dir=path.parent, prefix=PARTIAL, delete=False) as file:  # only its owner may read it
        partial = Path(file.name)
        try:
            yield file  # type: ignore[misc]  # a wrapper of a binary file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush the names of the files in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_part(path: Path, source: Any, key: Key | None) -> tuple[Part, Part]:
    """Store a stream as a file; return the part as it was read, and as it was stored."""
    plain = HashingFile(source)
    with write_durably(path) as file:
        stored: Any = HashingFile(file)
        if key:
            key.encrypt(plain, stored)  # type: ignore[arg-type]  # it reads alone
        else:
            shutil.copyfileobj(plain, stored, BLOCK)
    return plain.part, stored.part


def check_part(path: Path, expected: Part, on_bytes: Callable[[int], object]) -> None:
    """Compare a stored file with its manifest. Raises `DamagedBackup`."""
    try:
        with path.open("rb") as file:
            found = HashingFile(file, on_bytes)
            while found.read(BLOCK):
                pass
    except FileNotFoundError as error:
        raise DamagedBackup(f"{path} is missing. Restore another generation.") from error
    if found.size < expected.size:
        raise DamagedBackup(
            f"{path} is truncated: {found.size:,} of {expected.size:,} bytes. Restore another generation."
        )
    if found.part != expected:
        raise DamagedBackup(f"{path} was changed: its digest is another. Restore another generation.")


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """The folder of backups."""

    path: Path

    def generations(self) -> list[Path]:
        """Return the folders of the generations, the oldest first."""
        found = self.path.iterdir() if self.path.is_dir() else ()
        return sorted(folder for folder in found if GENERATION.fullmatch(folder.name))

    def object_path(self, sha256: str, fingerprint: str) -> Path:
        """Return the path of a file of media by the digest of its content, and the fingerprint of the key, or ""."""
        suffix = f".{fingerprint}{SUFFIX}" if fingerprint else ""
        return self.path / OBJECTS / sha256[:2] / f"{sha256}{suffix}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, keep other processes from writing to it, and discard what killed ones left."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupBusy(f"Another backup to {self.path} is running. Wait for its end.") from error
            for left in [*self.path.glob(f"{PARTIAL}*"), *self.path.glob(f"{OBJECTS}/*/{PARTIAL}*")]:
                _remove(left)
            yield

    @contextmanager
    def new_generation(self) -> Iterator[Path]:
        """Yield a folder that becomes a generation once all is written into it, and is deleted after an error."""
        name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        partial = self.path / f"{PARTIAL}{name}"
        partial.mkdir(mode=0o700)
        try:
            yield partial
            flush_folder(partial)
            partial.replace(self.path / name)
        except BaseException:
            _remove(partial)
            raise
        flush_folder(self.path)

    def discard_old(self, keep: int) -> list[str]:
        """Delete the oldest generations and the objects that no other needs; return the names of the generations.

        No object is deleted while a manifest that remains cannot be read. Raises `DamagedBackup`.
        """
        old, left = self.generations()[:-keep], self.generations()[-keep:]
        for folder in old:
            partial = self.path / f"{PARTIAL}{folder.name}"
            folder.replace(partial)  # a generation disappears as a whole
            _remove(partial)
        manifests = [Manifest.read(folder) for folder in left]
        used = {self.object_path(name, each.key) for each in manifests for name in each.objects}
        for path in (self.path / OBJECTS).glob("*/*"):
            if OBJECT.fullmatch(path.name) and path not in used:
                path.unlink()
        return [folder.name for folder in old]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
