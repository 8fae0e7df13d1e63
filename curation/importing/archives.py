"""Archives read in place: a `.zip` or `.tar.gz` is a folder whose files are never unpacked to disk.

Nothing here trusts an archive. Its list of members is read first, within limits; bombs are refused whole. A member
with a name that leads out, or that is there twice, is left out and told, and the others are read.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import sys
import tarfile
import weakref
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from errno import ENOENT
from functools import lru_cache
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any, Protocol, Self

from curation.importing.gunzip import Gunzip

SUFFIXES = (".zip", ".tar.gz", ".tgz")
#: Archives and compressed files of other kinds.
OTHER_SUFFIXES = (".tar", ".gz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".7z", ".rar")
#: Between the path of an archive and that of a file in it: `news.zip!/content/story.md`.
MARK = "!"

MAX_MEMBERS = 50_000
MAX_UNPACKED = 1_000_000_000
#: An archive that unpacks to more than `HARMLESS` bytes and to more than so many times its size is a bomb. Deflate
#: reaches a thousand; a folder of like files, five to fifty.
MAX_RATIO, HARMLESS = 200, 20_000_000
#: Bytes that the list of members of a zip file may have, and the headers of one member of a tar file.
MAX_LIST, MAX_HEADERS = 8_000_000, 1_000_000
#: Characters of the path of a member. Longer ones, a million characters each, would be kept in memory.
MAX_PATH = 4_096
#: The bit of a zip file's flags that says that a name is UTF-8.
UTF8_FLAG = 0x800
#: The last second that `datetime` knows.
MAX_TIME = 253_402_300_799
#: So many names that lead out are told before the rest is left out.
MAX_TOLD = 20

#: What Finder and Explorer put beside files, wherever: attributes of `story.md` as `._story.md`, or below `__MACOSX/`.
LEFT_BY_SYSTEMS = re.compile(r"/(?:__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
DRIVE = re.compile(r"[A-Za-z]:/")

TOP = PurePosixPath("/")
#: What `zipfile`, `tarfile` and `zlib` raise when they are given nonsense.
DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, ValueError, OverflowError, LookupError, RuntimeError),
)


class ArchiveRefused(OSError):
    """An archive that is not read, or a file in one. `reasons` say why and, after a semicolon, what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(None, reasons[0])
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, with what an `os.stat_result` says of one on disk. `key` is where its archive finds it."""

    key: Any
    st_size: int
    st_mtime: float
    is_regular: bool

    @property
    def st_mtime_ns(self) -> int:
        return int(self.st_mtime) * 1_000_000_000


@dataclass(slots=True)
class Index:
    """The members of an archive by their path in it, which starts with a slash, and its folders.

    `faults` say which members were left out and why, at most `MAX_TOLD` of them after `judge()`.
    """

    files: dict[str, Member] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/"})
    faults: list[str] = field(default_factory=list)
    count: int = 0
    _twice: set[str] = field(default_factory=set)

    def add(self, name: str, member: Member | None, fault: str = "") -> None:
        """Note a file, or a folder where `member` is `None` or the name ends as one. Separators are `/` and, as some
        Windows programs write them, `\\`. With a `fault`, the file is told and left out.

        Raises `ArchiveRefused` beyond the limits.
        """
        self.count += 1
        if self.count > MAX_MEMBERS:
            raise ArchiveRefused(f"holds more than {MAX_MEMBERS:,} files; split it, or unpack it and give the folder")
        if len(name) > MAX_PATH:
            self.faults.append(f"“{name[:100]}…” has more than {MAX_PATH:,} characters; shorten it")
            return
        inner = name.replace("\\", "/")
        path = PurePosixPath("/", inner)
        if inner.startswith("/") or DRIVE.match(inner) or ".." in path.parts:
            self.faults.append(f"“{name}” leads out of the archive; make it again with names inside it")
        elif LEFT_BY_SYSTEMS.search(f"/{inner}"):
            pass
        elif member is None or inner.endswith("/"):
            self._add_folder(path)
        elif fault:
            self.faults.append(f"“{name}” {fault}")
        else:
            self._add_file(str(path), name, member)
            self._add_folder(path.parent)

    def _add_file(self, path: str, name: str, member: Member) -> None:
        """Note a file. Of two with one name, nobody can tell which is meant: both are left out."""
        if path in self._twice:
            return
        if path in self.files:
            self._twice.add(path)
            del self.files[path]
            self.faults.append(f"holds “{name}” twice; make it again with one of them")
        else:
            self.files[path] = member

    def _add_folder(self, path: PurePosixPath) -> None:
        """Note a folder and those it is in: an archive need not have entries for them."""
        while (name := str(path)) not in self.folders:
            self.folders.add(name)
            path = path.parent

    def judge(self) -> None:
        """Bound what is told of faults. Raises `ArchiveRefused` for them where they leave no file."""
        if len(self.faults) > MAX_TOLD:
            more = len(self.faults) - MAX_TOLD
            self.faults[MAX_TOLD:] = [f"{more:,} more of its names are like that; make the archive again"]
        if self.faults and not self.files:
            raise ArchiveRefused(*self.faults)


class Archive(Protocol):
    """An open archive whose list of members was read and judged."""

    index: Index

    def read(self, member: Member, limit: int) -> bytes:
        """Return a member's bytes, at most `limit` of them."""


