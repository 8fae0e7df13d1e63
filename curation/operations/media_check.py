"""Compare the media storage with the rows that refer to its files, and repair what is missing or damaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.core.files.storage import default_storage
from django.utils import timezone

from curation.lib.durable_files import store
from curation.lib.image_subprocess import clean_in_subprocess
from curation.lib.images import ImageRefused
from curation.lib.media_types import PDF_SIGNATURE
from curation.lib.stored_files import PDF_FOLDER, pdf_name
from curation.models import Image
from curation.models.pdfs import is_pdf_used, used_pdfs

FOLDERS = ("images/", PDF_FOLDER)
#: A file without a row that is younger may be one of an import whose transaction is not committed.
MIN_ORPHAN_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that rows refer to.

    `size` (bytes) is `None` where it is unknown. `sha256` is the digest of the file, `original` that of the picture as
    it was uploaded or imported; "" where they are unknown. `image` is the ID of the picture's row. A rendition that
    waits to be made is not due.
    """

    name: str
    size: int | None = None
    sha256: str = ""
    original: str = ""
    image: int | None = None
    is_rendition: bool = False
    is_due: bool = True


@dataclass(slots=True)
class MediaReport:
    """What differs. `damaged` has the reason for each file; `orphans` are names of files without a row."""

    files: int = 0
    missing: list[ExpectedFile] = field(default_factory=list)
    damaged: list[tuple[ExpectedFile, str]] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def bad(self) -> list[ExpectedFile]:
        return [*self.missing, *(file for file, _reason in self.damaged)]

    @property
    def is_good(self) -> bool:
        return not (self.missing or self.damaged or self.orphans)


def expected_files() -> dict[str, ExpectedFile]:
    """Return the files that rows refer to, by storage name."""
    files: dict[str, ExpectedFile] = {}
    for image in Image.objects.order_by("pk").iterator():
        files |= {file.name: file for file in _files_of(image)}
    for name in used_pdfs():
        stem = name.removeprefix(PDF_FOLDER).rpartition(".")[0]
        # Earlier versions named a PDF like the upload.
        files[name] = ExpectedFile(name, sha256=stem if pdf_name(stem) == name and len(stem) == 64 else "")
    return files


def _files_of(image: Image) -> Iterator[ExpectedFile]:
    """Yield the file of a picture and its renditions."""
    yield ExpectedFile(image.name, image.size, image.file_sha256, image.sha256, image.pk)
    for rendition in image.file.get_picture_files_list():
        yield ExpectedFile(rendition.name, image=image.pk, is_rendition=True, is_due=image.has_renditions)


def stored_files() -> Iterator[str]:
    """Yield the names of all files in the media folders."""
    folders = list(FOLDERS)
    while folders:
        folder = folders.pop()
        try:
            inner, names = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        folders += [f"{folder}{name}/" for name in inner]
        yield from (f"{folder}{name}" for name in names if name)


def check(*, digests: bool = False) -> MediaReport:
    """Compare files and rows by name and size; with `digests`, read all files and compare their SHA-256."""
    stored = set(stored_files())  # before the rows: a file that is stored meanwhile is not taken for an orphan
    expected = expected_files()
    due = [file for _name, file in sorted(expected.items()) if file.is_due]
    report = MediaReport(len(due))
    for file in due:
        name = file.name
        if name not in stored and not default_storage.exists(name):
            report.missing.append(file)
        elif reason := _damage(file, digests=digests):
            report.damaged.append((file, reason))
    report.orphans = [name for name in sorted(stored - expected.keys()) if _is_old(name)]
    return report


def _is_old(name: str) -> bool:
    """Whether a file is there, and too old to be one of an import that is under way."""
    limit = timezone.now() - MIN_ORPHAN_AGE
    return bool(default_storage.exists(name) and default_storage.get_modified_time(name) < limit)


def _damage(file: ExpectedFile, *, digests: bool) -> str:
    """Return what is wrong with a stored file, "" for nothing."""
    size = default_storage.size(file.name)
    if size == 0:
        return "is empty"
    if file.size is not None and size != file.size:
        return f"has {size:,} bytes instead of {file.size:,}"
    if not digests:
        return ""
    with default_storage.open(file.name) as stored:
        data = stored.read()
    found = hashlib.sha256(data).hexdigest()
    if file.sha256:
        return "" if found == file.sha256 else "has another SHA-256"
    if file.image is None or found == file.original:
        return ""
    try:  # of a rendition or of a picture of an earlier version, no digest is known
        clean_in_subprocess(data)
    except ImageRefused as refused:
        return str(refused)
    return ""


def repair(files: Iterable[ExpectedFile], folder: Path | None) -> list[ExpectedFile]:
    """Store bad files again that a folder has, whatever their names there, and mark pictures whose renditions must be
    made. Return the files that are still bad.
    """
    files = list(files)
    lost = [file for file in files if not file.is_rendition]
    Image.objects.filter(pk__in=[file.image for file in files if file.is_rendition]).update(has_renditions=False)
    repaired = set(_repair_from(folder, lost)) if folder and lost else set()
    return [file for file in lost if file not in repaired]


def _repair_from(folder: Path, lost: Iterable[ExpectedFile]) -> Iterator[ExpectedFile]:
    """Store the files that a folder has, and yield them. A file is known by its digest, or that of the picture as it
    was uploaded; by its path in the folder, if its own digest is unknown.
    """
    wanted = {digest: file for file in lost for digest in (file.original, file.sha256) if digest}
    named = {file.name: file for file in lost if not file.sha256}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        file = wanted.get(digest) or named.get(path.relative_to(folder).as_posix())
        if file and _store_again(file, path.read_bytes(), is_same=digest == file.sha256):
            wanted = {digest: other for digest, other in wanted.items() if other is not file}
            named.pop(file.name, None)
            yield file


def _store_again(file: ExpectedFile, data: bytes, *, is_same: bool) -> bool:
    """Store a file; return whether it could be one. `is_same`: its digest is known to be right."""
    if file.image is None:
        if is_same or data.startswith(PDF_SIGNATURE):
            store(default_storage, file.name, data)
            return True
        return False
    try:
        data = data if is_same else clean_in_subprocess(data).data
    except ImageRefused:
        return False
    Image.objects.get(pk=file.image).restore(data)
    return True


def delete_orphans(names: Iterable[str]) -> list[str]:
    """Delete stored files that no row refers to, and return their names. Those that have got a row since stay."""
    deleted = []
    for name in names:
        if _is_old(name) and not _has_row(name):
            default_storage.delete(name)
            deleted.append(name)
    return deleted


def _has_row(name: str) -> bool:
    if name.startswith(PDF_FOLDER):
        return is_pdf_used(name)
    path = PurePosixPath(name)  # images/ab/DIGEST.jpg, or images/ab/DIGEST/800w.webp
    images = Image.objects.filter(sha256__in=[path.stem, path.parent.name])
    return any(file.name == name for image in images for file in _files_of(image))
