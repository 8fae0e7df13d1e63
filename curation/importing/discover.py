"""Paths given to files found: what an import reads, in the order it reads it."""

import os
import stat
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from curation.importing.archives import (
    OTHER_SUFFIXES,
    ArchivePath,
    ArchiveRefused,
    archive_of,
    is_archive,
    open_archive,
)

SUFFIXES = (".md", ".markdown")
#: What the paths of uploaded files start with, in place of the folder that they are kept in for a while.
UPLOAD = "upload:"
#: Characters that a stored path may have.
MAX_NAME = 1000
#: How the names of files begin in which Finder keeps what other systems have no place for: `._story.md`.
FINDER = "._"

#: Where a file is: on disk, or in an archive.
Place = Path | ArchivePath


class UsageError(Exception):
    """The import cannot start as asked: a path that is not there, an option that makes no sense."""


class Unreadable(Exception):
    """A file that cannot be read; the message says why and, after a semicolon, what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import. `root` is the folder or archive that was given, or a given file's own folder; nothing outside
    it is read. `name` is the absolute path as it is stored and reported. `refused` says why it cannot be read, where
    that is known already: a damaged archive stands for all the files in it, and so does a folder nobody may read.
    `top` is the one folder that everything in an archive is in, "" where there is none.
    """

    #: On disk, the path as text: an import holds all its files, and a `Path` takes four times the memory.
    place: str | ArchivePath
    root: Place
    name: str
    refused: tuple[str, ...] = ()
    top: str = ""

    @property
    def path(self) -> Place:
        return Path(self.place) if isinstance(self.place, str) else self.place

    @property
    def inner_path(self) -> str:
        """The path below the root, with `/` between its parts."""
        if isinstance(self.place, ArchivePath):
            return str(self.place.inner).removeprefix("/")
        return self.place[len(os.fspath(self.root)) :].lstrip("/") or self.path.name

    @property
    def content_path(self) -> str:
        """The path below the content folder, printable: what is the same in another check-out, and in an archive.

        The content folder is the one of that name that the root is, is in, or has; else it is the root itself, of an
        archive its one folder.
        """
        inner = self.inner_path.removeprefix(f"{self.top}/" if self.top else "")
        if isinstance(self.root, Path) and not self.is_upload:
            inner = _below_content(str(self.root)) + inner
        return printable(inner.removeprefix("content/"))

    @property
    def modified_at(self) -> datetime:
        """When the file was last written to; long ago for one that cannot be asked."""
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        except OSError:
            return datetime.min.replace(tzinfo=UTC)

    @property
    def is_upload(self) -> bool:
        return self.name.startswith(UPLOAD)

    @property
    def escapes(self) -> bool:
        """Whether the file is a symbolic link that leads out of its root. Links to folders were not followed to it."""
        if isinstance(self.place, ArchivePath) or isinstance(self.root, ArchivePath):
            return False
        path = Path(self.place)
        return path.is_symlink() and not leads_into(path, self.root)


@lru_cache(maxsize=100)
def _below_content(root: str) -> str:
    """Return the path of a root from the folder `content` on that it is in; "" where it is in none."""
    _before, content, below = f"{root}/".rpartition("/content/")
    return below if content else ""


def leads_into(path: Path, folder: Path) -> bool:
    """Whether a path, its links followed, is in a folder."""
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip("/") + "/")


def is_inside(path: Place, folder: Place) -> bool:
    """Whether there is a file at a path below a folder, and no link on the way leads out of the folder.

    Following links takes ten times as long as seeing that there is none, so that comes first.
    """
    if isinstance(path, ArchivePath) or isinstance(folder, ArchivePath):
        return path.is_file()
    steps = (path, *path.parents[: len(path.parts) - len(folder.parts) - 1])
    if not any(stat.S_ISLNK(os.lstat(step).st_mode) for step in steps):
        return path.is_file()
    return path.is_file() and leads_into(path, folder)


def printable(text: str) -> str:
    r"""Return text with control characters and undecodable bytes escaped.

    >>> printable("a\nb\udcff")
    'a\\nb\\xff'
    """
    if text.isprintable():
        return text
    raw = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in raw)


