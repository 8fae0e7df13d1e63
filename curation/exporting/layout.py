"""The paths of the files of an export, which are the same in every export, whatever its choice of items.

Below `content/` a file has the path that it had below the imported folder; below `static/` a picture has the path in
its content file. If two files have the same path, the older item's file keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from curation.frontmatter.dialects import is_section_page
from curation.markdown.references import BODY, path_of
from curation.models import CuratedItem, SourceDocument
from curation.site_links.picture_paths import MAX_NAME_BYTES, static_path

SUFFIXES = (".md", ".markdown")
#: The folder of all documents.
CONTENT = "content/"
#: The folder below `content/` of items that came from no file.
NEW = "news"


class Layout:
    """The paths of all documents and media. Only the unusual ones take memory."""

    def __init__(self) -> None:
        self._moved: dict[tuple[type, int], str] = {}
        self._contested: set[tuple[str, str]] = set()
        taken: set[int] = set()  # hashes, which take less memory than paths
        reserved: dict[int, int] = {}
        self._place_documents(taken, reserved)
        for pk, slug in CuratedItem.objects.filter(documents=None).order_by("pk").values_list("pk", "slug").iterator():
            self._place((CuratedItem, pk), new_path(slug), taken)

    def document(self, document: SourceDocument, slug: str) -> str:
        """Return the path of a document of the item with this slug, from `content/` on."""
        usual = usual_path(document.content_path, document.md_name, slug)
        return CONTENT + self._moved.get((SourceDocument, document.pk), usual)

    def new(self, item: CuratedItem) -> str:
        """Return the path of an item that came from no file."""
        return CONTENT + self._moved.get((CuratedItem, item.pk), new_path(item.slug))

    def is_free(self, href: str, sha256: str) -> bool:
        """Return whether a picture or PDF can have a path below `static/`: it is inside, and no other file has it."""
        path = static_path(href)
        return path != "" and (path, sha256) not in self._contested

    def _place_documents(self, taken: set[int], reserved: dict[int, int]) -> None:
        columns = ("pk", "item", "is_primary", "content_path", "md_name", "item__slug", "media")
        primary: tuple[int, str] = (0, "")
        for pk, item, is_primary, path, md_name, slug, media in (
            SourceDocument.objects.order_by("item", "-is_primary", "path", "pk").values_list(*columns).iterator()
        ):
            usual = usual_path(path, md_name, slug)
            if is_primary:
                primary = (item, self._place((SourceDocument, pk), usual, taken))
                self._reserve(media, reserved)
            else:
                # An import takes the first file in path order as the primary one.
                follows = primary[0] != item or os.fsencode(usual) > os.fsencode(primary[1])
                self._place((SourceDocument, pk), usual if follows else primary[1], taken, usual)

    def _place(self, row: tuple[type, int], path: str, taken: set[int], usual: str = "") -> str:
        free = next(candidate for candidate in numbered_paths(path) if hash(candidate) not in taken)
        taken.add(hash(free))
        if free != (usual or path):
            self._moved[row] = free
        return free

    def _reserve(self, media: Mapping[str, Mapping[str, Any]], reserved: dict[int, int]) -> None:
        for use, found in media.items():
            if "beside" in found:
                continue
            href = path_of(found["href"]) if use.startswith(BODY) else found["href"]
            path, sha256 = static_path(href), found["sha256"]
            if path and sha256 and reserved.setdefault(hash(path), hash(sha256)) != hash(sha256):
                self._contested.add((path, sha256))


def numbered_paths(path: str) -> Iterator[str]:
    """Yield a path, then it with numbers: `a.md`, `a_2.md`, … (which follow it in path order).

    Of a page bundle (`story/index.md`) the folder gets the number, since its name is that of the page.
    """
    yield path
    folder, _, name = path.rpartition("/")
    if folder and name.partition(".")[0] == "index":
        yield from (f"{_shortened(folder, f'_{number}')}/{name}" for number in count(2))
    suffix = PurePosixPath(path).suffix
    yield from (_shortened(path.removesuffix(suffix), f"_{number}{suffix}") for number in count(2))


def _shortened(path: str, ending: str) -> str:
    """Return a path with an ending, its name cut to `MAX_NAME_BYTES`."""
    folder, slash, name = path.rpartition("/")
    max_bytes = MAX_NAME_BYTES - len(ending.encode())
    return folder + slash + name.encode()[:max_bytes].decode(errors="ignore") + ending


def usual_path(path: str, md_name: str, slug: str) -> str:
    """Return the path of a document below `content/`, unless another one has it."""
    folders, _, name = path.replace("\\", "_").rpartition("/")
    name = next(name for name in (md_name.replace("\\", "_"), name, _shortened(slug, ".md")) if _is_content(name))
    fits = all(len(part.encode()) <= MAX_NAME_BYTES for part in folders.split("/"))
    return f"{folders}/{name}" if folders and fits else name


def _is_content(name: str) -> bool:
    """Return whether an import reads a file of this name as an item."""
    return name.lower().endswith(SUFFIXES) and not is_section_page(name) and len(name.encode()) <= MAX_NAME_BYTES


def new_path(slug: str) -> str:
    """Return the path below `content/` of an item that came from no file, unless another one has it."""
    return _shortened(f"{NEW}/{slug}", ".md")


def place_beside(document: str, beside: str) -> str:
    """Return the path of a file from its path relative to a document; "" unless that is in `content/` or `static/`.

    >>> place_beside("content/post/a/index.md", "../b.png")
    'content/post/b.png'
    """
    place = normpath(PurePosixPath(document).parent / beside)
    fits = all(len(part.encode()) <= MAX_NAME_BYTES for part in place.split("/"))
    return place if place.startswith(("content/", "static/")) and fits else ""
