"""The files that front matter points to: found below the given roots, verified, stored once for each content."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from curation import imaging
from curation.frontmatter.records import MediaRef, Problem
from curation.importing.discover import SourceFile

MAX_MEDIA_BYTES = 50_000_000


#: What `SourceDocument.media` remembers of the files a document points to: by use (image, pdf, icon), the `href`, the
#: `sha256` of what the item took, and `size` (bytes) and `mtime_ns` of the file, both absent where there was none.
Found = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pdf:
    data: bytes
    sha256: str


class MediaMissing(Exception):
    """A file that cannot be used; the message says why and what to do."""


def static_roots(source: SourceFile, given: Sequence[Path]) -> Iterator[Path]:
    """Yield the folders that a file's site paths are looked up in: those given, or the `static` folder beside or above
    its content folder, then the file's own folder.
    """
    yield from given or _static_beside(source)
    yield source.path.parent


def _static_beside(source: SourceFile) -> Iterator[Path]:
    """Yield the nearest `static` folder from the file's folder up to the folder beside its content folder."""
    folder = source.path.parent
    contents = [parent for parent in (folder, *folder.parents) if parent.name == "content"]
    top = contents[0].parent if contents else source.root.parent
    for parent in (folder, *folder.parents):
        if (parent / "static").is_dir():
            yield parent / "static"
            return
        if parent == top:
            return


def locate(href: str, roots: Iterator[Path]) -> Path:
    """Return the file that a site path or file name means. Raises `MediaMissing`.

    A path that would leave its root, by `..` or through a symbolic link, is not followed.
    """
    if urlsplit(href).scheme or href.startswith("//"):
        raise MediaMissing("is an address, and nothing is fetched; put the file into the static folder")
    relative = PurePosixPath(href.lstrip("/"))
    if ".." in relative.parts or "\\" in href or "\x00" in href:
        raise MediaMissing("leads out of the content folders; name a file inside them")
    for root in roots:
        path = root / relative
        try:
            if path.is_file() and path.resolve().is_relative_to(root.resolve()):
                return path
        except OSError:
            continue
    raise MediaMissing("no such file; put it into the static folder, or name that folder with --static-root")


def stamp(href: str, roots: Iterator[Path]) -> dict[str, Any]:
    """Return what tells whether the file behind a site path has been replaced, or appeared, since: size and time."""
    try:
        stat = locate(href, roots).stat()
    except (MediaMissing, OSError):
        return {"href": href}
    return {"href": href, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def as_found(found: Found, source: SourceFile, given: Sequence[Path]) -> bool:
    """Whether the files that a document points to are as they were at its last import."""
    for was in found.values():
        now = stamp(was["href"], static_roots(source, given))
        if (was.get("size"), was.get("mtime_ns")) != (now.get("size"), now.get("mtime_ns")):
            return False
    return True


def _read(ref: MediaRef, roots: Iterator[Path]) -> bytes:
    path = locate(ref.href, roots)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MEDIA_BYTES + 1)
    except OSError as error:
        raise MediaMissing(f"cannot be read ({error.strerror}); check its permissions") from error
    if len(data) > MAX_MEDIA_BYTES:
        raise MediaMissing(f"is larger than {MAX_MEDIA_BYTES // 1_000_000} MB; use a smaller file")
    return data


def read_image(ref: MediaRef, roots: Iterator[Path]) -> imaging.CleanImage:
    """Return a verified image, ready to store. Raises `MediaMissing`."""
    try:
        return imaging.clean(_read(ref, roots))
    except imaging.ImageRefused as refused:
        raise MediaMissing(str(refused)) from refused


def read_pdf(ref: MediaRef, roots: Iterator[Path]) -> Pdf:
    """Return a PDF file's bytes. Raises `MediaMissing`."""
    data = _read(ref, roots)
    if not data.startswith(b"%PDF-"):
        raise MediaMissing("is not a PDF file; replace it or remove the key")
    return Pdf(data, hashlib.sha256(data).hexdigest())


def missing(field: str, ref: MediaRef, error: MediaMissing) -> Problem:
    return Problem("warning", "media-missing", f"“{ref.href}” {error}", f"{field}.href")
