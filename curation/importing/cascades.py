"""The keys that files inherit from the `_index.md` files above them, on disk and in archives."""

from __future__ import annotations

from pathlib import Path

from curation.frontmatter.limits import MAX_FILE_BYTES
from curation.frontmatter.reading.cascade import (
    DEFAULT_LANGUAGE,
    NOTHING_INHERITED,
    Cascade,
    Inherited,
    inherit,
    read_cascades,
)
from curation.frontmatter.reading.languages import language_in_file_name
from curation.importing.sources.discover import (
    MARKDOWN_SUFFIXES,
    AnyPath,
    SourceFile,
    Unreadable,
    is_inside,
    read_bytes,
)


class Cascades:
    """The cascades of the folders of a run. Each `_index.md` is read once, and none outside the imported folder."""

    def __init__(self) -> None:
        #: By imported folder, folder below it and language.
        self._folders: dict[tuple[str, str, str], tuple[Cascade, ...]] = {}

    def inherited_by(self, source: SourceFile) -> Inherited:
        """Return the keys that a file inherits. An `_index.md` that cannot be read has none."""
        path = source.inner_path
        nearest_first = self._of_folder(source.root, path.rpartition("/")[0], language_in_file_name(path))
        return inherit(path, nearest_first) if nearest_first else NOTHING_INHERITED

    def _of_folder(self, root: AnyPath, folder: str, language: str) -> tuple[Cascade, ...]:
        key = str(root), folder, language
        if key not in self._folders:
            above = self._of_folder(root, folder.rpartition("/")[0], language) if folder else ()
            self._folders[key] = (*self._own(root, folder, language), *above)
        return self._folders[key]

    def _own(self, root: AnyPath, folder: str, language: str) -> tuple[Cascade, ...]:
        """Return the cascades of a folder's own `_index.md`, that of the language if there is one."""
        languages = [f".{language}", ""] if language else ["", f".{DEFAULT_LANGUAGE}"]
        for name in (f"_index{ending}{suffix}" for ending in languages for suffix in MARKDOWN_SUFFIXES):
            inner = f"{folder}/{name}" if folder else name
            if (data := _read(root, inner)) is not None:
                return read_cascades(data, inner)
        return ()


def _read(root: AnyPath, inner: str) -> bytes | None:
    path = root / inner
    try:
        if isinstance(path, Path) and not path.exists():
            return None
        return read_bytes(path, MAX_FILE_BYTES) if is_inside(path, root) else None
    except (OSError, Unreadable):
        return None
