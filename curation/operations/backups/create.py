"""Making a backup while editors write.

Media never change under a name, and are deleted after the transaction that deletes their last row. So files are copied
before the snapshot of the database, and again after it those that are new: every file that a row of the snapshot names
was there in one of the two passes, unless it was both stored and deleted in between, or was lost before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections

from curation.db.row_digests import applied_migrations, digest_tables, models_of
from curation.db.snapshots import snapshot
from curation.models import Image
from curation.models.pdfs import used_pdfs

from . import databases, media, postgres
from .encryption import SUFFIX, Key
from .errors import BackupError, DamagedBackup
from .folder import BackupFolder, Manifest, MediaFile, Part, write_part

#: The folders of files that a backup must not lie in: they are served, emptied or copied.
OTHER_FOLDERS = ("MEDIA_ROOT", "STATIC_ROOT", "IMPORT_UPLOADS", "FORM_UPLOADS")


@dataclass(slots=True)
class BackupResult:
    """What a backup did: the names of the generations that are old, and of files that rows name and nothing has."""

    generation: Path
    manifest: Manifest
    copied: int
    missing: list[str]
    discarded: list[str]


def check_destination(path: Path) -> None:
    """Check that a folder is apart from those of the site. Raises `BackupError`."""
    for name in OTHER_FOLDERS:
        other = Path(getattr(settings, name)).resolve()
        if path.resolve().is_relative_to(other) or other.is_relative_to(path.resolve()):
            raise BackupError(
                f"{path} and {name} ({other}) are in one another. Choose a folder apart, on another disk."
            )
    if path.exists() and not path.is_dir():
        raise BackupError(f"{path} is not a folder. Name a folder, which need not exist yet.")


def create(
    path: Path, key: Key | None, keep: int, *, read_all: bool, on_bytes: Callable[[int], object]
) -> BackupResult:
    """Make a generation in a folder of backups, and keep the last ones. Raises `BackupError`, `OSError`.

    Without `read_all`, files of media with the name, size and time that they had in the last backup are not read.
    `on_bytes(number)` is called for all that is read.
    """
    check_destination(path)
    if connections["default"].vendor == "postgresql":
        postgres.check_tool("pg_dump")
    folder = BackupFolder(path)
    with folder.locked():
        copier = MediaCopier(folder, key, _last_manifests(folder, key), read_all=read_all, on_bytes=on_bytes)
        with folder.new_generation() as partial:
            copier.copy(media.names())
            manifest, named = _copy_database(partial, key, on_bytes)
            copier.copy(media.names())
            manifest.media, manifest.objects = copier.media, copier.objects
            manifest.write(partial)
        missing = sorted(named - manifest.media.keys())
        discarded = folder.discard_old(keep)
    return BackupResult(folder.generations()[-1], manifest, copier.copied, missing, discarded)


def _last_manifests(folder: BackupFolder, key: Key | None) -> list[Manifest]:
    """Return the readable manifests of generations with this key, the newest first."""
    fingerprint, found = key.fingerprint if key else "", []
    for generation in reversed(folder.generations()):
        with suppress(DamagedBackup):
            manifest = Manifest.read(generation)
            if manifest.key == fingerprint:
                found.append(manifest)
    return found


def _copy_database(folder: Path, key: Key | None, on_bytes: Callable[[int], object]) -> tuple[Manifest, set[str]]:
    """Store the database; return a manifest without media, and the names of the media that its rows name."""
    vendor = connections["default"].vendor
    name = databases.FILES[vendor] + (SUFFIX if key else "")
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    with snapshot() as view:
        tables, migrations = digest_tables(view.alias), applied_migrations(view.alias)
        named = _named_media(view.alias)
        with databases.database_stream(view) as stream:
            _plain, stored = write_part(folder / name, stream, key)
    on_bytes(stored.size)
    fingerprint = key.fingerprint if key else ""
    version = databases.server_version()
    return Manifest(created_at, vendor, version, fingerprint, name, stored, migrations, tables), named


def _named_media(alias: str) -> set[str]:
    """Return the names of the images and PDFs that rows name."""
    tables = models_of(alias)
    images = (model._base_manager.using(alias) for model in tables if model._meta.db_table == Image._meta.db_table)
    return {name for rows in images for name in rows.exclude(file="").values_list("file", flat=True)} | used_pdfs(
        tables, alias
    )


class MediaCopier:
    """Copies files of media that a folder of backups does not have."""

    def __init__(
        self,
        folder: BackupFolder,
        key: Key | None,
        last: Iterable[Manifest],
        *,
        read_all: bool,
        on_bytes: Callable[[int], object],
    ) -> None:
        self._folder, self._key, self._on_bytes = folder, key, on_bytes
        self._fingerprint = key.fingerprint if key else ""
        self._stored: dict[str, Part] = {}
        self._seen: dict[str, MediaFile] = {}
        for manifest in last:
            self._stored = {**manifest.objects, **self._stored}
            if not read_all:
                self._seen = {**manifest.media, **self._seen}
        self.media: dict[str, MediaFile] = {}
        self.objects: dict[str, Part] = {}
        self.copied = 0

    def copy(self, names: Iterable[str]) -> None:
        """Copy the files that this has not looked at. A file that is deleted meanwhile is left out."""
        for name in names:
            if name not in self.media:
                with suppress(FileNotFoundError):
                    self._copy(name)

    def _copy(self, name: str) -> None:
        size, modified = media.look_at(name)
        known = self._seen.get(name)
        if known is None or (known.size, known.modified) != (size, modified):
            known = MediaFile(size, media.digest(name, self._on_bytes), modified)
        path, stored = self._folder.object_path(known.sha256, self._fingerprint), self._stored.get(known.sha256)
        if stored is None or not path.is_file() or path.stat().st_size != stored.size:
            known, stored = self._store(name, known)
        self.media[name], self.objects[known.sha256] = known, stored

    def _store(self, name: str, file: MediaFile) -> tuple[MediaFile, Part]:
        path = self._folder.object_path(file.sha256, self._fingerprint)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with default_storage.open(name) as source:
            plain, stored = write_part(path, source, self._key)
        self._on_bytes(plain.size)
        if plain.sha256 != file.sha256:  # written again while it was read, as after a crash
            path.unlink()
            return self._store(name, replace(file, size=plain.size, sha256=plain.sha256))
        self._stored[file.sha256] = stored
        self.copied += 1
        return file, stored
