"""Aliases in a YAML text that is edited: their positions, and the text with the values in place of them.

PyYAML's node of an alias is that of its anchor, position included, so that an edit of the one would change the other.
A value that contains an alias or an anchor is therefore expanded before it is edited.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator

import yaml
from yaml import AliasToken, AnchorToken, CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode, Token

_SEQUENCE = "tag:yaml.org,2002:seq"


class AliasNode(Node):
    """An alias at its own position. `value` is the text that it expands to, "" for a list or mapping."""


class Aliases:
    """The anchors and aliases of a YAML text that has some."""

    def __init__(self, text: str) -> None:
        self.text = text
        tokens = list(yaml.scan(text, CSafeLoader)) if "*" in text else []
        self.anchors = [token for token in tokens if isinstance(token, AnchorToken)]
        self.aliases = [token for token in tokens if isinstance(token, AliasToken)]
        self._starts = [token.start_mark.index for token in self.aliases]

    def __bool__(self) -> bool:
        return bool(self.aliases)

    def is_between(self, start: int, end: int) -> bool:
        """Return whether an anchor or alias is between two positions."""
        return any(start <= token.start_mark.index < end for token in (*self.anchors, *self.aliases))

    def with_alias_nodes(self, node: Node, at: int = 0) -> Node:
        """Return a node that starts at or behind a position, with an `AliasNode` for each alias in it."""
        if node.start_mark.index < at:  # the position of its anchor
            token = self.aliases[bisect_left(self._starts, at)]
            value = node.value if isinstance(node, ScalarNode) else ""
            return AliasNode(node.tag, value, token.start_mark, token.end_mark)
        at = node.start_mark.index
        if isinstance(node, MappingNode):
            pairs = []
            for key, value in node.value:
                here = self.with_alias_nodes(key, at)
                there = self.with_alias_nodes(value, here.end_mark.index)
                at = there.end_mark.index
                pairs.append((here, there))
            return MappingNode(node.tag, pairs, node.start_mark, node.end_mark, node.flow_style)
        if isinstance(node, SequenceNode):
            entries = []
            for entry in node.value:
                entries.append(self.with_alias_nodes(entry, at))
                at = entries[-1].end_mark.index
            return SequenceNode(node.tag, entries, node.start_mark, node.end_mark, node.flow_style)
        return node

    def expanded(self, text: str) -> str:
        """Return a text of the same length as the scanned one, with a value for each alias, and without anchors."""
        targets = {name: node for node, name in self._anchored_nodes(yaml.compose(self.text, CSafeLoader))}
        changes = [(*_span(token), _flow(targets[token.value])) for token in self.aliases]
        changes += [(*self._with_gap(token), "") for token in self.anchors]
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _anchored_nodes(self, root: Node | None) -> Iterator[tuple[Node, str]]:
        """Yield each node with an anchor, and the name of that."""
        names = {token.start_mark.index: token.value for token in self.anchors}
        seen: set[int] = set()
        waiting = [root] if root else []
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if node.start_mark.index in names:
                yield node, names[node.start_mark.index]
            if isinstance(node, MappingNode):
                waiting += [part for pair in node.value for part in pair]
            elif isinstance(node, SequenceNode):
                waiting += node.value

    def _with_gap(self, token: Token) -> tuple[int, int]:
        """Return the span of an anchor and the spaces around it that go with it."""
        start, end = _span(token)
        gap = re.compile(r"[ \t]+").match(self.text, end)
        if gap and not self.text.startswith(("\n", "\r"), gap.end()):
            return start, gap.end()
        return start - (self.text[start - 1 : start] == " "), end


def _span(token: Token) -> tuple[int, int]:
    return token.start_mark.index, token.end_mark.index


def _flow(node: Node) -> str:
    """Return a value as text in flow style, which can be anywhere on a line."""
    whole = SequenceNode(_SEQUENCE, [_copy(node)], flow_style=True)
    written: str = yaml.serialize(whole, Dumper=yaml.SafeDumper, width=math.inf, allow_unicode=True)
    return written.strip()[1:-1]


def _copy(node: Node) -> Node:
    """Return a copy in flow style that shares no node with another, so that no alias is written for it."""
    if isinstance(node, MappingNode):
        return MappingNode(node.tag, [(_copy(key), _copy(value)) for key, value in node.value], flow_style=True)
    if isinstance(node, SequenceNode):
        return SequenceNode(node.tag, [_copy(entry) for entry in node.value], flow_style=True)
    style = getattr(node, "style", None)
    return ScalarNode(node.tag, node.value, style='"' if style in ("|", ">") else style)
