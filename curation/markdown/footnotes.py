"""Footnotes as Hugo writes them: `<sup id="fnref:1">` in the text, `<li id="fn:1">` at its end."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def


def footnotes_plugin(parser: MarkdownIt) -> None:
    """Parse footnotes, and render them as Hugo and Python-Markdown do: both flavours give the same HTML."""
    parser.use(footnote_plugin, inline=False)
    parser.block.ruler.at("footnote_def", footnote_def, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.core.ruler.before("footnote_tail", "first_definitions", _keep_first_definitions)
    rules = {
        "footnote_ref": _reference,
        "footnote_block_open": lambda *_: "<div><hr>\n<ol>\n",
        "footnote_block_close": lambda *_: "</ol>\n</div>\n",
        "footnote_open": lambda _renderer, tokens, index, *_: f'<li id="fn:{_number(tokens[index])}">',
        "footnote_close": lambda *_: "</li>\n",
        "footnote_anchor": _backlink,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)


def _keep_first_definitions(state: StateCore) -> None:
    """Remove repeated definitions of a note: the first one counts, as with Hugo and GitHub."""
    kept: list[Token] = []
    defined: set[str] = set()
    is_repeat = False
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            is_repeat = token.meta["label"] in defined
            defined.add(token.meta["label"])
        if not is_repeat:
            kept.append(token)
        is_repeat = is_repeat and token.type != "footnote_reference_close"
    state.tokens = kept


def _number(token: Token) -> int:
    return int(token.meta["id"]) + 1


def _reference_id(token: Token) -> str:
    """Return the id of a reference; the second one to a note is `fnref:1:1`."""
    repeat = token.meta.get("subId", 0)
    return f"fnref:{_number(token)}" + (f":{repeat}" if repeat > 0 else "")


def _reference(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    number = _number(tokens[index])
    return f'<sup id="{_reference_id(tokens[index])}"><a href="#fn:{number}">{number}</a></sup>'


def _backlink(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    title = f"Back to reference {_number(tokens[index])} in the text"
    return f' <a href="#{_reference_id(tokens[index])}" title="{title}">↩︎</a>'
