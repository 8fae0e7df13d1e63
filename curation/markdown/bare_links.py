"""Bare links, as GitHub reads them: https://github.github.com/gfm/#autolinks-extension-

The plugin of mdit-py-plugins scans back over the paragraph at every colon (100,000 colons take minutes), and linkify-it
also links `example.org` and every other word with a known ending, unlike GitHub and Hugo. This plugin searches the text
tokens once, after everything else is parsed. `www.example.org` leads to HTTPS, as with Hugo.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_LINK = re.compile(
    r"(?<![^\s*_~(])(?:(?P<web>(?:https?://|www\.)[^\s<]+)|(?P<mail>(?:mailto:)?[\w.+-]++@[\w-]+(?:\.[\w-]+)+))",
    re.ASCII,
)
#: A host: its last two parts have no `_`.
_HOST = re.compile(r"(?:https?://|www\.)((?:[\w-]+\.)*?[^\W_]+(?:-+[^\W_]+)*(?:\.[^\W_]+(?:-+[^\W_]+)*)?)(?![\w-])\.?")
_ENTITY = re.compile(r"&[a-zA-Z0-9]+;\Z")
_MAYBE = re.compile(r"://|www\.|@")
_HTML_LINK = re.compile(r"<(/?)a(?=[\s>])", re.IGNORECASE)


def bare_links_plugin(parser: MarkdownIt) -> None:
    """Make links of URLs and email addresses in the text."""
    parser.core.ruler.push("bare_links", _link_texts)


def _link_texts(state: StateCore) -> None:
    if not _MAYBE.search(state.src):
        return
    for token in state.tokens:
        if token.type == "inline" and token.children and _MAYBE.search(token.content):
            token.children = list(_linked(token.children))


def _linked(tokens: list[Token]) -> Iterator[Token]:
    """Yield inline tokens; text outside links is split at the addresses in it."""
    open_links = 0
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            open_links += token.nesting
        elif token.type == "html_inline" and (tag := _HTML_LINK.match(token.content)):
            open_links = max(0, open_links + (-1 if tag[1] else 1))
        if token.type == "text" and not open_links:
            yield from _parts(token.content)
        else:
            yield token


def _parts(text: str) -> Iterator[Token]:
    end = 0
    for found in _LINK.finditer(text):
        address = _address(found)
        if not address:
            continue
        yield Token("text", "", 0, content=text[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": _target(address)}, markup="autolink", info="auto")
        yield Token("text", "", 0, content=address)
        yield Token("link_close", "a", -1, markup="autolink", info="auto")
        end = found.start() + len(address)
    yield Token("text", "", 0, content=text[end:])


def _target(address: str) -> str:
    if "@" in address and not address.startswith(("http", "www.", "mailto:")):
        return f"mailto:{address}"
    return f"https://{address}" if address.startswith("www.") else address


def _address(found: re.Match[str]) -> str:
    """Return the address of a match without the punctuation of the sentence; "" if it is not an address."""
    if found["mail"]:
        return "" if found["mail"][-1] in "-_" else found["mail"]
    address = _without_end(found["web"])
    host = _HOST.match(address)
    if host is None or (address.startswith("www.") and "." not in host[1]):
        return ""
    return address


def _without_end(address: str) -> str:
    spare = address.count(")") - address.count("(")
    while address:
        if address[-1] in "?!.,:*_~'\"":
            address = address[:-1]
        elif address[-1] == ")" and spare > 0:
            address, spare = address[:-1], spare - 1
        elif address[-1] == ";":
            entity = _ENTITY.search(address)
            address = address[: entity.start() if entity else -1]
        else:
            return address
    return ""
