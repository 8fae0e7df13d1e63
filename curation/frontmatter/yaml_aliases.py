"""Aliases of YAML in a text that is to be changed: where each stands, and the text without them.

PyYAML's nodes of an alias are those of its anchor, places included, so that a change at the one would be made at the
other. What has to do with an alias is therefore written out before it is changed.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator

import yaml
from yaml import AliasToken, AnchorToken, CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode, Token

_SEQUENCE = "tag:yaml.org,2002:seq"


class AliasNode(Node):
    """An alias where it stands. `value` is the text that it stands for, "" for a list or mapping."""


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
        """Return whether an anchor or alias stands between two places."""
        return any(start <= token.start_mark.index < end for token in (*self.anchors, *self.aliases))

    def localised(self, node: Node, at: int = 0) -> Node:
        """Return a node that starts at a place or behind it, with an `AliasNode` for each alias in it."""
        if node.start_mark.index < at:  # it stands where it has its anchor
            token = self.aliases[bisect_left(self._starts, at)]
            value = node.value if isinstance(node, ScalarNode) else ""
            return AliasNode(node.tag, value, token.start_mark, token.end_mark)
        at = node.start_mark.index
        if isinstance(node, MappingNode):
            pairs = []
            for key, value in node.value:
                here = self.localised(key, at)
                there = self.localised(value, here.end_mark.index)
                at = there.end_mark.index
                pairs.append((here, there))
            return MappingNode(node.tag, pairs, node.start_mark, node.end_mark, node.flow_style)
        if isinstance(node, SequenceNode):
            entries = []
            for entry in node.value:
                entries.append(self.localised(entry, at))
                at = entries[-1].end_mark.index
            return SequenceNode(node.tag, entries, node.start_mark, node.end_mark, node.flow_style)
        return node

    def written_out(self, text: str) -> str:
        """Return a text as long as the one that was scanned, with the value for each alias, and without anchors."""
        targets = {name: node for node, name in self._anchored(yaml.compose(self.text, CSafeLoader))}
        changes = [(*_span(token), _flow(targets[token.value])) for token in self.aliases]
        changes += [(*self._with_gap(token), "") for token in self.anchors]
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _anchored(self, root: Node | None) -> Iterator[tuple[Node, str]]:
        """Yield the nodes that have an anchor, and its name."""
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
        """Return where an anchor stands, with the spaces that it takes."""
        start, end = _span(token)
        gap = re.compile(r"[ \t]+").match(self.text, end)
        if gap and not self.text.startswith(("\n", "\r"), gap.end()):
            return start, gap.end()
        return start - (self.text[start - 1 : start] == " "), end


def _span(token: Token) -> tuple[int, int]:
    return token.start_mark.index, token.end_mark.index


def _flow(node: Node) -> str:
    """Return a value as text that can stand anywhere on a line."""
    whole = SequenceNode(_SEQUENCE, [_copied(node)], flow_style=True)
    written: str = yaml.serialize(whole, Dumper=yaml.SafeDumper, width=math.inf, allow_unicode=True)
    return written.strip()[1:-1]


def _copied(node: Node) -> Node:
    """Return a node on one line that shares no part with another, so that no alias is written for it."""
    if isinstance(node, MappingNode):
        return MappingNode(node.tag, [(_copied(key), _copied(value)) for key, value in node.value], flow_style=True)
    if isinstance(node, SequenceNode):
        return SequenceNode(node.tag, [_copied(entry) for entry in node.value], flow_style=True)
    style = getattr(node, "style", None)
    return ScalarNode(node.tag, node.value, style='"' if style in ("|", ">") else style)
