"""Write the alignment of table columns as the `align` attribute, since the sanitiser removes inline styles."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_STYLE = re.compile(r"text-align:(left|center|right)")


def column_alignment_plugin(parser: MarkdownIt) -> None:
    """Write `align` on the cells of aligned columns."""
    parser.core.ruler.after("inline", "column_alignment", _align)


def _align(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := _STYLE.fullmatch(str(token.attrGet("style")))):
            token.attrs = {"align": style[1]}
