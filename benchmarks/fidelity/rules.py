"""Intended differences from Hugo's pages, each a rule with its reason.

A rule changes Hugo's page into the one that this site intends to show. The number of places that each rule changed is
printed beside the shares. Any other difference counts.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.fidelity.facts import place, places
from benchmarks.fidelity.sites import FidelityPage
from benchmarks.fidelity.tree import Node


@dataclass(frozen=True, slots=True)
class FidelityRule:
    """An intended difference. `apply(page)` changes a page of Hugo's, and returns the number of places changed."""

    name: str
    reason: str
    apply: Callable[[FidelityPage], int]


_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")


def _all(page: FidelityPage, *tags: str) -> Iterator[Node]:
    return (node for node in page.body.walk() if node.tag in tags)


def _entities_in_title(page: FidelityPage) -> int:
    decoded = html.unescape(page.title)
    changed, page.title = decoded != page.title, decoded
    return int(changed)


def _entities_in_alternatives(page: FidelityPage) -> int:
    pictures = [node for node in _all(page, "img") if html.unescape(node.get("alt")) != node.get("alt")]
    for node in pictures:
        node.attributes["alt"] = html.unescape(node.get("alt"))
    return len(pictures)


def _control_characters(page: FidelityPage) -> int:
    count = 0
    for node in page.body.walk():
        texts = [_CONTROLS.sub(" ", child) if isinstance(child, str) else child for child in node.children]
        count += sum(new != old for new, old in zip(texts, node.children, strict=True))
        node.replace_children(*texts)
    return count


def _first_headings(page: FidelityPage) -> int:
    headings = list(_all(page, "h1"))
    for node in headings:
        node.tag = "h2"
    return len(headings)


def _drawings(page: FidelityPage) -> int:
    drawings = list(_all(page, "svg"))
    for node in drawings:
        node.replace_with()
    return len(drawings)


_HIDES = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)


def _hidden(page: FidelityPage) -> int:
    hidden = [node for node in page.body.walk() if "hidden" in node.attributes or _HIDES.search(node.get("style"))]
    for node in hidden:
        node.replace_with()
    return len(hidden)


def _theme_shortcodes(page: FidelityPage) -> int:
    marked = [node for node in page.body.walk() if "data-shortcode" in node.attributes]
    for node in marked:
        node.replace_with(*(node.children if node.get("data-shortcode") == "pair" else ()))
    return len(marked)


def _captions(page: FidelityPage) -> int:
    captions = [node for node in _all(page, "figcaption") if any(child.tag in ("h4", "p") for child in node.walk())]
    for caption in captions:
        for node in list(caption.walk()):
            if node.tag == "h4":
                node.replace_with(Node("strong", {}, *node.children), " ")
            elif node.tag == "p":
                node.unwrap()
    return len(captions)


_CAPTION = re.compile(r"\[caption[^\]]*\](.*)", re.DOTALL)


def _wordpress_captions(page: FidelityPage) -> int:
    """Make figures of `[caption …]<img> Words[/caption]`, which Hugo prints unchanged."""
    captions = [
        node for node in _all(page, "p") if re.fullmatch(r"\[caption.*\[/caption\]", node.text.strip(), re.DOTALL)
    ]
    for node in captions:
        picture = node.find("img")
        words = _CAPTION.sub(r"\1", node.text).replace("[/caption]", "").strip()
        node.replace_with(Node("figure", {}, picture or "", Node("figcaption", {}, words)))
    return len(captions)


def _posts(page: FidelityPage) -> int:
    posts = [node for node in _all(page, "blockquote") if node.get("class") == "twitter-tweet"]
    for node in posts:
        link = node.find("a")
        user, number = _POST.findall(link.get("href") if link else "")[0]
        link = Node("a", {"href": f"https://x.com/{user}/status/{number}"}, f"Post by @{user} on X")
        node.replace_with(Node("p", {}, link))
    gists = [node for node in _all(page, "script") if node.get("src").startswith("https://gist.github.com/")]
    for node in gists:
        node.replace_with(Node("p", {}, Node("a", {"href": node.get("src").removesuffix(".js")}, "Code on GitHub")))
    return len(posts) + len(gists)


