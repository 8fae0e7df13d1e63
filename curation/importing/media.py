"""The files that front matter points to: found below the given roots, read and verified."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from curation import imaging
from curation.decoding import clean_isolated
from curation.frontmatter.records import Problem
from curation.importing.archives import ArchivePath
from curation.importing.discover import Place, SourceFile, Unreadable, is_inside, read_bytes

MAX_MEDIA_BYTES = 50_000_000


#: What `SourceDocument.media` remembers of the files a document points to: by use (image, pdf, icon), the `href`, the
#: `sha256` of what the item took, and `size` (bytes) and `mtime_ns` of the file, both absent where there was none.
Found = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pdf:
    data: bytes
    sha256: str


class MediaMissing(Exception):
    """A file that cannot be used now; the message says why and what to do."""


#: The front-matter key of each use of media.
KEYS = {"image": "featuredImage.href", "pdf": "featuredPdf.href", "icon": "favIconImage.href"}


def warning(use: str, href: str, error: MediaMissing) -> Problem:
    """Return a warning of a file that a document points to."""
    return Problem("warning", "media", f"“{href}” {error}", KEYS[use])


def unreadable(error: OSError) -> MediaMissing:
    return MediaMissing(f"cannot be read ({error.strerror}); check its permissions")


class MediaRefused(MediaMissing):
    """A file that cannot be used as long as it is as it is."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that site paths are looked up in; with `by_name`, files that were uploaded without their folders."""

    folder: Place
    by_name: bool = False

    def find(self, path: PurePosixPath) -> Place | None:
        """Return the file of a path, unless a link leads out of the folder with it."""
        for relative in (path, path.name) if self.by_name else (path,):
            file = self.folder / relative
            try:
                if is_inside(file, self.folder):
                    return file
            except OSError:
                continue
        return None


def static_roots(source: SourceFile, given: Sequence[Path]) -> Iterator[Root]:
    """Yield where a file's site paths are looked up: in the folders given, or the `static` folder beside or above its
    content folder, then the file's own folder, then among the files that were uploaded with it.
    """
    yield from map(Root, given or _static_beside(source))
    yield Root(source.path.parent, source.is_upload)
    if source.is_upload and isinstance(source.path, ArchivePath):
        yield Root(source.path.archive.parent, by_name=True)


def _static_beside(source: SourceFile) -> Iterator[Place]:
    """Yield the nearest `static` folder from the file's folder up to the folder beside its content folder."""
    folder = source.path.parent
    if source.is_upload and not isinstance(folder, ArchivePath):
        return
    contents = [parent for parent in (folder, *folder.parents) if parent.name == "content"]
    top = contents[0].parent if contents else source.root.parent
    for parent in (folder, *folder.parents):
        if (parent / "static").is_dir():
            yield parent / "static"
            return
        if parent == top:
            return


def locate(href: str, roots: Iterable[Root]) -> Place:
    """Return the file that a site path or file name means. Raises `MediaMissing`.

    A path that would leave its root, by `..` or through a symbolic link, is not followed.
    """
    if urlsplit(href).scheme or href.startswith("//"):
        raise MediaMissing("is an address, and nothing is fetched; put the file into the static folder")
    relative = PurePosixPath(href.lstrip("/"))
    if ".." in relative.parts or "\\" in href or "\x00" in href:
        raise MediaMissing("leads out of the content folders; name a file inside them")
    for root in roots:
        if file := root.find(relative):
            return file
    raise MediaMissing(
        "no such file; put it into the static folder, name that folder with --static-root, or upload the file along"
    )


def stamp(place: Place) -> dict[str, int]:
    """Return what tells whether a file has been replaced since: its size (bytes) and time. Raises `MediaMissing`."""
    try:
        stat = place.stat()
    except OSError as error:
        raise unreadable(error) from error
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _read(place: Place) -> bytes:
    try:
        return read_bytes(place, MAX_MEDIA_BYTES)
    except Unreadable as error:
        raise MediaMissing(str(error)) from error


def read_image(place: Place) -> imaging.CleanImage:
    """Return a verified image, ready to store. Raises `MediaMissing`."""
    data = _read(place)
    try:
        # Only a large one is worth a process: the others take milliseconds, and there are thousands.
        return clean_isolated(data) if imaging.is_large(data) else imaging.clean(data)
    except imaging.ImageRefused as refused:
        raise MediaRefused(str(refused)) from refused


def read_pdf(place: Place) -> Pdf:
    """Return a PDF file's bytes. Raises `MediaMissing`."""
    data = _read(place)
    if not data.startswith(b"%PDF-"):
        raise MediaRefused("is not a PDF file; replace it or remove the key")
    return Pdf(data, hashlib.sha256(data).hexdigest())
