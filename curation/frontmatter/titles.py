"""The title of an item: as written, else the first heading of its body, else the name of its file."""

import re

from curation.rendering import strip_markup

from .limits import TITLE
from .source import Source
from .values import shown

#: Lines of a body in which a heading is looked for.
_LINES = 200
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_HTML = re.compile(r"\s*<h([1-6])(?:\s[^>]*)?>(.*?)</h\1\s*>", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`+)(?=\S)(.+?)(?<=\S)\1")
_EXTENSION = re.compile(r"\.\w+$")
_DATE_PREFIX = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}-")


def title(source: Source) -> str:
    """Return the title as plain text; a missing one is made, with a warning."""
    text = strip_markup(source.as_text(source.get("title"), "title"))
    if len(text) > TITLE:
        source.error("title-too-long", f"title longer than {TITLE} characters; shorten it", "title")
    if text:
        return text
    made, origin = first_heading(source.body), "the first heading"
    if not made:
        made, origin = title_of_file(source.path), "the file's name"
    source.warn("title-missing", f"title missing, {shown(made)} is used, {origin}; write one", "title")
    return made


def first_heading(body: str) -> str:
    """Return the words of a body's first heading, or ""."""
    fence, before = "", ""
    for line in body[: _LINES * TITLE].split("\n", _LINES)[:_LINES]:
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence):
                fence = ""
        elif not fence:
            heading = _heading(line, before)
            if heading:
                return heading[:TITLE].strip()
        before = "" if fence else line.strip()
    return ""


def _heading(line: str, before: str) -> str:
    if found := _ATX.fullmatch(line) or _HTML.match(line):
        return _words(found[found.re.groups])
    return _words(before) if before and _UNDERLINE.fullmatch(line) else ""


def _words(text: str) -> str:
    """Return a line of Markdown without its marks."""
    text = _LINK.sub(r"\1", _IMAGE.sub("", _ATTRIBUTES.sub("", text)))
    return strip_markup(_EMPHASIS.sub(r"\2", text))


def title_of_file(path: str) -> str:
    """Return a title made from a file's name, or its folder's where it is an `index`.

    >>> title_of_file("post/2024-05-06-a-story.md"), title_of_file("post/a_story/index.md")
    ('A story', 'A story')
    """
    *folders, name = path.split("/")
    stem = _EXTENSION.sub("", name)
    if stem.partition(".")[0] in ("index", "README") and folders:
        stem = folders[-1]
    words = strip_markup(re.sub(r"[-_\s]+", " ", _DATE_PREFIX.sub("", stem)))
    return (words[:1].upper() + words[1:])[:TITLE].strip() or "Untitled"
