"""A content file as text that can be changed key by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from .braces_text import JsonText, TomlText
from .inheritance import NOTHING, Inherited
from .meta_text import MetaText
from .reading import interpret, record_of
from .records import Format, ItemRecord
from .source import Source
from .splice import Writable, same
from .split import Parts, join, split
from .values import Value
from .yaml_text import YamlText


class _Text(Protocol):
    def __init__(self, text: str) -> None: ...

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str: ...


_SYNTAXES: dict[Format, type[_Text]] = {"yaml": YamlText, "toml": TomlText, "json": JsonText, "meta": MetaText}


class FileText:
    """A content file, and what it says now (`source`). Raises `Rejected` where it cannot be read.

    `path` and `inherited` are as `read()` takes them.
    """

    parts: Parts
    source: Source

    def __init__(self, data: bytes, path: str, inherited: Inherited = NOTHING) -> None:
        self.path = path
        self.inherited = inherited
        self._take(split(data))

    def _take(self, parts: Parts) -> None:
        self.parts, self.source = parts, interpret(parts, self.path, self.inherited)

    @property
    def data(self) -> bytes:
        parts = self.parts
        return join(parts.opening, parts.front_matter, parts.closing, parts.raw_body or parts.body)

    @property
    def record(self) -> ItemRecord:
        """What the file says of an item; of one that would be rejected, as far as it says anything."""
        return record_of(self.source)

    def get(self, key: str) -> Value:
        """Return the value of a key, as `Source.get()` does."""
        return self.source.get(key)

    def has(self, key: str) -> bool:
        """Return whether a key is there, be it without a value, its own or inherited."""
        outer, inner = self._path(key)[0], self._path(key)[-1]
        mapping = self.source.values.get(outer)
        return outer in self.source.values if outer == inner else isinstance(mapping, dict) and inner in mapping

    def _path(self, key: str) -> list[str]:
        outer, _, inner = key.partition(".")
        return [key] if not inner or key in self.source.values else [outer, inner]

    def _spelled(self, key: str) -> list[str]:
        """Return the names that lead to a key as the file spells them."""
        path, spelled = self._path(key), self.source.spelled
        return [spelled.get(".".join(path[: depth + 1]), name) for depth, name in enumerate(path)]

    def set(self, key: str, value: Writable) -> None:
        """Give a key (`title`, `link.href`) another value, in place; one that is not there is added at the end."""
        if same(value, self.get(key)):
            return
        path = self._spelled(key)
        parts = self.parts
        text = _SYNTAXES[parts.format](parts.front_matter).set(path, value, self.get(key))
        if parts.is_body_alone:
            parts = replace(parts, opening=f"{parts.opening}---\n", closing="---\n")
        self._take(replace(parts, front_matter=text))

    def set_body(self, body: str) -> None:
        """Put another body behind the front matter, with line ends like those that the file has."""
        parts = self.parts
        lines = parts.raw_body or parts.opening + parts.front_matter + parts.closing
        ends = "\r\n" if lines.count("\r\n") * 2 > lines.count("\n") else "\n"
        is_ended = parts.closing.endswith("\n") or parts.is_body_alone or not body
        closing = parts.closing if is_ended else parts.closing + ends
        if parts.format == "meta" and body and not parts.front_matter.endswith("\n"):
            closing = ends * 2  # the end of the last key, and the blank line behind it
        raw_body = body.replace("\n", ends) if ends != "\n" else ""
        self._take(replace(parts, closing=closing, body=body, raw_body=raw_body))
