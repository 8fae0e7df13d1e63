"""The first heading of a Markdown text, found without rendering it."""

import re

from curation.frontmatter.limits import MAX_TITLE
from curation.markdown import strip_markup

#: Maximum number of lines of a body that are searched for a heading.
_MAX_LINES = 200
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_HTML = re.compile(r"\s*<h([1-6])(?:\s[^>]*)?>(.*?)</h\1\s*>", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`+)(?=\S)(.+?)(?<=\S)\1")


def find_first_heading(body: str) -> str:
    """Return the text of a body's first heading, or ""."""
    fence, before = "", ""
    for line in body[: _MAX_LINES * MAX_TITLE].split("\n", _MAX_LINES)[:_MAX_LINES]:
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence):
                fence = ""
        elif not fence and (heading := _heading(line, before)):
            return heading[:MAX_TITLE].strip()
        before = "" if fence else line.strip()
    return ""


def _heading(line: str, before: str) -> str:
    if found := _ATX.fullmatch(line) or _HTML.match(line):
        return _plain_text(found[found.re.groups])
    return _plain_text(before) if before and _UNDERLINE.fullmatch(line) else ""


def _plain_text(text: str) -> str:
    """Return a line of Markdown as plain text."""
    text = _LINK.sub(r"\1", _IMAGE.sub("", _ATTRIBUTES.sub("", text)))
    return strip_markup(_EMPHASIS.sub(r"\2", text))
