"""Ids of headings by Hugo's rules, for which existing links to parts of a story were written."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .allowed_tags import RESERVED_IDS

#: `## Title {#part .wide}`: attributes of a heading, of which the id counts.
_ATTRIBUTES = re.compile(r"[ \t]*\{[ \t]*([#.][^{}\n]*)\}\Z")
_ID = re.compile(r"#([^\s#.{}\"'<>]+)")


def heading_ids_plugin(parser: MarkdownIt) -> None:
    """Give every heading an `id`: the one in its attributes, else one made from its text."""
    parser.core.ruler.after("inline", "heading_ids", _add_ids)


def _add_ids(state: StateCore) -> None:
    pairs = [
        (token, inline)
        for token, inline in zip(state.tokens, state.tokens[1:], strict=False)
        if token.type == "heading_open"
    ]
    own = {id(token): _take_attributes(inline) for token, inline in pairs}
    used = dict.fromkeys(RESERVED_IDS | set(own.values()), 0)
    for token, inline in pairs:
        token.attrSet("id", own[id(token)] or _unique(heading_id(inline.content.rpartition("\n")[2]), used))


def _take_attributes(inline: Token) -> str:
    """Return the id in the attributes of a heading, or "", and remove the attributes from its text."""
    last = inline.children[-1] if inline.children else None
    if last is None or last.type != "text" or not (found := _ATTRIBUTES.search(last.content)):
        return ""
    last.content = last.content[: found.start()]
    inline.content = _ATTRIBUTES.sub("", inline.content)
    named = _ID.search(found[1])
    return named[1] if named else ""


def heading_id(text: str) -> str:
    """Return the id for the Markdown of a heading, by Hugo's rule `github`.

    >>> heading_id("What is *new*, in 2024?")
    'what-is-new-in-2024'
    """
    kept = (character for character in text.strip() if character in "_- " or _is_part_of_an_id(character))
    return "".join(kept).replace(" ", "-").lower() or "heading"


def _is_part_of_an_id(character: str) -> bool:
    """Whether a character is a letter or a decimal digit: `½` and `Ⅳ` are numbers, but neither."""
    return character.isalpha() or character.isdecimal()


def _unique(name: str, used: dict[str, int]) -> str:
    """Return a name that is not in `used`, and add it: `part`, `part-1`, `part-2`, …

    `used` maps each name to the last number that was tried, since a body may have a thousand equal headings.
    """
    candidate = name
    while candidate in used:
        used[name] += 1
        candidate = f"{name}-{used[name]}"
    used[candidate] = 0
    return candidate
