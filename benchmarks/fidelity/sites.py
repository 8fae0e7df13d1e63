"""The content to compare: a folder of our own, and real files where they are at hand."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fidelity.tree import Node

HERE = Path(__file__).resolve().parent
#: Real content files, outside the repository, as for the tests.
CORPUS = Path(os.environ.get("MEDIGY_CORPUS", HERE.parents[2] / "shared" / "corpus"))


@dataclass(frozen=True, slots=True)
class Site:
    """A content folder of one Hugo site; the folder of its static files is beside it, if there is one."""

    name: str
    content: Path

    @property
    def static(self) -> Path:
        return self.content.parent / "static"

    def files(self) -> list[str]:
        """Return the paths of the files that are to become pages; those of sections (`_index.md`) are not."""
        paths = sorted(path for path in self.content.rglob("*.md") if not path.name.startswith("_index."))
        return [path.relative_to(self.content).as_posix() for path in paths]


@dataclass(slots=True)
class Page:
    """The page of one file, which rules may change.

    `resolve` returns what a link or picture leads to, in words that are the same on both sides: a content file, a file
    by its digest, an address of another host, or nothing.
    """

    file: str
    address: str
    title: str
    body: Node
    resolve: Callable[[str], str]


def own_sites() -> list[Site]:
    return [Site("own", HERE / "content")]


def corpus_sites() -> list[Site]:
    """Return the sites of the corpus, none where it is not at hand."""
    folders = sorted(folder for folder in CORPUS.glob("*") if (folder / "content").is_dir())
    return [Site(folder.name, folder / "content") for folder in folders]
