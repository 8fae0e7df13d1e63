"""CommonMark with the extensions of GitHub and Hugo, by markdown-it-py: the default flavour."""

import threading

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from .abbreviations import abbreviations_plugin
from .footnotes import hugo_footnotes_plugin
from .headings import heading_ids_plugin
from .tasks import task_marks_plugin

#: Tokens that may stand in one another. A list is two, so this is some fifty lists: deeper ones are an attack, and
#: Python's stack would not hold them. markdown-it drops what is nested deeper than its own limit without a word.
MAX_LEVEL = 100
_OPTIONS = {"maxNesting": MAX_LEVEL + 20, "xhtmlOut": False, "tasklists": True, "strikethrough_single_tilde": True}
_local = threading.local()


class NestingTooDeep(ValueError):
    """A body with more than `MAX_LEVEL` blocks in one another."""


def commonmark_to_html(body: str) -> str:
    """Return the HTML of a body, not sanitised. Raises `NestingTooDeep`, or what a fault of markdown-it raises."""
    if not hasattr(_local, "parser"):  # building one costs more than a short conversion
        _local.parser = _parser()
    html: str = _local.parser.render(body)
    return html


def code_lines(body: str) -> list[tuple[int, int]]:
    """Return the code blocks of a body, fenced or indented: the first line of each, and the one after its last."""
    if not hasattr(_local, "blocks"):
        _local.blocks = _parser().disable("inline")
    tokens = _local.blocks.parse(body)
    return [(token.map[0], token.map[1]) for token in tokens if token.type in ("fence", "code_block")]


def _parser() -> MarkdownIt:
    """Return a converter.

    Bare links become links by the plugin for GFM's extended autolinks and not by linkify-it, which takes `example.org`
    and every other word with a known ending for a link, as neither GitHub nor Hugo does.
    """
    parser = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])
    parser.use(gfm_autolink_plugin).use(deflist_plugin).use(footnote_plugin, inline=False)
    parser.use(hugo_footnotes_plugin).use(heading_ids_plugin).use(abbreviations_plugin).use(task_marks_plugin)
    parser.block.ruler.before("table", "nesting", _refuse_deep_nesting)
    return parser


def _refuse_deep_nesting(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    if state.level >= MAX_LEVEL:
        raise NestingTooDeep(f"more than {MAX_LEVEL} levels")
    return False
