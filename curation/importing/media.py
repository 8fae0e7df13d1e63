"""The files that front matter points to: found below the given roots, read and verified."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from curation import imaging
from curation.decoding import clean_isolated
from curation.frontmatter.records import Problem
from curation.importing.archives import ArchivePath, open_archive
from curation.importing.discover import Place, SourceFile, Unreadable, is_inside, read_bytes
from curation.references import BODY, PDF_SUFFIX, page_folder, path_of

MAX_MEDIA_BYTES = 50_000_000
_UPWARDS = re.compile(r"(\.\./)+")


#: What `SourceDocument.media` remembers of the files a document points to: by use (image, pdf, icon, or `BODY` with the
#: `href` for a picture or PDF of the body), the `href`, the `sha256` of what the item took, and `size` (bytes) and
#: `mtime_ns` of the file, both absent where there was none; `beside` is its path from the document's folder, where it
#: was found from there.
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
    return Problem("warning", "media", f"“{href}” {error}", KEYS.get(use, "body"))


def of_body(found: Found) -> dict[str, dict[str, Any]]:
    """Return what is remembered of the body's files, by `href`, without what tells whether they were replaced."""
    kept = ("href", "sha256", "beside")
    entries = ((use, entry) for use, entry in found.items() if use.startswith(BODY))
    return {use.removeprefix(BODY): {name: entry[name] for name in kept if name in entry} for use, entry in entries}


def is_pdf(use: str) -> bool:
    """Whether the file of a use is read as a PDF."""
    return use == "pdf" or (use.startswith(BODY) and path_of(use.removeprefix(BODY)).lower().endswith(PDF_SUFFIX))


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
        found = _in_any_form(self.folder, path)
        return found or (_in_any_form(self.folder, PurePosixPath(path.name)) if self.by_name else None)


def _in_any_form(folder: Place, path: PurePosixPath) -> Place | None:
    """Return the file at a path in a folder, whichever Unicode form its names have; none that a link leads out to."""
    for file in _spellings(folder, path):
        with suppress(OSError):
            if is_inside(file, folder):
                return file
    return None


def _spellings(folder: Place, path: PurePosixPath) -> Iterator[Place]:
    """Yield the place of a path as it is written, then as it is there: disks and archives keep names composed or
    decomposed (Unicode NFC, NFD), and people do not see which.
    """
    yield folder / path
    if str(path).isascii():
        return
    for part in path.parts:
        try:
            names = _names_in(folder, (folder if isinstance(folder, Path) else folder.archive).stat().st_mtime_ns)
        except OSError:
            return
        folder /= names.get(normalize("NFC", part), part)
    yield folder


@lru_cache(maxsize=64)
def _names_in(folder: Place, _changed_ns: int) -> dict[str, str]:
    """Return the names in a folder by their composed form, as of the time at which it was last changed."""
    if isinstance(folder, Path):
        names = [path.name for path in folder.iterdir()]
    else:
        index, inner = open_archive(folder.archive).index, str(folder.inner)
        below = map(PurePosixPath, (*index.files, *index.folders))
        names = [path.name for path in below if str(path.parent) == inner]
    return {normalize("NFC", name): name for name in names}


def static_roots(source: SourceFile, given: Sequence[Path]) -> Iterator[Root]:
    """Yield where a file's site paths are looked up: in the folders given, or the `static` folder beside or above its
    content folder, then the file's own folder, then among the files that were uploaded with it.
    """
    yield from map(Root, given or _static_beside(source))
    yield Root(source.path.parent, source.is_upload)
    if source.is_upload and isinstance(source.path, ArchivePath):
        yield Root(source.path.archive.parent, by_name=True)


def _static_beside(source: SourceFile) -> Iterator[Place]:
    """Yield the nearest `static` folder from the file's folder up to the folder beside its content folder, and then the
    nearest `assets` folder, where Hugo's themes look for pictures.
    """
    folder = source.path.parent
    if source.is_upload and not isinstance(folder, ArchivePath):
        return
    folders = [folder, *folder.parents]
    contents = [parent for parent in folders if parent.name == "content"]
    # An export may have a content folder within its own: the outermost one that was imported counts.
    inside = [content for content in contents if content.is_relative_to(source.root)]
    top = [*contents[:1], *inside][-1].parent if contents else source.root.parent
    within = folders[: folders.index(top) + 1] if top in folders else folders
    for name in ("static", "assets"):
        yield from islice((parent / name for parent in within if (parent / name).is_dir()), 1)


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


def locate_named(href: str, source: SourceFile, roots: Sequence[Root]) -> tuple[Place, str]:
    """Return the file that front matter names, and its path from the document's folder where it lies there.

    Raises `MediaMissing`.
    """
    place = locate(href, roots)
    return place, "" if href.startswith("/") or place != source.path.parent / href else href


def locate_in_body(href: str, source: SourceFile, roots: Sequence[Root]) -> tuple[Place, str]:
    """Return the file that a picture or link of a body means, and its path from the document's folder where it was
    found from there. Raises `MediaMissing`.

    A relative one is looked up from the document's folder, then from the folder that a generator makes of the page; a
    site path, or what is not there, as `locate()` does, and then in the folders above up to the one that was given.
    """
    path = path_of(href)
    if not path.startswith("/"):
        page = page_folder(f"/{source.path.name}").lstrip("/")
        for start in dict.fromkeys(("", page)):
            relative = normpath(PurePosixPath(start) / path)
            if place := _beside(relative, source, roots):
                return place, relative
    folder, above = source.path.parent, list[Root]()
    while folder != source.root and folder != folder.parent:
        folder = folder.parent
        above.append(Root(folder))
    below = path if path.startswith("/") else _UPWARDS.sub("", normpath(path))
    return locate(below, [*roots, *above]), ""


def _beside(relative: str, source: SourceFile, roots: Iterable[Root]) -> Place | None:
    """Return the file at a path from a document's folder, if it is below the given folder or one of static files."""
    folder = source.path.parent
    if isinstance(folder, ArchivePath):
        place: Place = replace(folder, inner=PurePosixPath(normpath(folder.inner / relative)))
    else:
        place = Path(normpath(folder / relative))
    for allowed in (source.root, *(root.folder for root in roots)):
        if _is_below(place, allowed):
            below = PurePosixPath(os.fspath(place)[len(os.fspath(allowed)) :].lstrip("/"))
            if file := _in_any_form(allowed, below):
                return file
    return None


def _is_below(place: Place, folder: Place) -> bool:
    if isinstance(place, ArchivePath):
        return isinstance(folder, ArchivePath) and place.is_relative_to(folder)
    return isinstance(folder, Path) and place.is_relative_to(folder)


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
