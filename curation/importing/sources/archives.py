"""Read archives as folders: a `.zip` or `.tar.gz` is never unpacked to disk.

Archives are not trusted. The list of members is read first, within limits, and bombs are refused as a whole. A member
whose name leads out of the archive or exists twice is left out and reported; the others are read.
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

from .seekable_gzip import SeekableGzip

ARCHIVE_SUFFIXES = (".zip", ".tar.gz", ".tgz")
#: The suffixes of archives and compressed files that are not supported.
UNSUPPORTED_SUFFIXES = (".tar", ".gz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".7z", ".rar")
#: Separates the path of an archive from that of a file in it: `news.zip!/content/story.md`.
SEPARATOR = "!"

MAX_MEMBERS = 50_000
MAX_UNPACKED_BYTES = 1_000_000_000
#: An archive that unpacks to more than `MIN_BOMB_BYTES` and to more than `MAX_RATIO` times its size is a bomb. Deflate
#: reaches a ratio of 1000; a folder of similar files, one of 5 to 50.
MAX_RATIO, MIN_BOMB_BYTES = 200, 20_000_000
#: Maximum size in bytes of the list of members of a zip file, and of the headers of one member of a tar file.
MAX_LIST_BYTES, MAX_HEADER_BYTES = 8_000_000, 1_000_000
#: Maximum number of characters of a member's path. Paths are kept in memory, and may have a million characters.
MAX_PATH = 4_096
#: The bit of a zip file's flags that marks a name as UTF-8.
UTF8_FLAG = 0x800
#: The last second of `datetime`, as a Unix timestamp.
MAX_TIMESTAMP = 253_402_300_799
#: Maximum number of faulty members that are reported.
MAX_FAULTS = 20

#: Files that Finder and Explorer create: attributes of `story.md` as `._story.md`, or below `__MACOSX/`.
SYSTEM_FILES = re.compile(r"/(?:__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
DRIVE = re.compile(r"[A-Za-z]:/")

TOP = PurePosixPath("/")
#: The errors of `zipfile`, `tarfile` and `zlib` for damaged archives.
DAMAGE_ERRORS = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, ValueError, OverflowError, LookupError, RuntimeError),
)


class ArchiveRefused(OSError):
    """An archive, or a file in one, that is not read. `reasons` are each followed by a semicolon and what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(None, reasons[0])
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, with attributes of an `os.stat_result`. `key` is what its archive finds it by."""

    key: Any
    st_size: int
    st_mtime: float
    is_regular: bool

    @property
    def st_mtime_ns(self) -> int:
        return int(self.st_mtime) * 1_000_000_000


@dataclass(slots=True)
class MemberIndex:
    """The members of an archive by their path in it, which starts with a slash, and its folders.

    `faults` name the members that were left out, with the reasons; at most `MAX_FAULTS` after `check()`.
    """

    files: dict[str, Member] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/"})
    faults: list[str] = field(default_factory=list)
    count: int = 0
    _twice: set[str] = field(default_factory=set)

    def add(self, name: str, member: Member | None, fault: str = "") -> None:
        """Add a file, or a folder if `member` is `None` or the name ends with a separator.

        Separators are `/` and, as some Windows programs write them, `\\`. With a `fault`, the file is reported and left
        out. Raises `ArchiveRefused` beyond the limits.
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
        elif SYSTEM_FILES.search(f"/{inner}"):
            pass
        elif member is None or inner.endswith("/"):
            self._add_folder(path)
        elif fault:
            self.faults.append(f"“{name}” {fault}")
        else:
            self._add_file(str(path), name, member)
            self._add_folder(path.parent)

    def _add_file(self, path: str, name: str, member: Member) -> None:
        """Add a file. Two files with one name are both left out, because either may be meant."""
        if path in self._twice:
            return
        if path in self.files:
            self._twice.add(path)
            del self.files[path]
            self.faults.append(f"holds “{name}” twice; make it again with one of them")
        else:
            self.files[path] = member

    def _add_folder(self, path: PurePosixPath) -> None:
        """Add a folder and its parents: an archive need not have entries for them."""
        while (name := str(path)) not in self.folders:
            self.folders.add(name)
            path = path.parent

    def check(self) -> None:
        """Limit the number of faults. Raises `ArchiveRefused` with them if they leave no file."""
        if len(self.faults) > MAX_FAULTS:
            more = len(self.faults) - MAX_FAULTS
            self.faults[MAX_FAULTS:] = [f"{more:,} more of its names are like that; make the archive again"]
        if self.faults and not self.files:
            raise ArchiveRefused(*self.faults)


class Archive(Protocol):
    """An open archive whose list of members has been read and checked."""

    index: MemberIndex

    def read(self, member: Member, limit: int) -> bytes:
        """Return a member's bytes, at most `limit` of them."""


