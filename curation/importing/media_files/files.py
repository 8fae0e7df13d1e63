"""The media files that a document points to: located below the given folders, read and verified."""

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

from curation.frontmatter.problems import Problem
from curation.importing.sources.archives import ArchivePath, open_archive
from curation.importing.sources.discover import AnyPath, SourceFile, Unreadable, is_inside, read_bytes
from curation.lib import images
from curation.lib.image_subprocess import ImageCleaner
from curation.lib.media_types import PDF, PDF_SIGNATURE, of_path
from curation.markdown.references import BODY, page_folder, path_of

MAX_MEDIA_BYTES = 50_000_000
_UPWARDS = re.compile(r"(\.\./)+")


#: `SourceDocument.media`: the files that a document points to, by use (image, pdf, icon, or `BODY` with the `href` for
#: a picture or PDF of the body). Each has its `href`, the `sha256` of the file that the item took, and `size` (bytes)
#: and `mtime_ns` of the file, both absent if there was none. `beside` is its path from the document's folder, if it was
#: found from there.
DocumentMedia = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pdf:
    """The bytes of a PDF file and their digest."""

    data: bytes
    sha256: str


class MediaUnavailable(Exception):
    """A file that cannot be used now. The message gives the reason and, after a semicolon, what to do."""


#: The front-matter key of each use of media.
MEDIA_KEYS = {"image": "featuredImage.href", "pdf": "featuredPdf.href", "icon": "favIconImage.href"}


def media_warning(use: str, href: str, error: MediaUnavailable) -> Problem:
    """Return the warning that a document points to a file that cannot be used."""
    return Problem("warning", "media", f"“{href}” {error}", MEDIA_KEYS.get(use, "body"))


def body_media(media: DocumentMedia) -> dict[str, dict[str, Any]]:
    """Return the files of a document's body by `href`, without size and time."""
    names = ("href", "sha256", "beside")
    entries = ((use, entry) for use, entry in media.items() if use.startswith(BODY))
    return {use.removeprefix(BODY): {name: entry[name] for name in names if name in entry} for use, entry in entries}


def is_pdf(use: str) -> bool:
    """Whether the file of a use is read as a PDF."""
    return use == "pdf" or (use.startswith(BODY) and of_path(path_of(use.removeprefix(BODY))) is PDF)


def unavailable(error: OSError) -> MediaUnavailable:
    return MediaUnavailable(f"cannot be read ({error.strerror}); check its permissions")


class MediaRejected(MediaUnavailable):
    """A file that cannot be used unless it is replaced."""


@dataclass(frozen=True, slots=True)
class SearchFolder:
    """A folder in which site paths are looked up; with `by_name`, also by file name only.

    Files may have been uploaded without their folders.
    """

    folder: AnyPath
    by_name: bool = False

    def find(self, path: PurePosixPath) -> AnyPath | None:
        """Return the file of a path, unless a symbolic link leads out of the folder."""
        found = _find_in(self.folder, path)
        return found or (_find_in(self.folder, PurePosixPath(path.name)) if self.by_name else None)


def _find_in(folder: AnyPath, path: PurePosixPath) -> AnyPath | None:
    """Return the file at a path in a folder, whatever Unicode form its names have; none outside the folder."""
    for file in _spellings(folder, path):
        with suppress(OSError):
            if is_inside(file, folder):
                return file
    return None


