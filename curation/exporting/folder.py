"""Write files into a folder, and never outside it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath


class OutsideFolder(ValueError):
    """A path that leads out of the folder, as through a symbolic link. The message says which."""


class Folder:
    """A folder that files are written into. Other files in it stay."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.root = path.resolve()

    def write(self, path: str, data: bytes) -> bool:
        """Write a file and return whether that changed anything. Raises `OSError` and `OutsideFolder`.

        The write is atomic. A symbolic link at the path is replaced, not followed.
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
        """Return a folder inside this one, created if missing. Links are followed if they stay inside."""
        folder = self.root
        for name in folders:
            folder = folder / name
            if name == ".." or not folder.resolve().is_relative_to(self.root):
                raise OutsideFolder(f"{folder} leads out of {self.root}")
            folder.mkdir(exist_ok=True)
        return folder
