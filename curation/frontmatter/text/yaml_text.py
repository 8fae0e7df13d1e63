"""Change one value in YAML text; every other character stays, and the new value has the style of the old one.

No YAML library writes a text back unchanged. libyaml gives the start and end of each value, and only that is replaced.
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import yaml
from yaml import CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from curation.frontmatter.values import Value
from curation.markdown import CONTROL_CHARACTERS

from .splice import Writable, match_entries, nest, splice_list
from .yaml_aliases import Aliases

#: The column at which pipelines break long texts.
WIDTH = 80
_BLANK_LINES = re.compile(r"(?:\r?\n[ \t]*)+\Z")
_STR, _MAP = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"
_START = yaml.Mark("", 0, 0, 0, None, 0)
_resolve: Callable[..., str] = Resolver().resolve
YamlEntry = tuple[ScalarNode, Node]


class _IndentedDumper(yaml.SafeDumper):
    """Formats new values as the OpenProject pipeline does: no aliases, long texts folded, lists indented."""

    def ignore_aliases(self, _data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


class _CompactDumper(_IndentedDumper):
    """The same, with lists in the column of their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super(_IndentedDumper, self).increase_indent(flow, indentless)


def _represent(dumper: yaml.SafeDumper, text: str) -> ScalarNode:
    return dumper.represent_scalar(_STR, text, style=">" if len(text) > WIDTH - 4 else None)


_IndentedDumper.add_representer(str, _represent)


