"""The media files of a run: each is looked up, read, verified and stored once, however many items point to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import default_storage

from curation.frontmatter.records import Problem
from curation.imaging import CleanImage
from curation.importing import media
from curation.importing.discover import Place, SourceFile
from curation.models import Image
from curation.references import BODY
from curation.storing import store

#: How many places of files are remembered: what items share, and not every file of a large run.
REMEMBERED = 10_000
_NOWHERE: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Located:
    """A file, its `media.stamp()`, and its path from the document's folder where it was found from there."""

    place: Place
    stamp: Mapping[str, int]
    beside: str


class Library:
    """Media by the digest of their bytes.

    What was read waits in memory until the batch that needs it is written; of what is stored, the row is remembered, so
    that the next item with the same picture costs a look at the file's size and time.
    """

    def __init__(self, given: Sequence[Path] = ()) -> None:
        self._given = given
        self._roots: dict[Place, tuple[media.Root, ...]] = {}
        self._found: dict[tuple[Place, str, bool], Located] = {}
        self._digests: dict[tuple[Place, int, int], str] = {}
        self._waiting: dict[str, CleanImage | media.Pdf] = {}
        self._images: dict[str, Image] = {}

    def find(self, use: str, href: str, source: SourceFile) -> Located:
        """Return the file that a document's `href` means for a use, as seen first in this run.

        Raises `MediaMissing`.
        """
        is_body = use.startswith(BODY)
        # Two files of a folder have two folders for what lies with their pages.
        key = source.path if is_body else source.path.parent, href, is_body
        if key not in self._found:
            try:
                roots = self._roots_of(source)
                place, beside = (media.locate_in_body if is_body else media.locate_named)(href, source, roots)
            except OSError as error:
                raise media.unreadable(error) from error
            if len(self._found) == REMEMBERED:
                self._found.clear()
            self._found[key] = Located(place, media.stamp(place), beside)
        return self._found[key]

    def _roots_of(self, source: SourceFile) -> tuple[media.Root, ...]:
        folder = source.path.parent
        if folder not in self._roots:
            self._roots[folder] = tuple(media.static_roots(source, self._given))
        return self._roots[folder]

    def look_again(self, found: media.Found, source: SourceFile) -> tuple[Problem, ...] | None:
        """Return warnings of the files that a document points to and that are still missing; `None` where one is not
        as it was at its last import.
        """
        missing = []
        for use, was in found.items():
            now = _NOWHERE
            try:
                now = self.find(use, was["href"], source).stamp
            except media.MediaMissing as error:
                if not (was["sha256"] and source.is_upload):  # as `plan` has it
                    missing.append(media.warning(use, was["href"], error))
            if (was.get("size"), was.get("mtime_ns")) != (now.get("size"), now.get("mtime_ns")):
                return None
        return tuple(missing)

    def read(self, use: str, place: Place, stamp: Mapping[str, int]) -> str:
        """Read and verify a file for a use, and return its digest. Raises `MediaMissing`."""
        key = (place, stamp["size"], stamp["mtime_ns"])
        digest = self._digests.get(key, "")
        if not self.has(digest):
            file = media.read_pdf(place) if media.is_pdf(use) else media.read_image(place)
            self._digests[key] = digest = file.sha256
            self._waiting[digest] = file
        return digest

    def has(self, digest: str) -> bool:
        """Whether a file of this digest was read in this run."""
        return digest in self._images or digest in self._waiting

    def is_copy(self, digest: str, image: Image) -> bool:
        """Whether a file just read is an image as readers get it: what an export wrote, without the metadata."""
        file = self._waiting.get(digest)
        if digest == image.sha256 or not isinstance(file, CleanImage) or image.size != len(file.data):
            return False
        with suppress(OSError), image.file.open() as stored:
            return bool(stored.read() == file.data)
        return False

    def image(self, digest: str, name: str) -> tuple[Image, bool]:
        """Return the row of an image that was read, and whether this made it."""
        if digest in self._images:
            return self._images[digest], False
        file = self._waiting[digest]
        assert isinstance(file, CleanImage)  # noqa: S101  # read() made it one
        row, created = Image.objects.store(file, name)
        self._images[digest] = row
        return row, created

    def pdf(self, digest: str) -> tuple[str, bool]:
        """Return the storage name of a PDF that was read, and whether this wrote it."""
        name, data = f"documents/{digest}.pdf", self._waiting[digest].data
        if _is_stored(name, data):
            return name, False
        return store(default_storage, name, data), True

    def batch_written(self) -> None:
        """Let go of what waited for a batch."""
        self._waiting.clear()

    def batch_lost(self) -> None:
        """Forget rows that a transaction took back."""
        self._waiting.clear()
        self._images.clear()


def _is_stored(name: str, data: bytes) -> bool:
    """Whether a file is in the storage whole: an import that was killed may have left half of it."""
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as stored:
        return bool(stored.read() == data)