class ZipArchive:
    """A zip file. `zipfile` hands out no more of a member than the list of members says, and checks its checksum."""

    def __init__(self, path: Path) -> None:
        file = path.open("rb")
        weakref.finalize(self, file.close)
        guarded = Guarded(file, MAX_LIST)
        self._zip = zipfile.ZipFile(guarded)
        guarded.left = sys.maxsize
        self.index = Index()
        check_size(sum(info.file_size for info in self._zip.filelist), path.stat().st_size)
        for info in self._zip.filelist:
            self._add(info)
        self.index.judge()

    def _add(self, info: zipfile.ZipInfo) -> None:
        fault = ""
        if info.flag_bits & 1:
            fault = "is encrypted; make it again without a password"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            fault = "is compressed in a way other than deflate; make it again the ordinary way"
        is_regular = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
        member = Member(info, info.file_size, _zip_time(info), is_regular)
        self.index.add(_zip_name(info), member, fault)

    def read(self, member: Member, limit: int) -> bytes:
        with self._zip.open(member.key) as file:
            return file.read(limit)


class TarArchive:
    """A tar file, compressed with gzip."""

    def __init__(self, path: Path) -> None:
        file = path.open("rb")
        weakref.finalize(self, file.close)
        self._unpacked = Gunzip(file, check_size)
        self._lock = Lock()
        self.index = Index()
        self._read_list(Guarded(self._unpacked, MAX_HEADERS))
        self.index.judge()

    def _read_list(self, guarded: Guarded) -> None:
        with tarfile.open(fileobj=guarded, mode="r:") as tar:  # type: ignore[call-overload]  # it has what is asked for
            while info := tar.next():
                is_regular = info.isreg() and info.sparse is None
                member = Member(info.offset_data, info.size, _tar_time(info), is_regular)
                self.index.add(info.name, None if info.isdir() else member)
                tar.members.clear()  # the index is smaller
                tar.pax_headers.clear()
                guarded.left = MAX_HEADERS
            end = tar.offset
        self._unpacked.seek(end)
        if any(self._unpacked.read(tarfile.BLOCKSIZE)):
            raise EOFError  # the list ended where there is more: at something that is no header
        while self._unpacked.read(tarfile.RECORDSIZE):
            pass  # up to the checksum

    def read(self, member: Member, limit: int) -> bytes:
        with self._lock:
            self._unpacked.seek(member.key)
            return self._unpacked.read(min(limit, member.st_size))


