"""Files that editors upload: kept aside, out of reach of readers, until they are imported or a day has passed."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from curation.importing.archives import close_archives, is_archive
from curation.importing.discover import UPLOAD, SourceFile, UsageError, discover, printable
from curation.models import ImportRun

KEPT_SECONDS = 24 * 3600
PREFIX = "upload-"


@dataclass(frozen=True, slots=True)
class Upload:
    """The files of one upload, in a folder whose name nobody can guess, with notes about them beside them."""

    token: str

    @property
    def folder(self) -> Path:
        return Path(settings.IMPORT_UPLOADS, PREFIX + self.token)

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def is_there(self) -> bool:
        return self.files.is_dir()

    @property
    def names(self) -> list[str]:
        """The files as reports call them."""
        return sorted(UPLOAD + "/" + printable(path.name) for path in self.files.iterdir())

    def sources(self) -> list[SourceFile]:
        """Return the Markdown files, those in archives included. Raises `UsageError` once the upload is gone.

        Their names start with `upload:` in place of the folder, so that the same files uploaded again are the same.
        """
        if not self.is_there:
            raise UsageError("The uploaded files are not kept any more; upload them again.")
        archives = [path for path in self.files.iterdir() if is_archive(path)]
        folder = printable(os.fspath(self.files))
        return [
            replace(source, name=UPLOAD + source.name.removeprefix(folder))
            for source in discover([self.files, *archives])
        ]

    def note(self, name: str, values: dict[str, Any]) -> None:
        """Write a note, in one step: who reads it finds the old one or the new one."""
        path = self.folder / f"{name}.json"
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(values), "utf-8")
        unfinished.replace(path)

    def noted(self, name: str) -> dict[str, Any] | None:
        """Return what was noted, `None` where nothing was."""
        try:
            values: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return values

    def discard(self) -> None:
        close_archives()
        shutil.rmtree(self.folder, ignore_errors=True)


def keep(files: Iterable[UploadedFile[bytes]]) -> Upload:
    """Keep uploaded files, whose names are verified, and forget old ones."""
    discard_old()
    upload = Upload(secrets.token_urlsafe(16))
    upload.folder.mkdir(mode=0o700, parents=True)
    upload.files.mkdir()
    for file in files:
        _write(file, upload.files / str(file.name))
    return upload


def _write(file: UploadedFile[bytes], path: Path) -> None:
    """Write a file, and its checksum as its time: an upload has no time of its own, and the same one is found again."""
    checksum = 0
    with path.open("wb") as kept:
        for chunk in file.chunks():
            checksum = zlib.crc32(chunk, checksum)
            kept.write(chunk)
    os.utime(path, (checksum, checksum))


def discard_old() -> None:
    """Delete uploads of which nothing has become, or whose import is long over."""
    needed = set(_needed())
    for folder in Path(settings.IMPORT_UPLOADS).glob(f"{PREFIX}*"):
        upload = Upload(folder.name.removeprefix(PREFIX))
        if upload.token not in needed and folder.stat().st_mtime < time.time() - KEPT_SECONDS:
            upload.discard()


def _needed() -> Iterator[str]:
    """Yield the tokens of uploads that an import will read: one that waits, goes on, or can, for its own or others'."""
    over = (ImportRun.Outcome.FINISHED, ImportRun.Outcome.FAILED, ImportRun.Outcome.UNDONE)
    for run in ImportRun.objects.exclude(outcome__in=over):
        source: ImportRun | None = run
        while source:
            yield source.upload
            source = source.failures_of
