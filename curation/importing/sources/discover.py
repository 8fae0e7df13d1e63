"""Find the files to import, in path order."""

import os
import stat
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from .archives import UNSUPPORTED_SUFFIXES, ArchivePath, ArchiveRefused, archive_of, is_archive, open_archive

MARKDOWN_SUFFIXES = (".md", ".markdown")
#: The prefix of the paths of uploaded files, in place of the folder in which they are stored.
UPLOAD_PREFIX = "upload:"
#: Maximum number of characters of a stored path.
MAX_PATH_LENGTH = 1000
#: The prefix of files in which Finder stores attributes: `._story.md`.
FINDER_PREFIX = "._"

#: The path of a file on disk or in an archive.
AnyPath = Path | ArchivePath


class UsageError(Exception):
    """An import that cannot start: a path does not exist, or an option is invalid."""


class Unreadable(Exception):
    """A file that cannot be read. The message gives the reason and, after a semicolon, what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import.

    `root` is the given folder or archive, or a given file's own folder; nothing outside it is read. `name` is the
    absolute path as it is stored and reported. `refused` are the reasons for which it cannot be read, if known already:
    a damaged archive stands for all the files in it, and so does a folder without read permission. `top` is the one
    folder that has everything in an archive, "" if there is none.
    """

    #: The path on disk as text: an import holds all its files, and a `Path` takes four times the memory.
    raw_path: str | ArchivePath
    root: AnyPath
    name: str
    refused: tuple[str, ...] = ()
    top: str = ""

    @property
    def path(self) -> AnyPath:
        return Path(self.raw_path) if isinstance(self.raw_path, str) else self.raw_path

    @property
    def inner_path(self) -> str:
        """The path below the root, with `/` between its parts."""
        if isinstance(self.raw_path, ArchivePath):
            return str(self.raw_path.inner).removeprefix("/")
        return self.raw_path[len(os.fspath(self.root)) :].lstrip("/") or self.path.name

    @property
    def content_path(self) -> str:
        """The printable path below the content folder, which is the same in another check-out and in an archive.

        The content folder is the folder `content` that is the root, contains it, or is in it. Otherwise it is the root,
        for an archive its `top` folder.
        """
        inner = self.inner_path.removeprefix(f"{self.top}/" if self.top else "")
        if isinstance(self.root, Path) and not self.is_upload:
            inner = _below_content(str(self.root)) + inner
        return printable(inner.removeprefix("content/"))

    @property
    def modified_at(self) -> datetime:
        """The time of the last change; the earliest possible one if the file cannot be read."""
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        except OSError:
            return datetime.min.replace(tzinfo=UTC)

    @property
    def is_upload(self) -> bool:
        return self.name.startswith(UPLOAD_PREFIX)

    @property
    def escapes(self) -> bool:
        """Whether the file is a symbolic link that leads out of its root. Links to folders are not followed."""
        if isinstance(self.raw_path, ArchivePath) or isinstance(self.root, ArchivePath):
            return False
        path = Path(self.raw_path)
        return path.is_symlink() and not leads_into(path, self.root)


@lru_cache(maxsize=100)
def _below_content(root: str) -> str:
    """Return the path of a root below the folder `content` that it is in; "" if it is in none."""
    _before, content, below = f"{root}/".rpartition("/content/")
    return below if content else ""


def leads_into(path: Path, folder: Path) -> bool:
    """Whether a path is in a folder after symbolic links are resolved."""
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip("/") + "/")


def is_inside(path: AnyPath, folder: AnyPath) -> bool:
    """Whether there is a file at a path below a folder, and no symbolic link on the way leads out of the folder.

    Resolving links takes ten times as long as finding that there is none, so that comes first.
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
    """Return every Markdown file among `paths`, below folders and in archives, once each, in path order.

    Links to folders are not followed, so that the search ends. Raises `UsageError` for a path that does not exist.
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
        errors: list[OSError] = []
        for folder, _folders, names in os.walk(path, onerror=errors.append):
            for name in names:
                if name.lower().endswith(MARKDOWN_SUFFIXES) and not name.startswith(FINDER_PREFIX):
                    yield source_file(Path(folder, name), path)
        for error in errors:
            reason = f"is a folder that cannot be read ({error.strerror}); check its permissions"
            yield source_file(Path(error.filename), path, reason)
    elif path.is_file():
        yield from _inside(path) if is_archive(path) else [_given(path)]
    else:
        raise UsageError(f"{printable(os.fspath(path))}: no such file or folder; check the path.")


def source_file(path: AnyPath, root: AnyPath, *refused: str, top: str = "") -> SourceFile:
    """Return a file to import, named by its path. `refused` are reasons for which it cannot be imported."""
    name = printable(os.fspath(path))
    if len(name) > MAX_PATH_LENGTH:
        name = f"{name[: MAX_PATH_LENGTH - 1]}…"
        refused = (f"has a path of more than {MAX_PATH_LENGTH:,} characters; shorten it",)
    raw_path = os.fspath(path) if isinstance(path, Path) else path
    return SourceFile(raw_path, root, name, tuple(map(printable, refused)), top)


def _given(path: Path) -> SourceFile:
    """Return a file that was given itself. Any suffix is accepted except those of archives that are not supported."""
    is_packed = path.name.lower().endswith(UNSUPPORTED_SUFFIXES)
    reasons = ("is packed in a way that is not read; make a .zip or .tar.gz of it",) if is_packed else ()
    return source_file(path, path.parent, *reasons)


def _inside(path: Path) -> Iterator[SourceFile]:
    """Yield the Markdown files of an archive, and the archive itself, refused, for its faulty members."""
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
        if name.lower().endswith(MARKDOWN_SUFFIXES):
            reasons = () if member.is_regular else ("is a link or a device; put the file itself into the archive",)
            yield source_file(root / name, root, *reasons, top=top)


def is_gone(name: str, seen: Set[str]) -> bool:
    """Whether the file of a stored path no longer exists. `seen` are the paths of the present run.

    A file of an archive counts as gone if the run does not have it: the next archive replaces the last one.
    """
    return name not in seen and (bool(archive_of(name)) or not os.path.lexists(name))


def is_gone_from_disk(name: str) -> bool:
    """Whether a stored path is that of a file on disk, neither uploaded nor in an archive, that no longer exists."""
    return bool(name) and not (name.startswith(UPLOAD_PREFIX) or archive_of(name) or os.path.lexists(name))


def read_bytes(path: AnyPath, limit: int) -> bytes:
    """Return the bytes of a file on disk or in an archive. Raises `Unreadable`, also for more than `limit` bytes."""
    try:
        if isinstance(path, ArchivePath):
            data = path.read(limit + 1)
        else:
            with path.open("rb") as file:
                size = min(os.fstat(file.fileno()).st_size, limit)
                data = file.read(size + 1)
                if len(data) > size:  # it has grown, or reports no size
                    data += file.read(limit - size)
    except ArchiveRefused as refusal:
        raise Unreadable(refusal.reasons[0]) from refusal
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror}); check its permissions") from error
    if len(data) > limit:
        raise Unreadable(f"is larger than {limit // 1_000_000} MB; use a smaller file")
    return data
