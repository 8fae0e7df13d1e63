"""Definition lists of PHP Markdown Extra and Hugo."""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

#: Maximum number of terms that share their definitions.
MAX_TERMS = 20


def definitions_plugin(parser: MarkdownIt) -> None:
    """Parse definition lists: several terms may share a definition, and only blank lines make paragraphs in it."""
    parser.use(deflist_plugin)
    rules = dict(zip(parser.block.ruler.get_active_rules(), parser.block.ruler.getRules(""), strict=True))
    definition_list = rules["deflist"]

    def several_terms(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        """Parse the last of some lines as the term of a list, and add the lines before it to its terms."""
        last = start if silent or state.is_code_block(start) else _last_term(state, start, end)
        if last == start or any(_starts_a_block(state, line, end) for line in range(start + 1, last + 1)):
            return False
        index = len(state.tokens)
        if not definition_list(state, last, end, False):
            return False
        state.tokens[index].map = [start, state.line]
        terms = [token for line in range(start, last) for token in _term(state, line, state.tokens[index + 1].level)]
        state.tokens[index + 1 : index + 1] = terms
        if index and state.tokens[index - 1].type == "dl_close":  # the list continues
            del state.tokens[index - 1 : index + 1]
        return True

    parser.block.ruler.before("deflist", "several_terms", several_terms)
    parser.core.ruler.before("inline", "definition_spacing", _space)


def _last_term(state: StateBlock, start: int, end: int) -> int:
    """Return the last line from `start` on before a definition; `start` if no definition follows."""
    for line in range(start + 1, min(end, start + MAX_TERMS + 1)):
        if _is_definition(state, line):
            return line - 1
        if state.isEmpty(line):
            return line - 1 if line + 1 < end and _is_definition(state, line + 1) else start
        if state.sCount[line] < state.blkIndent:
            return start
    return start


def _is_definition(state: StateBlock, line: int) -> bool:
    first = state.bMarks[line] + state.tShift[line]
    return state.sCount[line] >= state.blkIndent and state.src[first : first + 2] in (": ", ":\t", "~ ", "~\t")


def _starts_a_block(state: StateBlock, line: int, end: int) -> bool:
    return any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _term(state: StateBlock, line: int, level: int) -> tuple[Token, ...]:
    content = state.getLines(line, line + 1, state.blkIndent, False).strip()
    return (
        Token("dt_open", "dt", 1, map=[line, line], level=level, block=True),
        Token("inline", "", 0, map=[line, line], level=level + 1, content=content, children=[], block=True),
        Token("dt_close", "dt", -1, level=level, block=True),
    )


def _space(state: StateCore) -> None:
    """Hide the first paragraph of each definition that has no blank line before it; show all others."""
    lines: list[str] | None = None
    previous = 0  # the line before a definition
    is_tight: list[bool] = []  # of each open definition: whether the next paragraph in it is hidden
    levels: list[int] = []
    for token in state.tokens:
        if token.type == "dt_open" and token.map:
            previous = token.map[0] + 1  # of a first definition: blank, or its own
        elif token.type == "dd_open" and token.map:
            lines = lines or state.src.split("\n")
            is_tight.append(bool(lines[previous].strip(" \t>")))
            levels.append(token.level + 1)
            previous = token.map[1] - 1
        elif token.type == "dd_close":
            is_tight.pop()
            levels.pop()
        elif levels and token.level == levels[-1]:
            if token.type in ("paragraph_open", "paragraph_close"):
                token.hidden = is_tight[-1]
            is_tight[-1] = is_tight[-1] and token.type == "paragraph_open"
