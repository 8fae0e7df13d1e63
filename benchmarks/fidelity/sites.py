"""The content to compare: a folder in this repository, and a corpus of real files if there is one."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fidelity.tree import Node

HERE = Path(__file__).resolve().parent
#: Real content files, outside the repository, as for the tests.
CORPUS = Path(os.environ.get("MEDIGY_CORPUS", HERE.parents[2] / "shared" / "corpus"))


@dataclass(frozen=True, slots=True)
class FidelitySite:
    """A content folder of one Hugo site; the folder of its static files is beside it, if there is one."""

    name: str
    content: Path

    @property
    def static(self) -> Path:
        return self.content.parent / "static"

    def files(self) -> list[str]:
        """Return the paths of the files that become pages; those of sections (`_index.md`) do not."""
        paths = sorted(path for path in self.content.rglob("*.md") if not path.name.startswith("_index."))
        return [path.relative_to(self.content).as_posix() for path in paths]


@dataclass(slots=True)
class FidelityPage:
    """The page of one file, which rules may change.

    `resolve` returns the target of a link or picture, in a form that is the same on both sides: a content file, a file
    by its digest, an address of another host, or nothing.
    """

    file: str
    address: str
    title: str
    body: Node
    resolve: Callable[[str], str]


def own_sites() -> list[FidelitySite]:
    return [FidelitySite("own", HERE / "content")]


def corpus_sites() -> list[FidelitySite]:
    """Return the sites of the corpus, if there is one."""
    folders = sorted(folder for folder in CORPUS.glob("*") if (folder / "content").is_dir())
    return [FidelitySite(folder.name, folder / "content") for folder in folders]
