"""Files that editors upload, stored out of reach of readers until they are imported or a day has passed."""

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

from curation.models import ImportRun

from .archives import close_archives, is_archive
from .discover import UPLOAD_PREFIX, SourceFile, UsageError, discover, printable

MAX_AGE_SECONDS = 24 * 3600
PREFIX = "upload-"


@dataclass(frozen=True, slots=True)
class Upload:
    """The files of one upload, in a folder with a random name, and notes about them beside them."""

    token: str

    @property
    def folder(self) -> Path:
        return Path(settings.IMPORT_UPLOADS, PREFIX + self.token)

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def pictures(self) -> Path:
        """The folder of the pictures that the preview shows, which may not exist."""
        return self.folder / "pictures"

    @property
    def is_there(self) -> bool:
        return self.files.is_dir()

    @property
    def names(self) -> list[str]:
        """The names of the files in reports."""
        return sorted(UPLOAD_PREFIX + "/" + printable(path.name) for path in self.files.iterdir())

    def sources(self) -> list[SourceFile]:
        """Return the Markdown files, those in archives included, without those that the editor left out.

        Their names start with `upload:` in place of the folder, so that files uploaded again have the same names.
        Raises `UsageError` if the upload is deleted.
        """
        if not self.is_there:
            raise UsageError("The uploaded files have been deleted; upload them again.")
        archives = [path for path in self.files.iterdir() if is_archive(path)]
        folder = printable(os.fspath(self.files))
        sources = [
            replace(source, name=UPLOAD_PREFIX + source.name.removeprefix(folder))
            for source in discover([self.files, *archives])
        ]
        left_out = set((self.read_note("choice") or {}).get("left_out", ()))
        return [source for source in sources if source.name not in left_out]

    def leave_out(self, names: Iterable[str]) -> None:
        """Leave files out from now on, by their names."""
        self.save_note("choice", {"left_out": sorted(names)})

    def save_note(self, name: str, values: dict[str, Any]) -> None:
        """Write a note, atomically: readers get the old one or the new one."""
        path = self.folder / f"{name}.json"
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(values), "utf-8")
        unfinished.replace(path)

    def read_note(self, name: str) -> dict[str, Any] | None:
        """Return a note, `None` if there is none."""
        try:
            values: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return values

    def discard(self) -> None:
        close_archives()
        shutil.rmtree(self.folder, ignore_errors=True)


def store_upload(files: Iterable[UploadedFile[bytes]]) -> Upload:
    """Store uploaded files, whose names have been validated, and delete old uploads."""
    discard_old()
    upload = Upload(secrets.token_urlsafe(16))
    upload.folder.mkdir(mode=0o700, parents=True)
    upload.files.mkdir()
    for file in files:
        _write(file, upload.files / str(file.name))
    return upload


def _write(file: UploadedFile[bytes], path: Path) -> None:
    """Write a file with its checksum as its modification time, so that a file uploaded again counts as unchanged."""
    checksum = 0
    with path.open("wb") as target:
        for chunk in file.chunks():
            checksum = zlib.crc32(chunk, checksum)
            target.write(chunk)
    os.utime(path, (checksum, checksum))


def discard_old() -> None:
    """Delete the uploads that are older than `MAX_AGE_SECONDS` and that no import needs."""
    needed = set(_needed_tokens())
    for folder in Path(settings.IMPORT_UPLOADS).glob(f"{PREFIX}*"):
        upload = Upload(folder.name.removeprefix(PREFIX))
        if upload.token not in needed and folder.stat().st_mtime < time.time() - MAX_AGE_SECONDS:
            upload.discard()


def _needed_tokens() -> Iterator[str]:
    """Yield the tokens of uploads that an unfinished import reads, directly or as the rejected files of another one."""
    over = (ImportRun.Outcome.FINISHED, ImportRun.Outcome.FAILED, ImportRun.Outcome.UNDONE)
    for run in ImportRun.objects.exclude(outcome__in=over):
        source: ImportRun | None = run
        while source:
            yield source.upload
            source = source.failures_of
