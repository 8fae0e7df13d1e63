"""Abbreviations of PHP Markdown Extra: `*[ECG]: Electrocardiogram` explains every `ECG` of the body."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_DEFINITION = re.compile(r"\*\[([^\[\]\n]+)\]:[ \t]*(\S[^\n]*)")


def abbreviations_plugin(parser: MarkdownIt) -> None:
    """Remove definitions from the text, and mark the abbreviations as `<abbr title="…">`."""
    parser.block.ruler.before("reference", "abbreviation", _define, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.after("inline", "abbreviations", _mark)


def _define(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    first, last = state.bMarks[start] + state.tShift[start], state.eMarks[start]
    definition = _DEFINITION.match(state.src, first, last)
    if definition is None:
        return False
    if not silent:
        state.env.setdefault("abbreviations", {}).setdefault(definition[1].strip(), definition[2].strip())
        state.line = start + 1
    return True


def _mark(state: StateCore) -> None:
    meanings: dict[str, str] = state.env.get("abbreviations", {})
    if not meanings:
        return
    words = "|".join(re.escape(word) for word in sorted(meanings, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)")
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = [part for child in token.children for part in _split(child, pattern, meanings)]


def _split(token: Token, pattern: re.Pattern[str], meanings: dict[str, str]) -> Iterator[Token]:
    """Yield a token, or the parts of a text token with abbreviations."""
    if token.type != "text":
        yield token
        return
    end = 0
    for found in pattern.finditer(token.content):
        yield Token("text", "", 0, content=token.content[end : found.start()])
        yield Token("abbr_open", "abbr", 1, attrs={"title": meanings[found[0]]})
        yield Token("text", "", 0, content=found[0])
        yield Token("abbr_close", "abbr", -1)
        end = found.end()
    yield Token("text", "", 0, content=token.content[end:])
