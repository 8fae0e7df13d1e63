"""JSON and TOML text with one value changed: every other character stays.

The two write values alike but for `:` and `=`, so one scanner finds the places of both. The text has been read by a
real parser before, so the scanner need not doubt it.
"""

from __future__ import annotations

import json
import re
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .splice import Writable, kept, nested, splice_list
from .values import Value

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
class Span:
    """Where a value stands; of a list or mapping, also where each entry stands."""

    start: int
    end: int
    entries: tuple[Entry, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list (without a `path`) or mapping: where it starts, where its key ends, its value."""

    start: int
    key_end: int
    path: tuple[str, ...]
    value: Span


class BracesText(ABC):
    """Text with values in brackets and braces."""

    #: What stands between a key and its value where the text gives no example.
    assign: ClassVar[str]

    def __init__(self, text: str) -> None:
        self.text = text

    @abstractmethod
    def decoded(self, key: str) -> str:
        """Return what a key in quotes says."""

    @abstractmethod
    def written(self, value: Writable, like: str = "") -> str:
        """Return a value as text; `like` is that of the value it replaces."""

    def written_key(self, name: str) -> str:
        return json.dumps(name, ensure_ascii=False)

    # Places

    def skip(self, at: int) -> int:
        """Return where the next token starts."""
        found = _SKIP.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int) -> Span:
        """Return the span of the value that starts at a place."""
        opening = self.text[at]
        if opening in "[{":
            return self._entries(at, "]" if opening == "[" else "}")
        found = (_STRING if opening in "\"'" else _BARE).match(self.text, at)
        return Span(at, found.end() if found else at)

    def _entries(self, start: int, closing: str) -> Span:
        entries, at = [], self.skip(start + 1)
        while self.text[at] != closing:
            entry = self.entry(at) if closing == "}" else Entry(at, at, (), self.value(at))
            entries.append(entry)
            at = self.skip(entry.value.end)
            if self.text[at] == ",":
                at = self.skip(at + 1)
        return Span(start, at + 1, tuple(entries), closing)

    def entry(self, at: int) -> Entry:
        """Return the key and value that start at a place."""
        path, key_end = self.key(at)
        value = self.value(self.skip(self.skip(key_end) + 1))
        return Entry(at, key_end, path, value)

    def key(self, at: int) -> tuple[tuple[str, ...], int]:
        """Return the parts of a key, which may be dotted, and where it ends."""
        parts: list[str] = []
        while True:
            quoted = self.text[at] in "\"'"
            found = (_STRING if quoted else _BARE_KEY).match(self.text, at)
            assert found is not None  # noqa: S101  # the parser has read it
            parts.append(self.decoded(found[0]) if quoted else found[0])
            dot = _DOT.match(self.text, found.end())
            if dot is None:
                return tuple(parts), found.end()
            at = dot.end()

    # Changes

    def set_inside(self, mapping: Span, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value under a path inside braces."""
        for entry in mapping.entries:
            if entry.path == tuple(path[: len(entry.path)]):
                rest = path[len(entry.path) :]
                if rest and entry.value.kind == "}":
                    return self.set_inside(entry.value, rest, value, old)
                return self.replace(entry.value, nested(rest, value), old)
        return self._insert(mapping, path[0], nested(path[1:], value))

    def replace(self, span: Span, value: Writable, old: Value) -> str:
        """Return the text with another value at a place."""
        if isinstance(value, list) and isinstance(old, list) and value and span.kind == "]" and span.entries:
            spans = [(entry.value.start, entry.value.end) for entry in span.entries]
            bounds, places = (span.start + 1, span.end - 1), kept(old, value)
            new = f"[{splice_list(self.text, bounds, spans, places, lambda number: self.written(value[number]))}]"
        else:
            new = self.written(value, self.text[span.start : span.end])
        return self.text[: span.start] + new + self.text[span.end :]

    def _insert(self, mapping: Span, name: str, value: Writable) -> str:
        at, before, assign = mapping.start + 1, "", self.assign
        if mapping.entries:
            first, at = mapping.entries[0], mapping.entries[-1].value.end
            gap, assign = self.text[mapping.start + 1 : first.start], self.text[first.key_end : first.value.start]
            before = f",{gap}" if "\n" in gap else ", "
        new = f"{before}{self.written_key(name)}{assign}{self.written(value)}"
        return self.text[:at] + new + self.text[at:]


class JsonText(BracesText):
    """The text of a JSON object."""

    assign = ": "

    def decoded(self, key: str) -> str:
        return str(json.loads(key))

    def written(self, value: Writable, like: str = "") -> str:  # noqa: ARG002
        return json.dumps(value, ensure_ascii="\\u" in self.text and self.text.isascii())

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value under the keys of `path`, where `old` is now, or nothing."""
        return self.set_inside(self.value(self.text.index("{")), path, value, old)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a TOML text: the text from its header on (`[link]`; the root has none) to the next one."""

    path: tuple[str, ...]
    start: int
    statements: tuple[Entry, ...]
    end: int


class TomlText(BracesText):
    """The text of a TOML document."""

    assign = " = "

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.tables = list(self._tables())

    def decoded(self, key: str) -> str:
        return str(tomllib.loads(f"key = {key}")["key"])

    def written_key(self, name: str) -> str:
        return name if _BARE_KEY.fullmatch(name) else super().written_key(name)

    def written(self, value: Writable, like: str = "") -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(self.written, value))}]"
        if isinstance(value, dict):
            pairs = (f"{self.written_key(name)} = {self.written(entry)}" for name, entry in value.items())
            return f"{{ {', '.join(pairs)} }}"
        if not isinstance(value, str):
            return '""' if value is None else json.dumps(value)
        if _DATE.fullmatch(like) and _DATE.fullmatch(value):
            return value
        if like.startswith("'") and "'" not in value and value.isprintable():
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str:
        """Return the text with another value under the keys of `path`, where `old` is now, or nothing."""
        names = tuple(path)
        for whole, span in self._statements():
            if names == whole:
                return self.replace(span, value, old)
            if _is_below(names, whole) and span.kind == "}":
                return self.set_inside(span, names[len(whole) :], value, old)
        return self._set_statement(names, value)

    def _statements(self) -> Iterator[tuple[tuple[str, ...], Span]]:
        for table in self.tables:
            yield from ((table.path + statement.path, statement.value) for statement in table.statements)

    def _set_statement(self, names: tuple[str, ...], value: Writable) -> str:
        """Return the text with a new statement in place of whatever says something of a path or below it."""
        for table in reversed(self.tables):
            if _is_below(table.path, names):
                return TomlText(self.text[: table.start] + self.text[table.end :])._set_statement(names, value)
            for statement in table.statements:
                whole = table.path + statement.path
                if _is_below(whole, names) or _is_below(names, whole):
                    return TomlText(self._without(statement))._set_statement(names, value)
        home = next((table for table in self.tables if table.path and table.path == names[:-1]), self.tables[0])
        at = self._line_end(home.statements[-1].value.end) if home.statements else self._first_line(home)
        key = ".".join(map(self.written_key, names[len(home.path) :]))
        before = self.text[:at] if not at or self.text[:at].endswith("\n") else self.text[:at] + self.newline
        return f"{before}{key} = {self.written(value)}{self.newline}{self.text[at:]}"

    def _without(self, statement: Entry) -> str:
        start = self.text.rfind("\n", 0, statement.start) + 1
        return self.text[:start] + self.text[self._line_end(statement.value.end) :]

    def _line_end(self, at: int) -> int:
        return self.text.find("\n", at) + 1 or len(self.text)

    def _first_line(self, table: Table) -> int:
        """Return where the first statement of a table that has none belongs."""
        return self._line_end(table.start) if table.path else table.start

    def _tables(self) -> Iterator[Table]:
        path: tuple[str, ...] = ()
        statements: list[Entry] = []
        start, at = 0, self.skip(0)
        while at < len(self.text):
            if self.text[at] != "[":
                statement = self.entry(at)
                statements.append(statement)
                at = self.skip(statement.value.end)
                continue
            line = self.text.rfind("\n", 0, at) + 1
            yield Table(path, start, tuple(statements), line)
            brackets = 2 if self.text[at + 1] == "[" else 1
            path, key_end = self.key(self.skip(at + brackets))
            start, statements = line, []
            at = self.skip(self.skip(key_end) + brackets)
        yield Table(path, start, tuple(statements), len(self.text))


def _is_below(path: Sequence[str], names: Sequence[str]) -> bool:
    """Return whether a path is another, or leads on from it."""
    return bool(names) and tuple(path[: len(names)]) == tuple(names)
