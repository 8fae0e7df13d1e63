"""Plain text: of sanitised HTML, and of one line."""

import html
import re

from .tags import RENAMED, REPLACED_ATTRIBUTES, SPACES, TAG

#: What breaks feeds, terminals and scripts: control characters but tab and line ends, line separators, non-characters.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_BLOCKS = (
    *("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "tr", "td", "th", "dd", "dt", "pre", "blockquote", "hr"),
    *("ul", "ol", "dl", "table", "figure", "figcaption", "caption", "div", "details", "summary"),
    *(tag for tag, shown in RENAMED.items() if shown in ("div", "ul")),
)
#: What keeps the words on both sides of a tag apart.
_GAPS = dict.fromkeys((*SPACES, *REPLACED_ATTRIBUTES), " ") | dict.fromkeys(_BLOCKS, "\n")
#: The mark of a footnote, and the link from a note back to it, as both flavours write them.
_FOOTNOTE_MARK = re.compile(r'<sup id="fnref[^"]*">[^<]*<a href="#fn[^"]*"[^>]*>[^<]*</a>[^<]*</sup>')
_WAY_BACK = re.compile(r'(?:\s|&nbsp;)*<a href="#fnref[^"]*"[^>]*>[^<]*</a>')


def plain_text(markup: str) -> str:
    """Return the text of *sanitised* HTML, a line a block, white space folded, without the marks of footnotes."""
    if '"#fn' in markup:
        markup = _WAY_BACK.sub("", _FOOTNOTE_MARK.sub("", markup))
    text = TAG.sub(lambda tag: _GAPS.get(tag[2], ""), markup)
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """Return a text without control characters, white space folded."""
    if not text.isprintable():  # which most texts are, and soon seen to be
        text = CONTROL_CHARACTERS.sub(" ", text)
    return " ".join(text.split())


def excerpt(text: str, limit: int = 280) -> str:
    """Return the start of a plain text, cut at a word, at most `limit` characters with its ellipsis.

    >>> excerpt("One two three four", 12)
    'One two…'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:–—-") + "…"
