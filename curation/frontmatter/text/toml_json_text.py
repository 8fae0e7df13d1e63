"""Change one value in JSON or TOML text; every other character stays.

One scanner finds the positions of values in both: their syntaxes differ little. It expects valid text, which a parser
has read before.
"""

from __future__ import annotations

import json
import re
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from curation.frontmatter.values import Value

from .splice import Writable, match_entries, nest, splice_list

_SKIP = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\[\]{}#\r\n]*[^,\[\]{}#\s]")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?")


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """The position of a value in the text, with its entries if it is a list or mapping.

    `kind` is the closing bracket, "]" or "}", or "" for a scalar.
    """

    start: int
    end: int
    entries: tuple[BracketEntry, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class BracketEntry:
    """The position of an entry of a list (its `path` is empty) or mapping: its start, the end of its key, its value."""

    start: int
    key_end: int
    path: tuple[str, ...]
    value: ValueSpan


class BracketEditor(ABC):
    """An editor of text whose lists are in brackets and mappings in braces."""

    #: The text between a new key and its value, unless the mapping has an entry to imitate.
    assign: ClassVar[str]

    def __init__(self, text: str) -> None:
        self.text = text

    @abstractmethod
    def decode_key(self, key: str) -> str:
        """Return the name of a quoted key."""

    @abstractmethod
    def format(self, value: Writable, replaced: str = "") -> str:
        """Return a value as text; `replaced` is the text of the value in its place now."""

    def format_key(self, name: str) -> str:
        return json.dumps(name, ensure_ascii=False)

    # Positions

    def skip(self, at: int) -> int:
        """Return the start of the next token."""
        found = _SKIP.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int) -> ValueSpan:
        """Return the span of the value that starts at a position."""
        opening = self.text[at]
        if opening in "[{":
            return self._entries(at, "]" if opening == "[" else "}")
        found = (_STRING if opening in "\"'" else _BARE).match(self.text, at)
        return ValueSpan(at, found.end() if found else at)

    def _entries(self, start: int, closing: str) -> ValueSpan:
        entries, at = [], self.skip(start + 1)
        while self.text[at] != closing:
            entry = self.entry(at) if closing == "}" else BracketEntry(at, at, (), self.value(at))
            entries.append(entry)
            at = self.skip(entry.value.end)
            if self.text[at] == ",":
                at = self.skip(at + 1)
        return ValueSpan(start, at + 1, tuple(entries), closing)

    def entry(self, at: int) -> BracketEntry:
        """Return the entry that starts at a position."""
        path, key_end = self.key(at)
        value = self.value(self.skip(self.skip(key_end) + 1))
        return BracketEntry(at, key_end, path, value)

    def key(self, at: int) -> tuple[tuple[str, ...], int]:
        """Return the parts of a key, which may be dotted, and its end."""
        parts: list[str] = []
        while True:
            quoted = self.text[at] in "\"'"
            found = (_STRING if quoted else _BARE_KEY).match(self.text, at)
            assert found is not None  # noqa: S101  # the parser has read it
            parts.append(self.decode_key(found[0]) if quoted else found[0])
            dot = _DOT.match(self.text, found.end())
            if dot is None:
                return tuple(parts), found.end()
            at = dot.end()

    # Changes

    def set_inside(self, mapping: ValueSpan, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value at a path inside braces."""
        for entry in mapping.entries:
            if entry.path == tuple(path[: len(entry.path)]):
                rest = path[len(entry.path) :]
                if rest and entry.value.kind == "}":
                    return self.set_inside(entry.value, rest, value, old)
                return self.replace(entry.value, nest(rest, value), old)
        return self._insert(mapping, path[0], nest(path[1:], value))

    def replace(self, span: ValueSpan, value: Writable, old: Value) -> str:
        """Return the text with another value in a span."""
        if isinstance(value, list) and isinstance(old, list) and value and span.kind == "]" and span.entries:
            spans = [(entry.value.start, entry.value.end) for entry in span.entries]
            bounds, places = (span.start + 1, span.end - 1), match_entries(old, value)
            new = f"[{splice_list(self.text, bounds, spans, places, lambda number: self.format(value[number]))}]"
        else:
            new = self.format(value, self.text[span.start : span.end])
        return self.text[: span.start] + new + self.text[span.end :]

    def _insert(self, mapping: ValueSpan, name: str, value: Writable) -> str:
        at, before, assign = mapping.start + 1, "", self.assign
        if mapping.entries:
            first, at = mapping.entries[0], mapping.entries[-1].value.end
            gap, assign = self.text[mapping.start + 1 : first.start], self.text[first.key_end : first.value.start]
            before = f",{gap}" if "\n" in gap else ", "
        new = f"{before}{self.format_key(name)}{assign}{self.format(value)}"
        return self.text[:at] + new + self.text[at:]


class JsonEditor(BracketEditor):
    """An editor of the text of a JSON object."""

    assign = ": "

    def decode_key(self, key: str) -> str:
        return str(json.loads(key))

    def format(self, value: Writable, replaced: str = "") -> str:  # noqa: ARG002
        return json.dumps(value, ensure_ascii="\\u" in self.text and self.text.isascii())

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value at a path of keys. `old` is the value there now, or `None`."""
        return self.set_inside(self.value(self.text.index("{")), path, value, old)


@dataclass(frozen=True, slots=True)
class TomlTable:
    """A table of a TOML text, from its header (`[link]`; the root table has none) to the next header."""

    path: tuple[str, ...]
    start: int
    statements: tuple[BracketEntry, ...]
    end: int


class TomlEditor(BracketEditor):
    """An editor of the text of a TOML document."""

    assign = " = "

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.tables = list(self._tables())

    def decode_key(self, key: str) -> str:
        return str(tomllib.loads(f"key = {key}")["key"])

    def format_key(self, name: str) -> str:
        return name if _BARE_KEY.fullmatch(name) else super().format_key(name)

    def format(self, value: Writable, replaced: str = "") -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(self.format, value))}]"
        if isinstance(value, dict):
            pairs = (f"{self.format_key(name)} = {self.format(entry)}" for name, entry in value.items())
            return f"{{ {', '.join(pairs)} }}"
        if not isinstance(value, str):
            return '""' if value is None else json.dumps(value)
        if _DATE.fullmatch(replaced) and _DATE.fullmatch(value):
            return value
        if replaced.startswith("'") and "'" not in value and value.isprintable():
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value at a path of keys. `old` is the value there now, or `None`."""
        names = tuple(path)
        for full_path, span in self._statements():
            if names == full_path:
                return self.replace(span, value, old)
            if _is_below(names, full_path) and span.kind == "}":
                return self.set_inside(span, names[len(full_path) :], value, old)
        return self._set_statement(names, value)

    def _statements(self) -> Iterator[tuple[tuple[str, ...], ValueSpan]]:
        for table in self.tables:
            yield from ((table.path + statement.path, statement.value) for statement in table.statements)

    def _set_statement(self, names: tuple[str, ...], value: Writable) -> str:
        """Return the text with a new statement in place of all that define a path or one below or above it."""
        for table in reversed(self.tables):
            if _is_below(table.path, names):
                return TomlEditor(self.text[: table.start] + self.text[table.end :])._set_statement(names, value)
            for statement in table.statements:
                full_path = table.path + statement.path
                if _is_below(full_path, names) or _is_below(names, full_path):
                    return TomlEditor(self._without(statement))._set_statement(names, value)
        home = next((table for table in self.tables if table.path and table.path == names[:-1]), self.tables[0])
        at = self._line_end(home.statements[-1].value.end) if home.statements else self._first_line(home)
        key = ".".join(map(self.format_key, names[len(home.path) :]))
        before = self.text[:at] if not at or self.text[:at].endswith("\n") else self.text[:at] + self.newline
        return f"{before}{key} = {self.format(value)}{self.newline}{self.text[at:]}"

    def _without(self, statement: BracketEntry) -> str:
        start = self.text.rfind("\n", 0, statement.start) + 1
        return self.text[:start] + self.text[self._line_end(statement.value.end) :]

    def _line_end(self, at: int) -> int:
        return self.text.find("\n", at) + 1 or len(self.text)

    def _first_line(self, table: TomlTable) -> int:
        """Return the position for the first statement of an empty table."""
        return self._line_end(table.start) if table.path else table.start

    def _tables(self) -> Iterator[TomlTable]:
        path: tuple[str, ...] = ()
        statements: list[BracketEntry] = []
        start, at = 0, self.skip(0)
        while at < len(self.text):
            if self.text[at] != "[":
                statement = self.entry(at)
                statements.append(statement)
                at = self.skip(statement.value.end)
                continue
            line = self.text.rfind("\n", 0, at) + 1
            yield TomlTable(path, start, tuple(statements), line)
            brackets = 2 if self.text[at + 1] == "[" else 1
            path, key_end = self.key(self.skip(at + brackets))
            start, statements = line, []
            at = self.skip(self.skip(key_end) + brackets)
        yield TomlTable(path, start, tuple(statements), len(self.text))


def _is_below(path: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether a path is another one or below it."""
    return bool(names) and tuple(path[: len(names)]) == tuple(names)
