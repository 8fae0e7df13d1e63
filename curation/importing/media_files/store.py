"""The media files of a run: each is located, read, verified and stored once, however many items point to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from django.core.files.storage import FileSystemStorage, default_storage

from curation.frontmatter.problems import Problem
from curation.importing.sources.discover import AnyPath, SourceFile
from curation.lib.durable_files import store
from curation.lib.image_subprocess import ImageCleaner
from curation.lib.images import CleanImage
from curation.lib.media_types import IMAGES, of_path
from curation.lib.stored_files import image_name, pdf_name
from curation.markdown.references import BODY, path_of
from curation.models import Image
from curation.models.pdfs import is_pdf_used

from .files import (
    DocumentMedia,
    MediaUnavailable,
    Pdf,
    SearchFolder,
    is_pdf,
    locate_in_body,
    locate_named,
    media_warning,
    read_image,
    read_pdf,
    search_folders,
    stamp,
    unavailable,
)

#: Maximum number of located files that are cached: those that items share, not all of a large run.
MAX_LOCATED = 10_000
_NO_STAMP: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class LocatedFile:
    """A file, its `stamp()`, and its path from the document's folder, "" if it was not found from there."""

    path: AnyPath
    stamp: Mapping[str, int]
    beside: str


class MediaStore:
    """The media files of a run by the SHA-256 of their bytes.

    A file that was read waits in memory until its batch is written. The rows of stored images are cached, so that the
    next item with the same picture only costs a look at the file's size and time. `static_roots` are as in `Options`.
    The process that decodes pictures ends with the `with` block that it is used in.
    """

    def __init__(self, static_roots: Sequence[Path] = (), *, is_dry_run: bool = False, force: bool = False) -> None:
        self._static_roots = static_roots
        self._is_dry_run = is_dry_run
        # A look at a file of another storage takes as long as the import of a file.
        self._looks_for_lost = force or isinstance(default_storage, FileSystemStorage)
        self._lost: dict[str, bool] = {}
        #: The lost files that were stored in this batch, and those of them that its next plans tell of once more.
        self._restored: set[str] = set()
        self._to_tell_again: set[str] = set()
        self._search_folders: dict[AnyPath, tuple[SearchFolder, ...]] = {}
        self._located: dict[tuple[AnyPath, str, bool], LocatedFile] = {}
        self._digests: dict[tuple[AnyPath, int, int], str] = {}
        self._waiting: dict[str, CleanImage | Pdf] = {}
        self._images: dict[str, Image] = {}
        self._cleaner = ImageCleaner()

    def __enter__(self) -> MediaStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleaner.__exit__(kind, error, trace)

    def find(self, use: str, href: str, source: SourceFile) -> LocatedFile:
        """Return the file of a document's `href` for a use, as it was first seen in this run.

        Raises `MediaUnavailable`.
        """
        is_body = use.startswith(BODY)
        # Two documents of one folder have two folders for the files beside their pages.
        key = source.path if is_body else source.path.parent, href, is_body
        if key not in self._located:
            try:
                folders = self._folders_of(source)
                path, beside = (locate_in_body if is_body else locate_named)(href, source, folders)
            except OSError as error:
                raise unavailable(error) from error
            if len(self._located) == MAX_LOCATED:
                self._located.clear()
            self._located[key] = LocatedFile(path, stamp(path), beside)
        return self._located[key]

    def _folders_of(self, source: SourceFile) -> tuple[SearchFolder, ...]:
        folder = source.path.parent
        if folder not in self._search_folders:
            self._search_folders[folder] = tuple(search_folders(source, self._static_roots))
        return self._search_folders[folder]

    def check_unchanged(self, media: DocumentMedia, source: SourceFile) -> tuple[Problem, ...] | None:
        """Return the warnings of the files that a document points to, `None` if one has changed or been lost since."""
        problems = []
        for use, before in media.items():
            now = _NO_STAMP
            try:
                now = self.find(use, before["href"], source).stamp
            except MediaUnavailable as error:
                # An upload need not bring files that are stored already, as in `plan`.
                if not (before["sha256"] and source.is_upload):
                    problems.append(media_warning(use, before["href"], error))
            if (before.get("size"), before.get("mtime_ns")) != (now.get("size"), now.get("mtime_ns")):
                return None
            if now and self._is_lost(use, before["href"], before["sha256"]):
                return None
        return tuple(problems)

    def read(self, use: str, located: LocatedFile) -> str:
        """Read and verify a file for a use, and return its digest. Raises `MediaUnavailable`."""
        key = (located.path, located.stamp["size"], located.stamp["mtime_ns"])
        digest = self._digests.get(key, "")
        if not self.has(digest):
            file = read_pdf(located.path) if is_pdf(use) else read_image(located.path, self._cleaner)
            self._digests[key] = digest = file.sha256
            self._waiting[digest] = file
        return digest

    def _is_lost(self, use: str, href: str, digest: str) -> bool:
        """Whether rows refer to a stored file of this digest and the storage has none."""
        if not (digest and self._looks_for_lost):
            return False
        if digest not in self._lost:
            self._lost[digest] = _is_lost_pdf(digest) if is_pdf(use) else _is_lost_image(digest, href)
        return self._lost[digest]

    def restore(self, use: str, href: str, digest: str, read: str) -> bool:
        """Store a lost file again from the one of the digest `read`, which was read in this batch; return whether it
        was lost.
        """
        if digest in self._to_tell_again:
            self._to_tell_again.remove(digest)
            return True
        file = self._waiting.get(read)
        if file is None or not self._is_lost(use, href, digest):
            return False
        self._lost[digest] = False
        if self._is_dry_run:
            return True
        self._restored.add(digest)
        if is_pdf(use):
            store(default_storage, pdf_name(digest), file.data)
        else:
            Image.objects.get(sha256=digest).restore(file.data)
        return True

    def has(self, digest: str) -> bool:
        """Whether a file of this digest was read in this run."""
        return digest in self._images or digest in self._waiting

    def is_copy(self, digest: str, image: Image) -> bool:
        """Whether a file is a copy of an image as readers get it: an export writes it without the metadata."""
        file = self._waiting.get(digest)
        if digest == image.sha256 or not isinstance(file, CleanImage) or image.size != len(file.data):
            return False
        if image.file_sha256:
            return image.file_sha256 == sha256(file.data).hexdigest()
        with suppress(OSError), image.file.open() as stored:
            return bool(stored.read() == file.data)
        return False

    def image(self, digest: str, name: str) -> tuple[Image, bool]:
        """Return the row of an image that was read, and whether it is new."""
        if digest in self._images:
            return self._images[digest], False
        file = self._waiting[digest]
        assert isinstance(file, CleanImage)  # noqa: S101  # read() made it one
        row, created = Image.objects.store(file, name)
        self._images[digest] = row
        return row, created

    def pdf(self, digest: str) -> tuple[str, bool]:
        """Return the storage name of a PDF that was read, and whether it is new."""
        name, data = pdf_name(digest), self._waiting[digest].data
        if _is_stored(name, data):
            return name, False
        return store(default_storage, name, data), True

    def on_replan(self) -> None:
        """Prepare for other plans of the same files."""
        self._to_tell_again = set(self._restored)

    def on_commit(self) -> None:
        """Free the memory of the files that waited for a batch."""
        self._waiting.clear()
        self._restored.clear()
        self._to_tell_again.clear()

    def on_rollback(self) -> None:
        """Forget files and rows, after the transaction of a batch was rolled back."""
        self.on_replan()
        self._waiting.clear()
        self._images.clear()


def _is_lost_image(digest: str, href: str) -> bool:
    # The suffix of the source is nearly always that of the stored file, so one look is enough, and no query.
    expected = of_path(path_of(href))
    for media_type in sorted(IMAGES, key=lambda one: one is not expected):
        if default_storage.exists(image_name(digest, media_type.pillow_format)):
            return False
    return Image.objects.filter(sha256=digest).exists()


def _is_lost_pdf(digest: str) -> bool:
    name = pdf_name(digest)
    return not default_storage.exists(name) and is_pdf_used(name)


def _is_stored(name: str, data: bytes) -> bool:
    """Whether a complete file is in the storage: an import that was killed may have left half of it."""
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as stored:
        return bool(stored.read() == data)
