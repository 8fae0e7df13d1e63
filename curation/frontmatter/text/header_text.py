"""Pelican's header: lines `Key: value` from the first one on, up to a blank line.

As Python-Markdown's extension Meta-Data reads them (https://python-markdown.github.io/extensions/meta_data/): a line
that is indented by four goes on with the value above it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from curation.frontmatter.dialects import PELICAN_KEYS
from curation.frontmatter.problems import Rejected
from curation.frontmatter.values import Value

from .splice import Writable

#: Keys with several values, separated by semicolons, or else by commas.
_LISTS = {"tags", "keywords", "authors"}
#: Keys with several values, separated by semicolons only.
_SEMICOLONS = {"author"}
_LINE = re.compile(r"[ ]{0,3}([A-Za-z0-9_-]+):[ \t]*([^\r\n]*)\r?\n?")
_MORE = re.compile(r"(?:[ ]{4,}|\t)[ \t]*([^\r\n]*\S[^\r\n]*)\r?\n?")
_BLANK = re.compile(r"[ \t]*\r?(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class HeaderEntry:
    """A key of a header: its name as written, its lines, and the positions of its start, its value and its end."""

    name: str
    lines: tuple[str, ...]
    start: int
    value: int
    end: int


def header_end(text: str) -> int | None:
    """Return the end of a file's header, or `None` if it has none."""
    entries = list(_entries(text))
    names = [entry.name.lower() for entry in entries]
    known = [name for name in names if name in PELICAN_KEYS]
    if not names or names[0] not in PELICAN_KEYS or ("title" not in names and len(known) < 2):
        return None
    return entries[-1].end


def blank_line_end(text: str, start: int) -> int:
    """Return the end of a blank line at a position, or the position itself."""
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start


def _entries(text: str) -> Iterator[HeaderEntry]:
    at = 0
    while line := _LINE.match(text, at):
        if line.end() == at:
            return
        lines, end = [line[2].strip()], line.end()
        while more := _MORE.match(text, end):
            lines.append(more[1].strip())
            end = more.end()
        yield HeaderEntry(line[1], tuple(lines), line.start(), line.end(1) + 1, end)
        at = end


def load(text: str, first_line: int) -> tuple[dict[str, Value], dict[str, int]]:
    """Return the values of a header, and the line of each key. Keys are lowered, since Pelican ignores their case."""
    lines: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    for entry in _entries(text):
        name = entry.name.lower()
        lines.setdefault(name, []).extend(entry.lines)
        numbers.setdefault(name, first_line + text.count("\n", 0, entry.start))
    return {name: _value(name, found) for name, found in lines.items()}, numbers


def _value(name: str, lines: list[str]) -> Value:
    text = " ".join(filter(None, lines))
    if name in _LISTS or (name in _SEMICOLONS and ";" in text):
        joined = ",".join(lines)
        parts = joined.split(";" if ";" in joined else ",")
        return [part.strip() for part in parts if part.strip()]
    return text


class HeaderEditor:
    """An editor of the text of a header."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def set(self, path: Sequence[str], value: Writable, _old: Value) -> str:
        """Return the text with another value of a key. Raises `Rejected` if a header cannot express it."""
        if len(path) > 1:
            raise _inexpressible(".".join(path))
        formatted = _format(path[0], value)
        found = [entry for entry in _entries(self.text) if entry.name.lower() == path[0].lower()]
        if not found:
            before = self.text if self.text.endswith("\n") else self.text + self.newline
            return f"{before}{self._spelled(path[0])}: {formatted}{self.newline}"
        first, *others = found
        text = self.text
        for other in reversed(others):
            text = text[: other.start] + text[other.end :]
        end = self.newline if self.text[: first.end].endswith("\n") else ""
        return f"{text[: first.value]} {formatted}{end}{text[first.end :]}"

    def _spelled(self, name: str) -> str:
        """Return a new key, capitalised if the others are."""
        is_capital = any(entry.name[0].isupper() for entry in _entries(self.text))
        return name[0].upper() + name[1:] if is_capital else name


def _format(name: str, value: Writable) -> str:
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value)):
        raise _inexpressible(name)
    if isinstance(value, list):
        entries = [_format("", entry) for entry in value]
        if any(";" in entry for entry in entries):
            raise _inexpressible(name)
        by_comma = name.lower() in _LISTS and not any("," in entry for entry in entries)
        return ", ".join(entries) if by_comma else "; ".join(entries) + ";" * (len(entries) == 1)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else " ".join(str(value).split())


def _inexpressible(name: str) -> Rejected:
    return Rejected.for_error("not-in-header", f"{name} cannot be expressed in a header of lines; write YAML", name)