_POST = re.compile(r"https://twitter\.com/(\w+)/status/(\d+)")
_ABBREVIATED = re.compile(r"^\*\[([^\]]+)\]:", re.MULTILINE)


def _abbreviations(page: FidelityPage) -> int:
    definitions = [node for node in _all(page, "p") if _ABBREVIATED.match(node.text.strip())]
    names = {name for node in definitions for name in _ABBREVIATED.findall(node.text)}
    for node in definitions:
        node.replace_with()
    if names:
        pattern = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
        for node in list(page.body.walk()):
            node.replace_children(*(piece for child in node.children for piece in _marked(child, pattern)))
    return len(definitions)


def _marked(child: Node | str, pattern: re.Pattern[str]) -> list[Node | str]:
    """Return the parts of a text, its abbreviations as elements."""
    if isinstance(child, Node):
        return [child]
    return [Node("abbr", {}, piece) if pattern.fullmatch(piece) else piece for piece in pattern.split(child)]


_EMBEDDED = {
    re.compile(
        r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+)"
    ): "https://www.youtube.com/watch?v={}",
    re.compile(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)"): "https://vimeo.com/{}",
}


#: Titles that Hugo gives players whose shortcode has none, and what links here are named then, by the film's host.
_UNTITLED = {"YouTube Video", "vimeo video"}
_FILMS = {"www.youtube.com": "YouTube video", "vimeo.com": "Vimeo video"}


def _embeds(page: FidelityPage) -> int:
    frames = list(_all(page, "iframe"))
    for node in frames:
        address = node.get("src")
        for pattern, form in _EMBEDDED.items():
            if found := pattern.match(address):
                address = form.format(found[1])
        title = "" if node.get("title") in _UNTITLED else node.get("title")
        host = urlsplit(address).hostname or address
        link = Node("a", {"href": address}, title or _FILMS.get(host, host))
        frame = node.parent  # Hugo's shortcodes put one around it
        place = frame if frame is not None and "padding-bottom" in frame.get("style") else node
        place.replace_with(_paragraph(page, place, link))
    return len(frames)


def _paragraph(page: FidelityPage, node: Node, link: Node) -> Node:
    """Return a link to replace an element: in a paragraph, unless the element is in one or in another block."""
    is_alone = node.parent is page.body or node.get("style").startswith("position: relative")
    return Node("p", {}, link) if is_alone else link


def _media(page: FidelityPage) -> int:
    players = list(_all(page, "video", "audio", "object"))
    for node in players:
        source = node.find("source")
        address = node.get("src") or node.get("data") or (source.get("src") if source else "")
        words = [child for child in node.children if isinstance(child, str) or child.tag not in ("source", "track")]
        link = Node("a", {"href": address}, urlsplit(address).hostname or address)
        node.replace_with(_paragraph(page, node, link), " ", *words)
    return len(players)


def _remote_pictures(page: FidelityPage) -> int:
    pictures = [node for node in _all(page, "img") if page.resolve(node.get("src")).startswith(("http:", "https:"))]
    for node in pictures:
        words = node.get("alt") or node.get("title") or "Image"
        inside = node.ancestor("a") is not None
        node.replace_with(words if inside else Node("a", {"href": node.get("src")}, words))
    return len(pictures)


def _links_in_brackets(page: FidelityPage) -> int:
    links = [node for node in _all(page, "a") if node.text == node.get("href") and _has_bracket_too_many(node.text)]
    for node in links:
        node.attributes["href"] = address = node.text.removesuffix(")")
        node.replace_children(address)
        node.replace_with(node, ")")
    return len(links)


def _has_bracket_too_many(address: str) -> bool:
    return address.endswith(")") and address.count(")") > address.count("(")


