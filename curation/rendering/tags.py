"""Which tags and attributes reach readers, and how the sanitiser's output is matched."""

import re

#: What may be in a body. None of these does anything, whatever its attributes below say.
TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "div", "dl"),
    *("dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li"),
    *("mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table"),
    *("tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var"),
}
#: Attributes by tag, and those of any. `id` may be on all of them but pictures: see `identifier()`.
ATTRIBUTES = {
    "*": {"lang", "title"},
    **{tag: {"id"} for tag in TAGS - {"img"}},
    "a": {"href", "title", "id", "name"},
    "abbr": {"title", "id"},
    "code": {"class", "id"},
    "details": {"open", "id"},
    "img": {"src", "alt", "title"},
    "ol": {"start", "reversed", "id"},
    "td": {"align", "colspan", "rowspan", "id"},
    "th": {"align", "colspan", "rowspan", "scope", "id"},
}
#: Block tags that readers get another way: words on both sides of them stay apart.
RENAMED = {
    **dict.fromkeys(("address", "article", "aside", "center", "dialog", "fieldset", "footer", "form", "header"), "div"),
    **dict.fromkeys(("hgroup", "legend", "main", "nav", "search", "section"), "div"),
    **dict.fromkeys(("dir", "menu"), "ul"),
    "strike": "s",
    "tt": "code",
}
#: Tags in whose place a space stays.
SPACES = {"button", "datalist", "input", "label", "option", "optgroup", "output", "select"}
#: What pages of other hosts, films and sound become a link to; `iframe` goes by another name, for what is in one is
#: read as text and would be written back unescaped.
FRAME = "x-frame"
EMBEDDED = {"audio": "src", "embed": "src", "object": "data", "video": "src", FRAME: "src"}
#: Tags that the walk over the sanitiser's output replaces: none of them reaches readers.
REPLACED_ATTRIBUTES = {
    **{tag: {attribute, "data-src", "title", "aria-label"} for tag, attribute in EMBEDDED.items()},
    "source": {"src", "data-src"},
}
# The content of these goes with the tag.
SILENT_TAGS = {"math", "noscript", "script", "style", "svg", "template", "textarea", "title"}

#: Ids of the page around a body. A body that had one of them would be found in its place.
RESERVED_IDS = {"content", "masthead-words", "offerings", "related", "tags", "topics"}
_ID = re.compile(r"[\w:.\-]{1,200}")
_LANGUAGE = re.compile(r"(?:\S*\s)*?(language-[\w+#.\-]+)")

ALIGNMENTS = {"left", "center", "right"}

# nh3 writes canonical HTML: text and attribute values hold no bare `"` or `<`-as-tag, so its tags can be matched.
TAG = re.compile(r'<(/?)([a-z][a-z0-9\-]*)((?:[^">]|"[^"]*")*)>')
ATTRIBUTE = re.compile(r'([a-z\-]+)="([^"]*)"')


def identifier(value: str) -> str | None:
    """Return an id that a body may have, or `None`: a word, and none of the page's own.

    A script that looks for an element of its own by id, or for a global variable by name, must not get one of a body.
    The scripts of readers' pages do so only for the ids of lists, which are on no page with a body.
    """
    return value if _ID.fullmatch(value) and value not in RESERVED_IDS else None


def language(value: str) -> str | None:
    """Return the class that says which language a block of code is in, or `None`."""
    found = _LANGUAGE.match(value[:200])
    return found[1] if found else None