def discover(paths: Iterable[Path]) -> list[SourceFile]:
    """Return every Markdown file among `paths`, below them, and in those that are archives, once each, in path order.

    Links to folders are not followed, so a walk always ends. Raises `UsageError` for a path that is not there.
    """
    found: dict[str, SourceFile] = {}
    for path in paths:
        try:
            for source in _below(Path(os.path.abspath(path))):  # noqa: PTH100  # resolve() would follow links
                found.setdefault(os.fspath(source.path), source)
        except OSError as error:
            reason = f"cannot be read ({error.strerror}); check the disk and its permissions"
            raise UsageError(f"{printable(os.fspath(path))}: {reason}.") from error
    return [found[path] for path in sorted(found, key=os.fsencode)]


def _below(path: Path) -> Iterator[SourceFile]:
    if path.is_dir():
        closed: list[OSError] = []
        for folder, _folders, names in os.walk(path, onerror=closed.append):
            for name in names:
                if name.lower().endswith(SUFFIXES) and not name.startswith(FINDER):
                    yield source_file(Path(folder, name), path)
        for error in closed:
            reason = f"is a folder that cannot be read ({error.strerror}); check its permissions"
            yield source_file(Path(error.filename), path, reason)
    elif path.is_file():
        yield from _inside(path) if is_archive(path) else [_given(path)]
    else:
        raise UsageError(f"{printable(os.fspath(path))}: no such file or folder; check the path.")


def source_file(path: Place, root: Place, *refused: str, top: str = "") -> SourceFile:
    """Return a file to import, named by its path; `refused` are reasons why it cannot be."""
    name = printable(os.fspath(path))
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - 1]}…"
        refused = (f"has a path of more than {MAX_NAME:,} characters; shorten it",)
    place = os.fspath(path) if isinstance(path, Path) else path
    return SourceFile(place, root, name, tuple(map(printable, refused)), top)


def _given(path: Path) -> SourceFile:
    """Return a file that was named itself, whatever its name ends in, but for what nobody can take for text."""
    is_packed = path.name.lower().endswith(OTHER_SUFFIXES)
    reasons = ("is packed in a way that is not read; make a .zip or .tar.gz of it",) if is_packed else ()
    return source_file(path, path.parent, *reasons)


def _inside(path: Path) -> Iterator[SourceFile]:
    """Yield the Markdown files of an archive, and the archive itself, refused, for what in it cannot be trusted."""
    try:
        index = open_archive(path).index
    except ArchiveRefused as refusal:
        yield source_file(path, path.parent, *refusal.reasons)
        return
    if index.faults:
        yield source_file(path, path.parent, *index.faults)
    root, tops = ArchivePath(path), {name.split("/")[1] for name in index.files}
    top = tops.pop() if len(tops) == 1 and f"/{min(tops)}" not in index.files else ""
    for name, member in index.files.items():
        if name.lower().endswith(SUFFIXES):
            reasons = () if member.is_regular else ("is a link or a device; put the file itself into the archive",)
            yield source_file(root / name, root, *reasons, top=top)


def is_gone(name: str, seen: Set[str]) -> bool:
    """Whether the file of a stored path is there no more. `seen` are the files of the run at hand.

    A file lives in a folder. An archive, like an upload, is a delivery: the next one takes its place.
    """
    return name not in seen and (bool(archive_of(name)) or not os.path.lexists(name))


def is_gone_from_disk(name: str) -> bool:
    """Whether a stored path is of a file in a folder that is there no more: no upload, and not in an archive."""
    return bool(name) and not (name.startswith(UPLOAD) or archive_of(name) or os.path.lexists(name))


def read_bytes(path: Place, limit: int) -> bytes:
    """Return the bytes of a file, wherever it is. Raises `Unreadable`, also for one of more than `limit` bytes."""
    try:
        if isinstance(path, ArchivePath):
            data = path.read(limit + 1)
        else:
            with path.open("rb") as file:
                size = min(os.fstat(file.fileno()).st_size, limit)
                data = file.read(size + 1)
                if len(data) > size:  # it has grown, or does not know its size
                    data += file.read(limit - size)
    except ArchiveRefused as refusal:
        raise Unreadable(refusal.reasons[0]) from refusal
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror}); check its permissions") from error
    if len(data) > limit:
        raise Unreadable(f"is larger than {limit // 1_000_000} MB; use a smaller file")
    return data