class YamlEditor:
    """An editor of the text of a YAML mapping."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.clean = CONTROL_CHARACTERS.sub(" ", text)  # as it is read
        self.root: Any = yaml.compose(self.clean, CSafeLoader) or MappingNode(_MAP, [], _START, _START)
        self.aliases = Aliases(self.clean)
        if self.aliases:
            self.root = self.aliases.with_alias_nodes(self.root)
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value at a path of keys. `old` is the value there now, or `None`."""
        if self.aliases and self._is_shared(path):
            return YamlEditor(self.aliases.expanded(self.text)).set(path, value, old)
        mapping = self.root
        for depth, name in enumerate(path):
            entry = next((entry for entry in mapping.value if entry[0].value == name), None)
            rest = path[depth + 1 :]
            if entry is None:
                return self._insert(mapping, name, nest(rest, value))
            if not rest or not isinstance(entry[1], MappingNode):
                return self._replace(mapping, entry, nest(rest, value), old)
            mapping = entry[1]
        raise ValueError("the path is empty")

    def _is_shared(self, path: Sequence[str]) -> bool:
        """Return whether the value at a path contains an anchor or alias."""
        mapping = self.root
        for depth, name in enumerate(path):
            entry = next((entry for entry in mapping.value if entry[0].value == name), None)
            if entry is None:
                return False
            key, node = entry
            is_last = depth == len(path) - 1 or not isinstance(node, MappingNode)
            # Of a mapping on the path, only its own anchor counts, which is before its first key.
            first = node.value[0][0].start_mark.index if not is_last and node.value else 0
            if self.aliases.is_between(key.start_mark.index, first or self._end(node)):
                return True
            if is_last:
                return False
            mapping = node
        return False

    # Positions

    def _end(self, node: Node) -> int:
        """Return the end of a value's text. libyaml's includes blank lines and comments behind a block."""
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, ScalarNode):
            return start + len(_BLANK_LINES.sub("", self.clean[start:end])) if node.style in ("|", ">") else end
        if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
            return end
        last = node.value[-1]
        return self._end(last[1] if isinstance(node, MappingNode) else last)

    def _line_start(self, index: int) -> int:
        return self.clean.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        return self.clean.find("\n", index) + 1 or len(self.clean)

    def _dashes(self, node: SequenceNode) -> list[int]:
        """Return the positions of the dashes of a block list."""
        dash = re.compile(rf"^ {{{node.start_mark.column}}}-", re.MULTILINE)
        places, after = [], self._line_start(node.start_mark.index)
        for entry in node.value:
            found = dash.search(self.clean, after)
            assert found is not None  # noqa: S101  # libyaml has read an entry there
            places.append(found.start())
            after = self._end(entry)
        return places

    # Changes

    def _replace(self, mapping: MappingNode, entry: YamlEntry, value: Writable, old: Value) -> str:
        key, node = entry
        if isinstance(value, list) and value and isinstance(node, SequenceNode) and node.value:
            places = match_entries(old if isinstance(old, list) else [], value)
            return (
                self._replace_flow_list(node, value, places)
                if node.flow_style
                else self._replace_list(node, value, places)
            )
        colon = self.clean.index(":", key.end_mark.index) + 1
        new = self._format_value(mapping, key.value, value, node)
        return self.text[:colon] + new + self.text[max(colon, self._end(node)) :]

    def _replace_list(self, node: SequenceNode, values: list[Writable], places: list[int | None]) -> str:
        starts = self._dashes(node)
        bounds = [*starts, self._line_end(self._end(node))]
        style_source = next((entry for entry in node.value if _is_quoted_by_choice(entry)), None)
        column = node.start_mark.column
        lines = [
            self._format_entry(value, column, style_source)
            if place is None
            else self.text[bounds[place] : bounds[place + 1]]
            for value, place in zip(values, places, strict=True)
        ]
        whole = "".join(line if line.endswith("\n") else line + self.newline for line in lines)
        return self.text[: bounds[0]] + whole + self.text[bounds[-1] :]

    def _replace_flow_list(self, node: SequenceNode, values: list[Writable], places: list[int | None]) -> str:
        bounds = node.start_mark.index + 1, node.end_mark.index - 1
        spans = [(entry.start_mark.index, self._end(entry)) for entry in node.value]
        inner = splice_list(self.text, bounds, spans, places, lambda number: self._format_flow(values[number]))
        return self.text[: bounds[0]] + inner + self.text[bounds[1] :]

    def _insert(self, mapping: MappingNode, name: str, value: Writable) -> str:
        if mapping.flow_style:
            at = self._end(mapping.value[-1][1]) if mapping.value else mapping.start_mark.index + 1
            new = f"{', ' if mapping.value else ''}{name}:{self._format_value(mapping, name, value, None)}"
            return self.text[:at] + new + self.text[at:]
        at = self._line_end(self._end(mapping))
        before = self.text[:at] if self.text[:at].endswith("\n") else self.text[:at] + self.newline
        indent = " " * mapping.start_mark.column
        return f"{before}{indent}{name}:{self._format_value(mapping, name, value, None)}{self.newline}{self.text[at:]}"

    # New text

    def _format_value(self, mapping: MappingNode, name: str, value: Writable, style_source: Node | None) -> str:
        """Return the text behind the colon of a key: a space and a scalar, or a line end and a block."""
        column = mapping.start_mark.column
        if mapping.flow_style:
            return f" {self._format_flow(value)}"
        if isinstance(value, list | dict) and value:
            is_indented = isinstance(value, dict) or not self._is_compact
            return self.newline + self._format_block(value, column + 2 * is_indented)
        return f" {self._format_scalar(value, style_source, name, column)}"

    def _format_entry(self, value: Writable, column: int, style_source: ScalarNode | None) -> str:
        if isinstance(value, list | dict):
            return self._format_block([value], column) + self.newline
        return f"{' ' * column}- {self._format_scalar(value, style_source, '', column)}{self.newline}"

    def _format_block(self, value: Writable, column: int) -> str:
        dumper = _CompactDumper if self._is_compact else _IndentedDumper
        text = yaml.dump(
            value, Dumper=dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=WIDTH
        )
        return self.newline.join(" " * column + line if line else "" for line in text.splitlines())

    def _format_flow(self, value: Writable) -> str:
        text = yaml.dump(
            [value],
            Dumper=yaml.SafeDumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=True,
            width=math.inf,
        )
        return text.rstrip("\n")[1:-1]

    def _format_scalar(self, value: Writable, style_source: Node | None, name: str, column: int) -> str:
        """Return a scalar in the style of `style_source`, if that style can express it."""
        if not isinstance(value, str):
            return self._format_flow(value)
        style, tag, width = None, _STR, math.inf
        if isinstance(style_source, ScalarNode) and style_source.value.strip() and value:
            style, tag = style_source.style, style_source.tag
            is_folded = "\n" in self.clean[style_source.start_mark.index : self._end(style_source)]
            width = WIDTH - column if is_folded else math.inf
            value += "\n" * (style in ("|", ">") and style_source.value.endswith("\n"))
        elif len(value) > WIDTH - 4 - column:
            style, width = ">", WIDTH - column
        can_be_plain = value != "" and _resolve(ScalarNode, value, (True, False)) in (_STR, tag)
        lines = _emit(value, style, can_be_plain, len(name), width).splitlines()
        return (self.newline + " " * column).join(lines)

    @cached_property
    def _is_compact(self) -> bool:
        """Whether the file has lists in the column of their keys."""
        lists = (
            node.start_mark.column == key.start_mark.column
            for key, node in self.root.value
            if isinstance(node, SequenceNode) and not node.flow_style
        )
        return next(lists, False)


def _is_quoted_by_choice(node: Node) -> bool:
    """Return whether a text that could be plain is in quotes."""
    if not isinstance(node, ScalarNode) or node.style not in ("'", '"'):
        return False
    is_text = _resolve(ScalarNode, node.value, (True, False)) == _STR
    return _emit(node.value, None, is_text, 1, math.inf) == str(node.value)


def _emit(text: str, style: str | None, plain: bool, key_width: int, width: float) -> str:
    """Return a scalar as PyYAML writes it behind a key of a width; lines after the first are indented by two."""
    key = "k" * max(1, min(key_width, 100))
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        yaml.MappingStartEvent(None, None, True, flow_style=False),
        yaml.ScalarEvent(None, None, (True, True), key),
        yaml.ScalarEvent(None, None, (plain, True), text, style=style),
        yaml.MappingEndEvent(),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    written: str = yaml.emit(events, allow_unicode=True, width=width)
    return written.removesuffix("\n")[len(key) + 2 :]
