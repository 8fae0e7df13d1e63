"""A content file that can be changed key by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from curation.frontmatter.reading.cascade import NOTHING_INHERITED, Inherited
from curation.frontmatter.reading.document import read_fields, to_record
from curation.frontmatter.reading.file_values import FileValues
from curation.frontmatter.reading.split import FileParts, join, split
from curation.frontmatter.record import Format, ItemRecord
from curation.frontmatter.text.header_text import HeaderEditor
from curation.frontmatter.text.splice import Writable, is_same_value
from curation.frontmatter.text.toml_json_text import JsonEditor, TomlEditor
from curation.frontmatter.text.yaml_text import YamlEditor
from curation.frontmatter.values import Value


class _Editor(Protocol):
    def __init__(self, text: str) -> None: ...

    def set(self, path: Sequence[str], value: Writable, old: Value) -> str: ...


_EDITORS: dict[Format, type[_Editor]] = {
    "yaml": YamlEditor,
    "toml": TomlEditor,
    "json": JsonEditor,
    "meta": HeaderEditor,
}


class FileText:
    """A content file, and its values as it reads now (`current`). Raises `Rejected` if it cannot be read.

    `path` and `inherited` are as `read()` takes them.
    """

    parts: FileParts
    current: FileValues

    def __init__(self, data: bytes, path: str, inherited: Inherited = NOTHING_INHERITED) -> None:
        self.path = path
        self.inherited = inherited
        self._read(split(data))

    def _read(self, parts: FileParts) -> None:
        self.parts, self.current = parts, read_fields(parts, self.path, self.inherited)

    @property
    def data(self) -> bytes:
        parts = self.parts
        return join(parts.opening, parts.front_matter, parts.closing, parts.raw_body or parts.body)

    @property
    def record(self) -> ItemRecord:
        """The record of the file as it reads now, even if its problems would reject it."""
        return to_record(self.current)

    def get(self, key: str) -> Value:
        """Return the value of a dotted key, as `FileValues.get()` does."""
        return self.current.get(key)

    def has(self, key: str) -> bool:
        """Return whether a key is there, with a value or not, its own or inherited."""
        outer, inner = self._path(key)[0], self._path(key)[-1]
        mapping = self.current.values.get(outer)
        return outer in self.current.values if outer == inner else isinstance(mapping, dict) and inner in mapping

    def _path(self, key: str) -> list[str]:
        outer, _, inner = key.partition(".")
        return [key] if not inner or key in self.current.values else [outer, inner]

    def _spelled(self, key: str) -> list[str]:
        """Return the path of a key as the file spells it."""
        path, spelled = self._path(key), self.current.spelled
        return [spelled.get(".".join(path[: depth + 1]), name) for depth, name in enumerate(path)]

    def set(self, key: str, value: Writable) -> None:
        """Set the value of a dotted key (`title`, `link.href`) in place; a new key is added at the end."""
        if is_same_value(value, self.get(key)):
            return
        path = self._spelled(key)
        parts = self.parts
        text = _EDITORS[parts.format](parts.front_matter).set(path, value, self.get(key))
        if parts.is_body_alone:
            parts = replace(parts, opening=f"{parts.opening}---\n", closing="---\n")
        self._read(replace(parts, front_matter=text))

    def set_body(self, body: str) -> None:
        """Replace the body, with the line ends of the file."""
        parts = self.parts
        lines = parts.raw_body or parts.opening + parts.front_matter + parts.closing
        ends = "\r\n" if lines.count("\r\n") * 2 > lines.count("\n") else "\n"
        is_ended = parts.closing.endswith("\n") or parts.is_body_alone or not body
        closing = parts.closing if is_ended else parts.closing + ends
        if parts.format == "meta" and body and not parts.front_matter.endswith("\n"):
            closing = ends * 2  # the end of the last key, and a blank line
        raw_body = body.replace("\n", ends) if ends != "\n" else ""
        self._read(replace(parts, closing=closing, body=body, raw_body=raw_body))
