"""Footnotes as Hugo writes them: `<sup id="fnref:1">` in the text, `<li id="fn:1">` at its end."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token


def hugo_footnotes_plugin(parser: MarkdownIt) -> None:
    """Write the tokens of `footnote_plugin` as Hugo and Python-Markdown do: both flavours give one kind of HTML."""
    rules = {
        "footnote_ref": _reference,
        "footnote_block_open": lambda *_: "<div><hr>\n<ol>\n",
        "footnote_block_close": lambda *_: "</ol>\n</div>\n",
        "footnote_open": lambda _renderer, tokens, index, *_: f'<li id="fn:{_number(tokens[index])}">',
        "footnote_close": lambda *_: "</li>\n",
        "footnote_anchor": _way_back,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)


def _number(token: Token) -> int:
    return int(token.meta["id"]) + 1


def _reference_id(token: Token) -> str:
    """Return the id of a reference; the second one to a note is `fnref:1:1`."""
    repeat = token.meta.get("subId", 0)
    return f"fnref:{_number(token)}" + (f":{repeat}" if repeat > 0 else "")


def _reference(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    number = _number(tokens[index])
    return f'<sup id="{_reference_id(tokens[index])}"><a href="#fn:{number}">{number}</a></sup>'


def _way_back(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    title = f"Back to reference {_number(tokens[index])} in the text"
    return f' <a href="#{_reference_id(tokens[index])}" title="{title}">↩︎</a>'
