"""Task lists: a box as a character, for a form field that nobody can use tells nobody more."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

OPEN, DONE = "☐", "☑"


def task_marks_plugin(parser: MarkdownIt) -> None:
    """Show `- [ ]` and `- [x]` as `OPEN` and `DONE`."""
    parser.add_render_rule("list_item_open", _item)


def _item(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    opening: str = renderer.renderToken(tokens, index, options, env)
    meta = tokens[index].meta or {}
    return opening + (f"{DONE if meta['checked'] else OPEN} " if "checked" in meta else "")
