"""The default flavour: CommonMark with the extensions of GitHub and Hugo, by markdown-it-py."""

import re
import threading

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore

from .abbreviations import abbreviations_plugin
from .bare_links import bare_links_plugin
from .column_alignment import column_alignment_plugin
from .definition_lists import definitions_plugin
from .footnotes import footnotes_plugin
from .heading_ids import heading_ids_plugin
from .task_lists import task_marks_plugin

#: Maximum nesting of tokens. A list is two, so this allows about fifty lists; more is an attack, and would exhaust
#: Python's stack. markdown-it silently drops content below its own limit.
MAX_LEVEL = 100
#: Maximum nesting of brackets; content of deeper ones is text. The parser scans the rest of the line for each.
MAX_BRACKETS = 20
_OPTIONS = {"xhtmlOut": False, "tasklists": True}
_PLUGINS = (
    bare_links_plugin,
    definitions_plugin,
    footnotes_plugin,
    heading_ids_plugin,
    abbreviations_plugin,
    task_marks_plugin,
    column_alignment_plugin,
)
#: A body of which every line is an HTML block, as some generators write it, is its own HTML: such a block ends at an
#: empty line, whatever is in it. Atomic groups keep the match linear.
_HTML_ALONE = re.compile(r"(?:(?><(p|ul|ol|h[1-6]|blockquote|table|figure)>[^\n]*</\1>)(?:\n++|\Z))++")
_local = threading.local()


class NestingTooDeep(ValueError):
    """A body with more than `MAX_LEVEL` nested blocks."""


def commonmark_to_html(body: str) -> str:
    """Return the HTML of a body, not sanitised. Raises `NestingTooDeep`, and any exception of markdown-it."""
    if _HTML_ALONE.fullmatch(body):
        return body
    if not hasattr(_local, "parser"):  # building one costs more than a short conversion
        _local.parser = _parser()
    html: str = _local.parser.render(body)
    return html


def inline_to_html(text: str) -> str:
    """Return the HTML of one line of Markdown, without a paragraph around it, not sanitised."""
    if not hasattr(_local, "parser"):
        _local.parser = _parser()
    html: str = _local.parser.renderInline(text)
    return html


def code_lines(body: str) -> list[tuple[int, int]]:
    """Return the code blocks of a body, fenced or indented, as half-open ranges of lines."""
    if not hasattr(_local, "blocks"):
        _local.blocks = _parser().disable("inline")
    tokens = _local.blocks.parse(body)
    return [(token.map[0], token.map[1]) for token in tokens if token.type in ("fence", "code_block")]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])
    for plugin in _PLUGINS:
        parser.use(plugin)
    parser.validateLink = _leave_to_the_sanitiser  # type: ignore[method-assign]
    parser.block.ruler.before("table", "nesting", _refuse_deep_nesting)
    parser.core.ruler.before("block", "levels", lambda state: _allow(state, MAX_LEVEL + 20))
    parser.core.ruler.before("inline", "brackets", lambda state: _allow(state, MAX_BRACKETS))
    return parser


def _leave_to_the_sanitiser(url: str) -> bool:  # noqa: ARG001  # its name is the parser's
    """Accept every link. The sanitiser replaces bad ones by their words; the parser would leave their Markdown."""
    return True


def _allow(state: StateCore, nesting: int) -> None:
    state.md.options["maxNesting"] = nesting


def _refuse_deep_nesting(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    if state.level >= MAX_LEVEL:
        raise NestingTooDeep(f"more than {MAX_LEVEL} levels")
    return False