def _spellings(folder: AnyPath, path: PurePosixPath) -> Iterator[AnyPath]:
    """Yield a path as it is written, then with the names as they are stored.

    Disks and archives store names composed or decomposed (Unicode NFC, NFD), which look the same.
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
def _names_in(folder: AnyPath, _changed_ns: int) -> dict[str, str]:
    """Return the names in a folder by their composed form. The time of its last change is part of the cache key."""
    if isinstance(folder, Path):
        names = [path.name for path in folder.iterdir()]
    else:
        index, inner = open_archive(folder.archive).index, str(folder.inner)
        below = map(PurePosixPath, (*index.files, *index.folders))
        names = [path.name for path in below if str(path.parent) == inner]
    return {normalize("NFC", name): name for name in names}


def search_folders(source: SourceFile, given: Sequence[Path]) -> Iterator[SearchFolder]:
    """Yield the folders in which a document's site paths are looked up.

    These are the given ones, or the `static` folder beside or above the content folder; then the document's own folder;
    then that of the files which were uploaded with it.
    """
    yield from map(SearchFolder, given or _static_beside(source))
    yield SearchFolder(source.path.parent, source.is_upload)
    if source.is_upload and isinstance(source.path, ArchivePath):
        yield SearchFolder(source.path.archive.parent, by_name=True)


def _static_beside(source: SourceFile) -> Iterator[AnyPath]:
    """Yield the nearest `static` folder between the document's folder and the one above its content folder, then the
    nearest `assets` folder, in which Hugo's themes look for pictures.
    """
    folder = source.path.parent
    if source.is_upload and not isinstance(folder, ArchivePath):
        return
    folders = [folder, *folder.parents]
    contents = [parent for parent in folders if parent.name == "content"]
    # An export may have a content folder within its own. The outermost one that was imported counts.
    inside = [content for content in contents if content.is_relative_to(source.root)]
    top = [*contents[:1], *inside][-1].parent if contents else source.root.parent
    within = folders[: folders.index(top) + 1] if top in folders else folders
    for name in ("static", "assets"):
        yield from islice((parent / name for parent in within if (parent / name).is_dir()), 1)


def locate(href: str, folders: Iterable[SearchFolder]) -> AnyPath:
    """Return the file of a site path or file name. Raises `MediaUnavailable`.

    A path that would leave its folder, by `..` or through a symbolic link, is not followed.
    """
    if urlsplit(href).scheme or href.startswith("//"):
        raise MediaUnavailable("is an address, and nothing is fetched; put the file into the static folder")
    relative = PurePosixPath(href.lstrip("/"))
    if ".." in relative.parts or "\\" in href or "\x00" in href:
        raise MediaUnavailable("leads out of the content folders; name a file inside them")
    for folder in folders:
        if file := folder.find(relative):
            return file
    raise MediaUnavailable("no such file; put it into the static folder, or upload it along with the text")


def locate_named(href: str, source: SourceFile, folders: Sequence[SearchFolder]) -> tuple[AnyPath, str]:
    """Return the file that front matter names, and its path from the document's folder, "" if it is elsewhere.

    Raises `MediaUnavailable`.
    """
    path = locate(href, folders)
    return path, "" if href.startswith("/") or path != source.path.parent / href else href


def locate_in_body(href: str, source: SourceFile, folders: Sequence[SearchFolder]) -> tuple[AnyPath, str]:
    """Return the file of a picture or link of a body, and its path from the document's folder, "" if it was not found
    from there. Raises `MediaUnavailable`.

    A relative path is looked up from the document's folder, then from the folder that a generator makes of the page.
    If that fails, and for a site path, it is looked up as by `locate()`, then in the folders above the document up to
    the imported one.
    """
    path = path_of(href)
    if not path.startswith("/"):
        page = page_folder(f"/{source.path.name}").lstrip("/")
        for start in dict.fromkeys(("", page)):
            relative = normpath(PurePosixPath(start) / path)
            if found := _find_beside(relative, source, folders):
                return found, relative
    folder, above = source.path.parent, list[SearchFolder]()
    while folder != source.root and folder != folder.parent:
        folder = folder.parent
        above.append(SearchFolder(folder))
    below = path if path.startswith("/") else _UPWARDS.sub("", normpath(path))
    return locate(below, [*folders, *above]), ""


def _find_beside(relative: str, source: SourceFile, folders: Iterable[SearchFolder]) -> AnyPath | None:
    """Return the file at a path from a document's folder, if it is below the imported folder or a search folder."""
    folder = source.path.parent
    if isinstance(folder, ArchivePath):
        path: AnyPath = replace(folder, inner=PurePosixPath(normpath(folder.inner / relative)))
    else:
        path = Path(normpath(folder / relative))
    for allowed in (source.root, *(search.folder for search in folders)):
        if _is_below(path, allowed):
            below = PurePosixPath(os.fspath(path)[len(os.fspath(allowed)) :].lstrip("/"))
            if file := _find_in(allowed, below):
                return file
    return None


def _is_below(path: AnyPath, folder: AnyPath) -> bool:
    if isinstance(path, ArchivePath):
        return isinstance(folder, ArchivePath) and path.is_relative_to(folder)
    return isinstance(folder, Path) and path.is_relative_to(folder)


def stamp(path: AnyPath) -> dict[str, int]:
    """Return the size (bytes) and time of a file, by which a replaced one is noticed. Raises `MediaUnavailable`."""
    try:
        stat = path.stat()
    except OSError as error:
        raise unavailable(error) from error
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _read(path: AnyPath) -> bytes:
    try:
        return read_bytes(path, MAX_MEDIA_BYTES)
    except Unreadable as error:
        raise MediaUnavailable(str(error)) from error


def read_image(path: AnyPath, cleaner: ImageCleaner) -> images.CleanImage:
    """Return a verified image, ready to store. Raises `MediaUnavailable`."""
    try:
        return cleaner.clean(_read(path))
    except images.ImageUnreadNow as unread:
        raise MediaUnavailable(str(unread)) from unread
    except images.ImageRefused as refused:
        raise MediaRejected(str(refused)) from refused


def read_pdf(path: AnyPath) -> Pdf:
    """Return a PDF file's bytes. Raises `MediaUnavailable`."""
    data = _read(path)
    if not data.startswith(PDF_SIGNATURE):
        raise MediaRejected("is not a PDF file; replace it or remove the key")
    return Pdf(data, hashlib.sha256(data).hexdigest())