class Guarded:
    """A file object that gives out `left` bytes, so that a library cannot be made to read all there is at once."""

    def __init__(self, file: Any, left: int) -> None:
        self._file = file
        self.left = left
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(min(size, self.left + 1) if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise ArchiveRefused("has a list of files that is too long; split it, or unpack it and give the folder")
        return data

    def seekable(self) -> bool:
        return True


def check_size(unpacked: int, packed: int) -> None:
    """Raise `ArchiveRefused` for what cannot be an honest archive, or is too much to unpack again and again."""
    if unpacked > MAX_UNPACKED:
        limit = f"{MAX_UNPACKED // 1_000_000:,} MB"
        raise ArchiveRefused(f"unpacks to more than {limit}; split it, or unpack it and give the folder")
    if unpacked > HARMLESS and unpacked > packed * MAX_RATIO:
        raise ArchiveRefused(f"unpacks to more than {MAX_RATIO} times its size, as bombs do; give the unpacked folder")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name. Without the flag for UTF-8 it is code page 437 (APPNOTE 6.3.10, appendix D), but many
    programs write UTF-8 all the same: what can be read as that is meant so.
    """
    if info.flag_bits & UTF8_FLAG or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _zip_time(info: zipfile.ZipInfo) -> float:
    """Return when a member was written; a zip file says the local time of somewhere."""
    try:
        return datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0


def _tar_time(info: tarfile.TarInfo) -> float:
    """Return when a member was written, or 0 for a time that is none: the header may say anything."""
    return info.mtime if 0 <= info.mtime <= MAX_TIME else 0


def is_archive(path: Path) -> bool:
    """Whether a path that was given is to be read as an archive, by its name."""
    return path.name.lower().endswith(SUFFIXES)


_INTO_ARCHIVE = re.compile(rf"(.*?(?:{'|'.join(map(re.escape, SUFFIXES))})){MARK}/", re.IGNORECASE)


def archive_of(name: str) -> str:
    """Return the archive that a stored path leads into, or "".

    >>> archive_of("/data/news.zip!/content/story.md"), archive_of("/data/story.md")
    ('/data/news.zip', '')
    """
    into = _INTO_ARCHIVE.match(name)
    return into[1] if into else ""


def open_archive(path: Path) -> Archive:
    """Return an archive, kept open between calls for as long as the file stays the same. Raises `ArchiveRefused`."""
    try:
        status = path.stat()
        return _open(path, status.st_mtime_ns, status.st_size)
    except ArchiveRefused:
        raise
    except OSError as error:
        raise ArchiveRefused(f"cannot be read ({error.strerror}); check its permissions") from error
    except DAMAGE as error:
        raise ArchiveRefused("is damaged, or no archive; make it again") from error


@lru_cache(maxsize=4)
def _open(path: Path, _modified: int, _size: int) -> Archive:
    return ZipArchive(path) if path.name.lower().endswith(".zip") else TarArchive(path)


close_archives = _open.cache_clear


@dataclass(frozen=True, slots=True)
class ArchivePath:
    """A place in an archive, with as much of `pathlib.Path` as an import asks for. `inner` starts with a slash.

    It holds no more than names, so that it can be sent to another process. There are no links to follow.
    """

    archive: Path
    inner: PurePosixPath = TOP

    def __fspath__(self) -> str:
        return f"{self.archive}{MARK}{self.inner}"

    def __truediv__(self, relative: str | PurePosixPath) -> Self:
        return replace(self, inner=self.inner / relative)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def parent(self) -> Self:
        return replace(self, inner=self.inner.parent)

    @property
    def parents(self) -> list[Self]:
        return [replace(self, inner=parent) for parent in self.inner.parents]

    def resolve(self) -> Self:
        return self

    def is_relative_to(self, other: ArchivePath) -> bool:
        return self.archive == other.archive and self.inner.is_relative_to(other.inner)

    def is_dir(self) -> bool:
        return str(self.inner) in open_archive(self.archive).index.folders

    def is_file(self) -> bool:
        member = open_archive(self.archive).index.files.get(str(self.inner))
        return member is not None and member.is_regular

    def stat(self) -> Member:
        member = open_archive(self.archive).index.files.get(str(self.inner))
        if member is None:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
        return member

    def read(self, limit: int) -> bytes:
        """Return the file's bytes, at most `limit` of them. Raises `OSError` and `ArchiveRefused`."""
        member = self.stat()
        try:
            return open_archive(self.archive).read(member, limit)
        except DAMAGE as error:
            raise ArchiveRefused("is damaged in its archive; make the archive again") from error
