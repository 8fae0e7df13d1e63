"""Paths on this site, and the path that Hugo gives a file's page."""

import re
from unicodedata import normalize
from urllib.parse import unquote

from curation.frontmatter.limits import MAX_PATH

from .languages import strip_language

#: A segment that is empty, `.` or `..`.
_RELATIVE_SEGMENT = re.compile(r"/ *(?:\.{1,2} *)?(?:/|$)")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def page_path(slug: str) -> str:
    """Return the path of an item's page as aliases are written.

    >>> page_path("a-story")
    '/news/a-story'
    """
    return f"/news/{slug}"


def parse_site_path(text: str) -> str:
    """Return a path of this site in the form of stored aliases, or "".

    That form is percent-decoded, in Unicode NFC, with one leading and no trailing slash.

    >>> parse_site_path("caf%C3%A9/menu/"), parse_site_path("../x"), parse_site_path("https://example.org/x")
    ('/café/menu', '', '')
    """
    try:
        path = unquote(text.strip(), errors="strict")
    except UnicodeDecodeError:
        return ""
    if path.startswith("//") or SCHEME.match(path) or re.search(r"[?#\\]|  ", path) or not path.isprintable():
        return ""
    path = "/" + (path if path.isascii() else normalize("NFC", path)).strip("/ ")
    return path if not _RELATIVE_SEGMENT.search(path) and len(path) <= MAX_PATH else ""


def content_section(path: str) -> str:
    """Return the folder of a file's page below the content folder. A page bundle (`index.md`) is one level higher.

    >>> content_section("content/post/story.md"), content_section("post/story/index.md")
    ('/post', '/post')
    """
    folders = path.split("/")[:-1]
    if "content" in folders:
        folders = folders[folders.index("content") + 1 :]
    if strip_language(path.rpartition("/")[2]) == "index":
        folders = folders[:-1]
    return "/" + "/".join(folders) if folders else ""


def logical_path(path: str) -> str:
    """Return Hugo's logical path of a file's page: below the content folder, without language and extension.

    >>> logical_path("content/post/story.fr.md"), logical_path("post/story/index.md")
    ('/post/story', '/post/story')
    """
    name = strip_language(path.rpartition("/")[2])
    page = path.split("/")[-2] if name == "index" and "/" in path else name
    return f"{content_section(path)}/{page}"
