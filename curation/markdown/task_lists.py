"""Task lists: check boxes as characters, since disabled form fields would add nothing."""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

OPEN, DONE = "☐", "☑"


def task_marks_plugin(parser: MarkdownIt) -> None:
    """Show `- [ ]` and `- [x]` as `OPEN` and `DONE`, before the first words of the item."""
    parser.core.ruler.after("inline", "task_marks", _mark)


def _mark(state: StateCore) -> None:
    mark = ""
    for token in state.tokens:
        if token.type == "list_item_open" and "checked" in token.meta:
            mark = DONE if token.meta.pop("checked") else OPEN
        elif mark and token.type == "inline" and token.children is not None:
            token.children.insert(0, Token("text", "", 0, content=f"{mark} "))
            mark = ""
        elif token.type == "list_item_close":
            mark = ""