def _unsafe_links(page: FidelityPage) -> int:
    links = [node for node in _all(page, "a") if re.match(r"\s*(javascript|data|vbscript|ftp):", node.get("href"))]
    for node in links:
        node.unwrap()
    return len(links)


_KEPT_FILES = (".pdf", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")


def _other_files(page: FidelityPage) -> int:
    links = [
        node
        for node in _all(page, "a")
        if page.resolve(node.get("href")).startswith("file") and not node.get("href").lower().endswith(_KEPT_FILES)
    ]
    for node in links:
        node.unwrap()
    return len(links)


def _dead_links(page: FidelityPage) -> int:
    dead = [node for node in _all(page, "a") if "href" in node.attributes and _is_dead(page, node.get("href"))]
    for node in dead:
        node.unwrap()
    return len(dead)


def _is_dead(page: FidelityPage, href: str) -> bool:
    return not href.startswith("#") and (not href or page.resolve(href).startswith("nothing"))


def _missing_parts(page: FidelityPage) -> int:
    ids = places(page.body)
    links = [node for node in _all(page, "a") if re.match("#(?!top$).", node.get("href"))]
    missing = [node for node in links if place(ids, node.get("href")[1:]) is None]
    for node in missing:
        node.unwrap()
    return len(missing)


def _dead_pictures(page: FidelityPage) -> int:
    dead = [node for node in _all(page, "img") if page.resolve(node.get("src")).startswith("nothing")]
    for node in dead:
        node.replace_with(node.get("alt"))
    return len(dead)


#: In the order they are applied.
RULES = (
    FidelityRule("entities in titles", "are decoded: WordPress exports hold them", _entities_in_title),
    FidelityRule(
        "entities in alternative texts", "are decoded: Hugo 0.111 escapes them twice", _entities_in_alternatives
    ),
    FidelityRule("control characters", "become spaces: they break feeds", _control_characters),
    FidelityRule(
        "headings of the first level", "become those of the second: the page's title is the one h1", _first_headings
    ),
    FidelityRule("drawings in the text", "are removed: SVG can hold scripts", _drawings),
    FidelityRule("hidden elements", "are removed: no reader of the old site saw them", _hidden),
    FidelityRule(
        "shortcodes of a theme, and site parameters",
        "are reported and not shown, except the words within a pair: only theme and configuration define them",
        _theme_shortcodes,
    ),
    FidelityRule(
        "captions",
        "are one paragraph, with the title of the figure in bold: it is not a heading of the text",
        _captions,
    ),
    FidelityRule("captions of WordPress", "are read; Hugo prints them as they are written", _wordpress_captions),
    FidelityRule("posts and code of other sites", "become links: pages load nothing from elsewhere", _posts),
    FidelityRule("abbreviations", "are understood; Hugo prints their definitions", _abbreviations),
    FidelityRule("embedded pages", "become links: pages load nothing from elsewhere", _embeds),
    FidelityRule("films and sound", "become links, their words beside them: pages load nothing from elsewhere", _media),
    FidelityRule("pictures of other hosts", "become links: pages load nothing from elsewhere", _remote_pictures),
    FidelityRule(
        "bare links in brackets", "end before the closing one: GFM's rule, which Hugo misses", _links_in_brackets
    ),
    FidelityRule("links that run code", "become text: they are not addresses", _unsafe_links),
    FidelityRule(
        "links to other files than pictures and PDFs", "become text: such files are not imported", _other_files
    ),
    FidelityRule("pictures without a file", "become their words: readers find no broken picture", _dead_pictures),
    FidelityRule("links without a target", "become text: readers find no dead link", _dead_links),
    FidelityRule("links to parts that a page lacks", "become text, as other dead links", _missing_parts),
)


def apply(page: FidelityPage) -> dict[str, int]:
    """Apply all rules to a page of Hugo's, and return the number of places that each one changed."""
    return {rule.name: count for rule in RULES if (count := rule.apply(page))}
