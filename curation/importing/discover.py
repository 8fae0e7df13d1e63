"""Paths given to files found: what an import reads, in the order it reads it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SUFFIXES = (".md", ".markdown")


class UsageError(Exception):
    """The import cannot start as asked: a path that is not there, an option that makes no sense."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import. `root` is the folder that was given, or the given file's own; nothing outside it is read."""

    path: Path
    root: Path

    @property
    def name(self) -> str:
        """The absolute path as it is stored and reported: one printable line, undecodable bytes escaped."""
        return printable(os.fspath(self.path))

    @property
    def modified_at(self) -> datetime:
        """When the file was last written to; long ago for one that cannot be asked."""
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        except OSError:
            return datetime.min.replace(tzinfo=UTC)

    @property
    def escapes(self) -> bool:
        """Whether the path leads out of its root through a symbolic link."""
        return not self.path.resolve().is_relative_to(self.root.resolve())


def printable(text: str) -> str:
    r"""Return text with control characters and undecodable bytes escaped.

    >>> printable("a\nb\udcff")
    'a\\nb\\xff'
    """
    raw = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in raw)


def discover(paths: Iterable[Path]) -> list[SourceFile]:
    """Return every Markdown file among `paths` and below them, once each, in path order.

    Links to folders are not followed, so a walk always ends. Raises `UsageError` for a path that is not there.
    """
    found: dict[Path, SourceFile] = {}
    for path in paths:
        for source in _below(Path(os.path.abspath(path))):  # noqa: PTH100  # resolve() would follow links
            found.setdefault(source.path, source)
    return sorted(found.values(), key=lambda source: os.fsencode(source.path))


def _below(path: Path) -> Iterator[SourceFile]:
    if path.is_dir():
        for folder, _folders, names in os.walk(path):
            for name in names:
                if name.lower().endswith(SUFFIXES):
                    yield SourceFile(Path(folder, name), path)
    elif path.is_file():
        yield SourceFile(path, path.parent)
    else:
        raise UsageError(f"{printable(os.fspath(path))}: no such file or folder; check the path.")
