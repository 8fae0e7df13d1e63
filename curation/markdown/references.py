"""Find the pictures and links of a body that refer to this site, and the paths that each may mean.

Without a database: `curation/site_links/resolve.py` looks the paths up.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from curation.lib import media_types
from curation.lib.media_types import PDF
from curation.lib.names import name_key

#: The scheme of Hugo's `ref` and `relref` and Jekyll's `post_url` and `link` in rendered HTML.
REF = "ref:"
#: Prefix, before the `href`, of keys of `SourceDocument.media` for files of the body.
BODY = "body "
DOCUMENT_SUFFIXES = (".md", ".markdown", ".mdx")

#: A start tag of canonical HTML (as nh3 writes it) whose link stays on this site and is more than a fragment.
_LOCAL = re.compile(r'<(a|img)\b(?:[^">]|"[^"]*")*? (?:href|src)="((?!#|//)(?:ref:|(?![a-z][a-z0-9+.-]*:))[^"]+)"')
#: Matches in every body with such a tag, and is fast: most bodies have none.
_MAYBE_LOCAL = re.compile(r' (?:href|src)="(?!https?:|#|mailto:|tel:)')
#: Prefixes of paths by other generators: Pelican's `{filename}`, Jekyll's `{{ site.baseurl }}`, Docusaurus's `@site`.
_PREFIX = re.compile(
    r"^@site(?=/)|[{|](?:filename|static|attach)[}|]|\{\{-?(?: |%20)*site\.(?:baseurl|url)(?: |%20)*-?\}\}",
    re.IGNORECASE,
)
_BRACES = re.compile("%7[BCD]", re.IGNORECASE)
_DATED = re.compile(r"\d{4}-\d\d?-\d\d?-(?=.)", re.ASCII)
_DATE_FOLDERS = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/([^/]+)$", re.ASCII)
_PAGE_SUFFIX = re.compile(r"\.(?:md|markdown|mdx|html?)$", re.IGNORECASE)
#: Jekyll's `_docs/a.md` is the page `/docs/a/`.
_COLLECTION = re.compile(r"/_+(?=[^/]+/)")
_FOLDER_PAGE = re.compile(r"/(?:_?index|readme)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture or link of a body. `href` is the value in the HTML, entities decoded."""

    is_picture: bool
    href: str

    @property
    def path(self) -> str:
        """The decoded path, without query, fragment, or a generator's prefix."""
        return path_of(self.href)

    @property
    def is_file(self) -> bool:
        """Whether it refers to a file that can be stored: a picture, or a link to a picture or PDF."""
        return self.is_picture or media_types.of_path(self.path) is not None

    @property
    def is_pdf(self) -> bool:
        return not self.is_picture and media_types.of_path(self.path) is PDF


def references_in(markup: str) -> tuple[Reference, ...]:
    """Return the pictures and links of *sanitised* HTML that stay on this site, each once."""
    if not _MAYBE_LOCAL.search(markup):
        return ()
    found = ((tag == "img", html.unescape(href)) for tag, href in _LOCAL.findall(markup))
    return tuple(Reference(*reference) for reference in dict.fromkeys(found))


def has_references(markup: str) -> bool:
    """Whether *sanitised* HTML has a picture or link that stays on this site."""
    return _MAYBE_LOCAL.search(markup) is not None and _LOCAL.search(markup) is not None


def path_of(href: str) -> str:
    """Return the decoded path of a link; "" if it has none or is malformed.

    >>> path_of("ref:../other%20story.md?x=1#part")
    '../other story.md'
    """
    text = _PREFIX.sub("", _BRACES.sub(lambda match: unquote(match[0]), href.removeprefix(REF)))
    try:
        path = urlsplit(text).path
    except ValueError:
        return ""
    return unquote(path).replace("\x00", "").strip()


def is_dated(href: str) -> bool:
    """Whether a link contains year, month and day: `/news/2016/05/18/a-story/`."""
    return _DATE_FOLDERS.search(path_of(href).rstrip("/")) is not None


def suffix_of(href: str) -> str:
    """Return query and fragment of a link, as written.

    >>> suffix_of("../other.md?x=1#part")
    '?x=1#part'
    """
    match = re.search(r"[?#]", href)
    return href[match.start() :] if match else ""


def path_key(path: str) -> str:
    """Return a key that is equal for all paths of one page: of its file, and of its address.

    >>> path_key("/post/A/index.md"), path_key("/post/a/"), path_key("/post/a.html")
    ('/post/a', '/post/a', '/post/a')
    """
    key = _FOLDER_PAGE.sub("", _PAGE_SUFFIX.sub("", path.rstrip("/")))
    return name_key(_COLLECTION.sub("/", key)) or "/"


def page_name(path: str) -> str:
    """Return the last part of a page's path, without the date of a Jekyll file, by which pages are indexed.

    >>> page_name("/blog/_posts/2020-01-31-Hello.md"), page_name("/post/a/index.md")
    ('hello', 'a')
    """
    page = _FOLDER_PAGE.sub("", _PAGE_SUFFIX.sub("", path.rstrip("/")))
    return name_key(_DATED.sub("", page.rpartition("/")[2]))[:255]


@dataclass(frozen=True, slots=True)
class LinkBases:
    """The bases of an item's relative links: paths of its files, its former addresses, and its address."""

    files: tuple[str, ...]
    addresses: tuple[str, ...]


def candidates(href: str, bases: LinkBases) -> list[str]:
    """Return the paths that a link may mean, normalised (`/a/b`, no `..`), in the order of look-up.

    A path with a leading slash is looked up as it is, then below each folder above the item's file, since a site's
    content may be in any folder. A relative path is resolved against the page that the generator makes of the file (a
    folder of the same name), the file's folder, and each address of the item; a link to a `.md` file only against the
    file's folder.
    """
    path = path_of(href)
    if not path:
        return []
    is_document = href.startswith(REF) or path.lower().endswith(DOCUMENT_SUFFIXES)
    found = _absolute(path, bases) if path.startswith("/") else _relative(path, bases, is_document)
    if href.startswith(REF) and not path.startswith("/"):
        found = [*found, *_absolute(f"/{path}", bases)]
    return list(dict.fromkeys(_with_dated_names(found)))


def _absolute(path: str, bases: LinkBases) -> list[str]:
    folders = [str(folder) for file in bases.files for folder in PurePosixPath(file).parents]
    return [_clean(path), *(_clean(f"{folder}/{path}") for folder in folders)]


def _relative(path: str, bases: LinkBases, is_document: bool) -> list[str]:
    folders = [str(PurePosixPath(file).parent) for file in bases.files]
    pages = [page_folder(file) for file in bases.files]
    starts = folders if is_document else [*pages, *folders, *bases.addresses]
    return [_clean(f"{start}/{path}") for start in starts]


def page_folder(file: str) -> str:
    """Return the folder of the page that a generator makes of a file: `a` for `a/index.md` and for `a.md`."""
    return _FOLDER_PAGE.sub("", _PAGE_SUFFIX.sub("", file))


def _clean(path: str) -> str:
    return "/" + normpath(path).lstrip("/")


def _with_dated_names(paths: Iterable[str]) -> Iterator[str]:
    """Yield paths, and after each path with a date the path of the Jekyll file with that address."""
    for path in paths:
        yield path
        if match := _DATE_FOLDERS.search(path):
            year, month, day, name = match.groups()
            yield f"{path[: match.start()]}/_posts/{year}-{month}-{day}-{name}"
