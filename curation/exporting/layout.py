"""Where the files of an export go: the same place in every export, whatever the export is limited to.

Below `content/` a file keeps the path that it had below the imported folder; below `static/` a picture lies where its
file says. Where two would lie at one place, the older item has it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from curation.frontmatter.dialects import is_section_page
from curation.models import CuratedItem, Image, SourceDocument
from curation.references import BODY, path_of
from curation.rendering import one_line

SUFFIXES = (".md", ".markdown")
#: Bytes that a file name may have on common file systems.
MAX_NAME = 255
#: The folder of all documents.
CONTENT = "content/"
#: The folder below `content/` of items that came from no file.
NEW = "news"


class Layout:
    """The places of all documents and media there are; of those that lie where one expects, nothing is kept."""

    def __init__(self) -> None:
        self._moved: dict[tuple[type, int], str] = {}
        self._contested: set[tuple[str, str]] = set()
        taken: set[int] = set()  # hashes: the memory that this takes does not depend on how long paths are
        claims: dict[int, int] = {}
        self._place_documents(taken, claims)
        for pk, slug in CuratedItem.objects.filter(documents=None).order_by("pk").values_list("pk", "slug").iterator():
            self._place((CuratedItem, pk), _new_path(slug), taken)

    def document(self, document: SourceDocument, slug: str) -> str:
        """Return the path of a document of the item with this slug, from `content/` on."""
        usual = usual_path(document.content_path, document.md_name, slug)
        return CONTENT + self._moved.get((SourceDocument, document.pk), usual)

    def new(self, item: CuratedItem) -> str:
        """Return the path of an item that came from no file."""
        return CONTENT + self._moved.get((CuratedItem, item.pk), _new_path(item.slug))

    def has_place(self, href: str, sha256: str) -> bool:
        """Whether a picture or PDF can lie where a file says: no other is there, and the place is inside `static/`."""
        path = static_path(href)
        return path != "" and (path, sha256) not in self._contested

    def _place_documents(self, taken: set[int], claims: dict[int, int]) -> None:
        columns = ("pk", "item", "is_primary", "content_path", "md_name", "item__slug", "media")
        primary: tuple[int, str] = (0, "")
        for pk, item, is_primary, path, md_name, slug, media in (
            SourceDocument.objects.order_by("item", "-is_primary", "path", "pk").values_list(*columns).iterator()
        ):
            usual = usual_path(path, md_name, slug)
            if is_primary:
                primary = (item, self._place((SourceDocument, pk), usual, taken))
                self._claim(media, claims)
            else:
                # An import takes the first in path order for the item's own file.
                follows = primary[0] != item or os.fsencode(usual) > os.fsencode(primary[1])
                self._place((SourceDocument, pk), usual if follows else primary[1], taken, usual)

    def _place(self, row: tuple[type, int], path: str, taken: set[int], usual: str = "") -> str:
        free = next(candidate for candidate in _numbered(path) if hash(candidate) not in taken)
        taken.add(hash(free))
        if free != (usual or path):
            self._moved[row] = free
        return free

    def _claim(self, media: Mapping[str, Mapping[str, Any]], claims: dict[int, int]) -> None:
        for use, found in media.items():
            if "beside" in found:
                continue
            href = path_of(found["href"]) if use.startswith(BODY) else found["href"]
            path, sha256 = static_path(href), found["sha256"]
            if path and sha256 and claims.setdefault(hash(path), hash(sha256)) != hash(sha256):
                self._contested.add((path, sha256))


def _numbered(path: str) -> Iterator[str]:
    """Yield a path, then with numbers: `a.md`, `a_2.md`, … (which come after it in path order).

    Of a page bundle (`story/index.md`) the folder has the number, for its name is what the page is called by.
    """
    yield path
    folder, _, name = path.rpartition("/")
    if folder and name.partition(".")[0] == "index":
        yield from (f"{_shortened(folder, f'_{number}')}/{name}" for number in count(2))
    suffix = PurePosixPath(path).suffix
    yield from (_shortened(path.removesuffix(suffix), f"_{number}{suffix}") for number in count(2))


def _shortened(path: str, ending: str) -> str:
    """Return a path with an ending, its name cut to what a file name may have."""
    folder, slash, name = path.rpartition("/")
    room = MAX_NAME - len(ending.encode())
    return folder + slash + name.encode()[:room].decode(errors="ignore") + ending


def usual_path(path: str, md_name: str, slug: str) -> str:
    """Return where a document belongs below `content/`."""
    folders, _, name = path.replace("\\", "_").rpartition("/")
    name = next(name for name in (md_name.replace("\\", "_"), name, _shortened(slug, ".md")) if _is_content(name))
    fits = all(len(part.encode()) <= MAX_NAME for part in folders.split("/"))
    return f"{folders}/{name}" if folders and fits else name


def _is_content(name: str) -> bool:
    """Whether an import would read a file of this name as an item."""
    return name.lower().endswith(SUFFIXES) and not is_section_page(name) and len(name.encode()) <= MAX_NAME


def _new_path(slug: str) -> str:
    return _shortened(f"{NEW}/{slug}", ".md")


def static_path(href: str) -> str:
    """Return the path below `static/` at which an import finds a site path or file name, or "" for none.

    >>> static_path("/img/x.jpg")
    'img/x.jpg'
    """
    path = PurePosixPath(href.lstrip("/"))
    is_inside = not re.search(r"[\\\x00]", href) and ".." not in path.parts
    fits = all(len(part.encode()) <= MAX_NAME for part in path.parts)
    return str(path) if is_inside and fits and path.parts else ""


def place_beside(document: str, beside: str) -> str:
    """Return the path of a file that lay beside a document at a path, or "" where that is neither in `content/` nor in
    `static/`.

    >>> place_beside("content/post/a/index.md", "../b.png")
    'content/post/b.png'
    """
    place = normpath(PurePosixPath(document).parent / beside)
    fits = all(len(part.encode()) <= MAX_NAME for part in place.split("/"))
    return place if place.startswith(("content/", "static/")) and fits else ""


def picture_href(image: Image) -> str:
    """Return a site path for a picture that no file has named: its content tells it from others of its name."""
    name = image.original_name
    is_name = re.fullmatch(r"[^/\\]{1,200}", name) and name not in (".", "..") and name == one_line(name)
    return f"/images/{image.sha256[:16]}/{name if is_name else 'picture' + PurePosixPath(image.file.name).suffix}"
