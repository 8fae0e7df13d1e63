"""Strip HTML from fields such as titles, without losing words that only look like markup."""

import html
import re

from .text import CONTROL_CHARACTERS, one_line

#: Elements that separate words; they are replaced by a space.
_BLOCK = {
    *(
        "address",
        "article",
        "aside",
        "audio",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "dd",
        "details",
    ),
    *("dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frame", "frameset"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "iframe", "img", "input", "legend"),
    *(
        "li",
        "link",
        "main",
        "menu",
        "meta",
        "nav",
        "object",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "search",
        "section",
    ),
    *("select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "title", "tr", "ul", "video"),
}
#: The other elements of the HTML standard, obsolete ones included.
_INLINE = {
    *("a", "abbr", "acronym", "area", "b", "base", "bdi", "bdo", "big", "canvas", "cite", "code", "col", "colgroup"),
    *("data", "datalist", "del", "dfn", "em", "embed", "font", "i", "ins", "kbd", "label", "map", "mark", "meter"),
    *("nobr", "noscript", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "script"),
    *("slot", "small", "source", "span", "strike", "strong", "style", "sub", "sup", "svg", "template", "time", "track"),
    *("tt", "u", "var", "wbr"),
}
ELEMENTS = _BLOCK | _INLINE
#: Elements that are commonly written without attributes and end tag. Such a tag of another element is text about HTML.
_USED_ALONE = {
    *(
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
    ),
    *("h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "mark", "ol", "p", "q", "s", "small", "span", "strike", "strong"),
    *("sub", "sup", "td", "th", "tr", "tt", "u", "ul", "wbr"),
}
_BOOLEAN = (
    "allowfullscreen|async|autoplay|checked|compact|controls|default|defer|disabled|download|hidden|ismap|itemscope|loop"
    "|multiple|muted|nomodule|noshade|novalidate|nowrap|open|playsinline|readonly|required|reversed|selected"
)
# `<b 120 and rising` and `<b and c>` are not tags: an attribute has a value, or is a boolean attribute of HTML. No part
# of a tag may contain `<`, so that matching is linear however many tags never end.
_ATTRIBUTE = rf"""(?:[^\s<>"'/=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s<>"'=`]+)|(?:{_BOOLEAN})(?=[\s/>]))"""
_TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*)((?:[\s/]+{_ATTRIBUTE})*+)[\s/]*>", re.IGNORECASE)
#: Scripts and styles with their content, in which no second start tag may stand, so that matching is linear.
_SCRIPT_OR_STYLE = re.compile(
    r"<(script|style)(?:[\s/][^<>]*)?>[^<]*+(?:<(?!/?\1[\s/>])[^<]*+)*+</\1(?:[\s/][^<>]*)?>", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--(?:[^-<]|-(?!->)|<(?!!--))*+-->")
_CDATA = re.compile(r"<!\[CDATA\[((?:[^\]<]|\](?!\]>)|<(?!!\[CDATA))*+)\]\]>")
#: Character references of control characters, which `html.unescape()` drops.
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[1-9]|[12][0-9]|3[01]|127)|x0*(?:1?[1-9a-f]|10|7f))(?![0-9a-f]);?", re.IGNORECASE
)
#: Maximum number of passes: removing tags may make new ones (`<<b>b>`). Then remaining brackets become spaces.
_MAX_PASSES = 10


def strip_markup(text: str) -> str:
    """Return one line of plain text from a field that may hold HTML: tags removed, entities decoded.

    Only tags of elements of the HTML standard, closed by `>`, are markup. Other text is kept: `x<y`,
    `<jane@example.org>`, and a lone `<video>`, which is text about HTML. Scripts and styles are removed with their
    content. Idempotent, except where entities stand for brackets.
    """
    if "<" not in text:
        return _decoded(text)
    text = CONTROL_CHARACTERS.sub(" ", text)
    for _ in range(_MAX_PASSES):
        stripped = _without_tags(_CDATA.sub(r"\1", _SCRIPT_OR_STYLE.sub(" ", _COMMENT.sub(" ", text))))
        if stripped == text:
            break
        text = stripped
    else:
        text = text.replace("<", " ")
    return _decoded(text)


def _decoded(text: str) -> str:
    return one_line(html.unescape(_CONTROL_REFERENCE.sub(" ", text)) if "&" in text else text)


def _without_tags(text: str) -> str:
    tags = list(_TAG.finditer(text))
    ends = {tag[2].lower() for tag in tags if tag[1]}

    def replacement(tag: re.Match[str]) -> str:
        closing, name, attributes = tag[1], tag[2].lower(), tag[3]
        if name not in _BLOCK and name not in _INLINE:
            return tag[0]
        if not (closing or attributes or name in _USED_ALONE or name in ends):
            return tag[0]
        return " " if name in _BLOCK else ""

    return _TAG.sub(replacement, text)
