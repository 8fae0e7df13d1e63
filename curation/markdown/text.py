"""Plain text: from sanitised HTML, on one line, and shortened."""

import html
import re

from .allowed_tags import RENAMED_TAGS, REPLACED_ATTRIBUTES, TAG, TAGS_TO_SPACES

#: Characters that break feeds, terminals and scripts: control characters except tab and line ends, line separators,
#: non-characters.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_BLOCKS = (
    *("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "tr", "td", "th", "dd", "dt", "pre", "blockquote", "hr"),
    *("ul", "ol", "dl", "table", "figure", "figcaption", "caption", "div", "details", "summary"),
    *(tag for tag, shown in RENAMED_TAGS.items() if shown in ("div", "ul")),
)
#: The text that replaces a tag, to separate the words before and after it.
_SEPARATORS = dict.fromkeys((*TAGS_TO_SPACES, *REPLACED_ATTRIBUTES), " ") | dict.fromkeys(_BLOCKS, "\n")
#: The mark of a footnote, and the link from a note back to it, as both flavours write them.
_FOOTNOTE_MARK = re.compile(r'<sup id="fnref[^"]*">[^<]*<a href="#fn[^"]*"[^>]*>[^<]*</a>[^<]*</sup>')
_BACKLINK = re.compile(r'(?:\s|&nbsp;)*<a href="#fnref[^"]*"[^>]*>[^<]*</a>')


def plain_text(markup: str) -> str:
    """Return the text of *sanitised* HTML: one line a block, white space folded, no marks of footnotes."""
    if '"#fn' in markup:
        markup = _BACKLINK.sub("", _FOOTNOTE_MARK.sub("", markup))
    text = TAG.sub(lambda tag: _SEPARATORS.get(tag[2], ""), markup)
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """Return a text on one line: white space folded, control characters replaced by spaces."""
    if not text.isprintable():  # most texts are, and the check is fast
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