class ZipArchive:
    """A zip file. `zipfile` reads no more of a member than its entry in the list allows, and verifies its checksum."""

    def __init__(self, path: Path) -> None:
        file = path.open("rb")
        weakref.finalize(self, file.close)
        limited = LimitedReader(file, MAX_LIST_BYTES)
        self._zip = zipfile.ZipFile(limited)
        limited.left = sys.maxsize
        self.index = MemberIndex()
        check_size(sum(info.file_size for info in self._zip.filelist), path.stat().st_size)
        for info in self._zip.filelist:
            self._add(info)
        self.index.check()

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
        self._unpacked = SeekableGzip(file, check_size)
        self._lock = Lock()
        self.index = MemberIndex()
        self._read_list(LimitedReader(self._unpacked, MAX_HEADER_BYTES))
        self.index.check()

    def _read_list(self, limited: LimitedReader) -> None:
        with tarfile.open(fileobj=limited, mode="r:") as tar:  # type: ignore[call-overload]  # has the methods that tarfile calls
            while info := tar.next():
                is_regular = info.isreg() and info.sparse is None
                member = Member(info.offset_data, info.size, _tar_time(info), is_regular)
                self.index.add(info.name, None if info.isdir() else member)
                tar.members.clear()  # the index takes less memory
                tar.pax_headers.clear()
                limited.left = MAX_HEADER_BYTES
            end = tar.offset
        self._unpacked.seek(end)
        if any(self._unpacked.read(tarfile.BLOCKSIZE)):
            raise EOFError  # the list ended early, at something other than a header
        while self._unpacked.read(tarfile.RECORDSIZE):
            pass  # to verify the checksum, which is at the end

    def read(self, member: Member, limit: int) -> bytes:
        with self._lock:
            self._unpacked.seek(member.key)
            return self._unpacked.read(min(limit, member.st_size))


class LimitedReader:
    """A file object that returns at most `left` bytes, so that a library cannot be made to read a whole file."""

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
    """Raise `ArchiveRefused` for a bomb, and for an archive that is too large. Sizes are in bytes."""
    if unpacked > MAX_UNPACKED_BYTES:
        limit = f"{MAX_UNPACKED_BYTES // 1_000_000:,} MB"
        raise ArchiveRefused(f"unpacks to more than {limit}; split it, or unpack it and give the folder")
    if unpacked > MIN_BOMB_BYTES and unpacked > packed * MAX_RATIO:
        raise ArchiveRefused(f"unpacks to more than {MAX_RATIO} times its size, as bombs do; give the unpacked folder")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name.

    Without the flag for UTF-8 it is in code page 437 (APPNOTE 6.3.10, appendix D), but many programs write UTF-8 all
    the same. A name that is valid UTF-8 is read as such.
    """
    if info.flag_bits & UTF8_FLAG or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _zip_time(info: zipfile.ZipInfo) -> float:
    """Return when a member was written, as a Unix timestamp. A zip file has local time without a time zone."""
    try:
        return datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0


def _tar_time(info: tarfile.TarInfo) -> float:
    """Return when a member was written, as a Unix timestamp; 0 for an invalid one."""
    return info.mtime if 0 <= info.mtime <= MAX_TIMESTAMP else 0


def is_archive(path: Path) -> bool:
    """Whether a path is read as an archive, by its suffix."""
    return path.name.lower().endswith(ARCHIVE_SUFFIXES)


_INTO_ARCHIVE = re.compile(rf"(.*?(?:{'|'.join(map(re.escape, ARCHIVE_SUFFIXES))})){SEPARATOR}/", re.IGNORECASE)


def archive_of(name: str) -> str:
    """Return the archive that a stored path leads into, "" if none.

    >>> archive_of("/data/news.zip!/content/story.md"), archive_of("/data/story.md")
    ('/data/news.zip', '')
    """
    into = _INTO_ARCHIVE.match(name)
    return into[1] if into else ""


def open_archive(path: Path) -> Archive:
    """Return an archive, which stays open between calls until the file changes. Raises `ArchiveRefused`."""
    try:
        status = path.stat()
        return _open(path, status.st_mtime_ns, status.st_size)
    except ArchiveRefused:
        raise
    except OSError as error:
        raise ArchiveRefused(f"cannot be read ({error.strerror}); check its permissions") from error
    except DAMAGE_ERRORS as error:
        raise ArchiveRefused("is damaged, or no archive; make it again") from error


@lru_cache(maxsize=4)
def _open(path: Path, _modified: int, _size: int) -> Archive:
    return ZipArchive(path) if path.name.lower().endswith(".zip") else TarArchive(path)


close_archives = _open.cache_clear


@dataclass(frozen=True, slots=True)
class ArchivePath:
    """A path in an archive, with the methods of `pathlib.Path` that an import needs. `inner` starts with a slash.

    It has only names, so that it can be sent to another process. There are no symbolic links to follow.
    """

    archive: Path
    inner: PurePosixPath = TOP

    def __fspath__(self) -> str:
        return f"{self.archive}{SEPARATOR}{self.inner}"

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
        except DAMAGE_ERRORS as error:
            raise ArchiveRefused("is damaged in its archive; make the archive again") from error
