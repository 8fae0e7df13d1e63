"""Tags and attributes that bodies may have, and regular expressions for the sanitiser's output."""

import re

#: Allowed tags. None of them is active content, whatever the values of its attributes below.
TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "div", "dl"),
    *("dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li"),
    *("mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table"),
    *("tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var"),
}
#: Allowed attributes by tag; `*` are those of all tags. `id` is allowed on all but pictures: see `identifier()`.
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
#: Block tags that are renamed, so that the words before and after them stay separate.
RENAMED_TAGS = {
    **dict.fromkeys(("address", "article", "aside", "center", "dialog", "fieldset", "footer", "form", "header"), "div"),
    **dict.fromkeys(("hgroup", "legend", "main", "nav", "search", "section"), "div"),
    **dict.fromkeys(("dir", "menu"), "ul"),
    "strike": "s",
    "tt": "code",
}
#: Tags that are replaced by a space.
TAGS_TO_SPACES = {"button", "datalist", "input", "label", "option", "optgroup", "output", "select"}
#: Tags that embed pages, video or sound, and the attribute with the URL: they become links. `iframe` is renamed first:
#: its content is parsed as text, and would be written back unescaped.
FRAME_ALIAS = "x-frame"
EMBED_ATTRIBUTES = {"audio": "src", "embed": "src", "object": "data", "video": "src", FRAME_ALIAS: "src"}
#: Tags that `apply_site_rules()` replaces by links, and the attributes that it reads.
REPLACED_ATTRIBUTES = {
    **{tag: {attribute, "data-src", "title", "aria-label"} for tag, attribute in EMBED_ATTRIBUTES.items()},
    "source": {"src", "data-src"},
}
#: Tags that are removed with their content.
TAGS_REMOVED_WITH_CONTENT = {"math", "noscript", "script", "style", "svg", "template", "textarea", "title"}

#: Ids of the page around a body. A body must not have them: links and scripts would find the body's element.
RESERVED_IDS = {"content", "masthead-words", "offerings", "related", "tags", "topics"}
_ID = re.compile(r"[\w:.\-]{1,200}")
_LANGUAGE = re.compile(r"(?:\S*\s)*?(language-[\w+#.\-]+)")

ALIGNMENTS = {"left", "center", "right"}

# nh3 writes canonical HTML: text and attribute values contain no unescaped `"` or `<`, so its tags can be matched.
TAG = re.compile(r'<(/?)([a-z][a-z0-9\-]*)((?:[^">]|"[^"]*")*)>')
ATTRIBUTE = re.compile(r'([a-z\-]+)="([^"]*)"')


def identifier(value: str) -> str | None:
    """Return an id if a body may have it, else `None`: a word that is not one of `RESERVED_IDS`.

    A script that looks up an element by id, or a global variable by name, must not find an element of a body. Scripts
    of readers' pages look up ids of lists alone, which no page with a body has.
    """
    return value if _ID.fullmatch(value) and value not in RESERVED_IDS else None


def language(value: str) -> str | None:
    """Return the `language-…` class of a code block, or `None`."""
    found = _LANGUAGE.match(value[:200])
    return found[1] if found else None
