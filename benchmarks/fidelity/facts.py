"""Facts about a page to compare: text, structure, headings, links and pictures, as plain values."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from urllib.parse import unquote

from benchmarks.fidelity.sites import FidelityPage
from benchmarks.fidelity.tree import Node

#: Elements on lines of their own.
BLOCKS = {
    *("address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"),
    *("main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"),
    *("tr", "ul"),
}
#: Elements whose tag has a meaning for readers; all others are transparent.
MEANINGFUL = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "dl", "dt", "em"),
    *("figcaption", "figure", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp"),
    *("small", "strong", "sub", "summary", "sup", "table", "td", "th", "tr", "u", "ul", "var"),
}
#: The alignment of a table cell: in Hugo's style, or in our class.
_ALIGNED = re.compile(r"(?:text-align:\s*|\balign-)(\w+)")
#: Tags that mean the same.
SAME = {**dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "h"), "s": "del", "strike": "del"}
#: Controls of forms, whose texts are separate words.
APART = {"button", "label", "legend", "option", "select"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Elements whose content browsers do not show as text.
SILENT = {"audio", "iframe", "noscript", "object", "script", "style", "template", "textarea", "title", "video"}


@dataclass(frozen=True, slots=True)
class Facts:
    """A page as a reader gets it, each aspect a list of lines in reading order.

    `text` is a line a block, white space folded but in code; `structure` the path of each
    element; `headings`
    are level, id and text; `links` what they lead to and their text; `pictures` which file, its alternative text and
    caption.
    """

    title: tuple[str, ...]
    text: tuple[str, ...]
    structure: tuple[str, ...]
    headings: tuple[str, ...]
    links: tuple[str, ...]
    pictures: tuple[str, ...]


ASPECTS = tuple(field.name for field in fields(Facts))


def facts_of(page: FidelityPage) -> Facts:
    body = page.body
    return Facts(
        title=(_folded(page.title),),
        text=tuple(_lines(body)),
        structure=tuple(_structure(body)),
        headings=tuple(_headings(body)),
        links=tuple(_links(body, page.resolve)),
        pictures=tuple(_pictures(body, page.resolve)),
    )


def _folded(text: str) -> str:
    return " ".join(text.split())


def _lines(body: Node) -> Iterator[str]:
    pieces: list[str] = []
    _collect(body, pieces, is_code=False)
    for line in "".join(pieces).split("\n"):
        # \v is a line end within code, whose indentation counts.
        for part in line.split("\v"):
            text = part.replace("\t", "    ").rstrip() if "\v" in line else _folded(part)
            if text.strip():
                yield text


def _collect(node: Node, pieces: list[str], *, is_code: bool) -> None:
    if node.tag in SILENT:
        return
    is_code = is_code or node.tag == "pre"
    if node.tag == "br":
        pieces.append("\n")
    elif node.tag == "input" and node.get("type") == "checkbox":
        pieces.append("☑ " if "checked" in node.attributes else "☐ ")
    edge = "\n" if node.tag in BLOCKS else " " if node.tag in APART else ""
    pieces.append(edge)
    if node.tag == "pre":
        pieces.append("\v")
    for child in node.children:
        if isinstance(child, Node):
            _collect(child, pieces, is_code=is_code)
        else:
            pieces.append(child.replace("\n", "\v" if is_code else " "))
    pieces.append(edge)


def _structure(node: Node, path: str = "") -> Iterator[str]:
    """Yield the path of every meaningful element, such as `ul li p em`."""
    if node.tag in SILENT:
        return
    name = SAME.get(node.tag, node.tag)
    if (name in MEANINGFUL and (name != "a" or "href" in node.attributes)) or name == "h":
        path = f"{path} {name}{_detail(node)}".lstrip()
        yield path
    for child in node.children:
        if isinstance(child, Node):
            yield from _structure(child, path)


def _detail(node: Node) -> str:
    """Return the attributes of an element that change how it reads, as text."""
    if node.tag == "ol" and node.get("start") not in ("", "1"):
        return f"(from {node.get('start')})"
    if node.tag in ("td", "th"):
        details = {name: node.get(name) for name in ("colspan", "rowspan")}
        aligned = _ALIGNED.search(f"{node.get('style')} {node.get('class')}")
        details["align"] = node.get("align") or (aligned[1] if aligned else "")
        return "".join(f"({name} {value})" for name, value in details.items() if value not in ("", "1"))
    return ""


def _headings(body: Node) -> Iterator[str]:
    for node in body.walk():
        if node.tag in HEADINGS:
            yield f"{node.tag} #{node.get('id')} {_folded(node.text)}"


def places(body: Node) -> dict[str, Node]:
    """Return the targets of links within a page, by name."""
    ids = {node.get("id"): node for node in body.walk() if node.get("id")}
    return ids | {node.get("name"): node for node in body.walk() if node.tag == "a" and node.get("name")}


def _links(body: Node, resolve: Callable[[str], str]) -> Iterator[str]:
    ids = places(body)
    for node in body.walk():
        if node.tag == "a" and "href" in node.attributes:
            href = node.get("href")
            target = _place(ids, href[1:]) if href.startswith("#") else resolve(href)
            yield f"{target} “{_folded(node.text)}”"


def place(ids: dict[str, Node], name: str) -> Node | None:
    return ids.get(name) or ids.get(unquote(name))


def _place(ids: dict[str, Node], name: str) -> str:
    """Return the target of a link within a page: the start of the text there, since ids differ between generators."""
    if not name or name == "top":
        return "top of this page"
    node = place(ids, name)
    if node is None:
        return f"no such place (#{unquote(name)})"
    while not _folded(node.text) and node.parent is not None:
        node = node.parent
    return f"this page at “{_folded(node.text)[:60]}”"


def _pictures(body: Node, resolve: Callable[[str], str]) -> Iterator[str]:
    for node in body.walk():
        if node.tag == "img":
            figure = node.ancestor("figure")
            caption = figure.find("figcaption") if figure else None
            words = f" caption “{_folded(caption.text)}”" if caption else ""
            yield f"{resolve(node.get('src'))} alt “{_folded(node.get('alt'))}”{words}"
