"""What the `_index.md` files above a file say for it, each read once a run, on disk and in archives."""

from __future__ import annotations

from pathlib import Path

from curation.frontmatter.inheritance import DEFAULT_LANGUAGE, NOTHING, Cascade, Inherited, cascades, inherited_by
from curation.frontmatter.languages import language_of_name
from curation.frontmatter.limits import MAX_FILE_BYTES
from curation.importing.discover import SUFFIXES, Place, SourceFile, Unreadable, is_inside, read_bytes


class Cascades:
    """The cascades of the folders that a run meets. Nothing outside the imported folder is read."""

    def __init__(self) -> None:
        #: By imported folder, folder below it and language.
        self._folders: dict[tuple[str, str, str], tuple[Cascade, ...]] = {}

    def inherited_by(self, source: SourceFile) -> Inherited:
        """Return what a file inherits; one that cannot be read inherits nothing."""
        path = source.inner_path
        nearest_first = self._of_folder(source.root, path.rpartition("/")[0], language_of_name(path))
        return inherited_by(path, nearest_first) if nearest_first else NOTHING

    def _of_folder(self, root: Place, folder: str, language: str) -> tuple[Cascade, ...]:
        key = str(root), folder, language
        if key not in self._folders:
            above = self._of_folder(root, folder.rpartition("/")[0], language) if folder else ()
            self._folders[key] = (*self._own(root, folder, language), *above)
        return self._folders[key]

    def _own(self, root: Place, folder: str, language: str) -> tuple[Cascade, ...]:
        """Return the cascade of a folder's own `_index.md`, that of a language where it has one."""
        languages = [f".{language}", ""] if language else ["", f".{DEFAULT_LANGUAGE}"]
        for name in (f"_index{ending}{suffix}" for ending in languages for suffix in SUFFIXES):
            inner = f"{folder}/{name}" if folder else name
            if (data := _read(root, inner)) is not None:
                return cascades(data, inner)
        return ()


def _read(root: Place, inner: str) -> bytes | None:
    path = root / inner
    try:
        if isinstance(path, Path) and not path.exists():
            return None
        return read_bytes(path, MAX_FILE_BYTES) if is_inside(path, root) else None
    except (OSError, Unreadable):
        return None
