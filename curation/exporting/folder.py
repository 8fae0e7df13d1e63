"""Files into a folder, and never out of it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath


class Outside(OSError):
    """A place that leads out of the folder."""


class Folder:
    """A folder that files are written into. What lies there already stays, unless a file of its name is written."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.root = path.resolve()

    def write(self, path: str, data: bytes) -> bool:
        """Write a file and return whether that changed anything. Raises `OSError`.

        The file is there whole or not at all. A symbolic link in its place is replaced, not followed.
        """
        *folders, name = PurePosixPath(path).parts
        folder = self._inside(folders)
        target = folder / name
        if not target.is_symlink() and target.is_file() and target.read_bytes() == data:
            return False
        unfinished = folder / f".unfinished-{os.getpid()}"
        try:
            with unfinished.open("xb") as file:
                file.write(data)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        return True

    def _inside(self, folders: list[str]) -> Path:
        """Return a folder in this one, made where it is not there; links are followed as long as they stay inside."""
        folder = self.root
        for name in folders:
            folder = folder / name
            if name in ("..", "/") or not folder.resolve().is_relative_to(self.root):
                raise Outside(None, f"it leads out of {self.root}")
            folder.mkdir(exist_ok=True)
        return folder
