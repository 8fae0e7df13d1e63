"""A safe and literal subset of YAML: mappings, lists and texts.

libyaml's events are read one by one, so that tags, deep nesting and too many values are refused before anything is
built. Aliases and merge keys count as the values they expand to, since a few bytes can expand to gigabytes. Plain
scalars stay the text that was written, except nulls, `.nan` and `.inf`: YAML 1.1 makes `No` a boolean, `12:30:45` a
number and `2023-02-30` an exception.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from math import inf, nan
from typing import Any

from yaml import CSafeLoader, YAMLError
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from curation.frontmatter.limits import MAX_DEPTH, MAX_KEY, MAX_REPEATED, MAX_TEXT, MAX_VALUES
from curation.frontmatter.problems import Problem, Rejected
from curation.frontmatter.values import UNSTORABLE, ParsedFrontMatter, Value, quote

#: Plain scalars that are not texts (https://yaml.org/type/null.html, https://yaml.org/type/float.html).
_PLAIN: dict[str, float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
    **{sign + word: inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
}
_HINTS = {
    "mapping values are not allowed in this context": "put quotes around a text that holds “: ”",
    "found character that cannot start any token": "put quotes around the text, and indent with spaces",
    "found invalid Unicode character escape code": "remove the escape, it stands for half a character",
}

#: Texts that are not closed by the problem with which the parser gives up, often far below their beginning.
_UNCLOSED = {
    "found unexpected end of stream": "a quoted text begins here and does not end; write its second quote",
    "did not find expected ',' or ']'": "a list begins here and does not end; write its “]”, or quotes around it",
    "did not find expected ',' or '}'": "a mapping begins here and does not end; write its “}”, or quotes around it",
}


def load(text: str, first_line: int) -> ParsedFrontMatter:
    """Return the mapping of a YAML text. `first_line` is the number of its first line. Raises `Rejected`."""
    return _Builder(text, first_line).document()


@dataclass(frozen=True, slots=True)
class _AnchoredValue:
    """A value with an anchor, and its size, for each alias of it: numbers of values, characters and levels."""

    value: Value
    values: int
    characters: int
    levels: int


class _Builder:
    """Builds values from events, and notes the line of each."""

    def __init__(self, text: str, first_line: int) -> None:
        self.event: Callable[[], Any] = CSafeLoader(text).get_event
        self.first_line = first_line
        self.lines: dict[str, int] = {}
        self.duplicates: list[Problem] = []
        self.count = 0
        self.repeated = 0  # characters that aliases expand to
        self.anchors: dict[str, _AnchoredValue] = {}

    def document(self) -> ParsedFrontMatter:
        try:
            root = self.root()
        except YAMLError as error:
            raise self.syntax_error(error) from None
        if not isinstance(root, dict):
            message = "front matter must be a mapping; write each line as “key: value”"
            raise Rejected.for_error("not-a-mapping", message, line=self.first_line)
        if self.duplicates:
            raise Rejected(*self.duplicates)
        return ParsedFrontMatter(root, self.lines)

    def root(self) -> Value:
        self.event()  # the stream starts
        if isinstance(self.event(), StreamEndEvent):
            return {}
        value = self.value(self.event(), "", 0)
        self.event()  # the document ends
        after = self.event()
        if not isinstance(after, StreamEndEvent):
            raise self.rejection(after, "yaml-documents", "more than one YAML document; keep one")
        return {} if value is None else value

    def value(self, event: Any, path: str, depth: int) -> Value:
        if isinstance(event, AliasEvent):
            return self.alias(event, path, depth)
        if event.anchor is None:
            return self.plain_value(event, path, depth)
        before = self.count
        value = self.plain_value(event, path, depth)
        # Registered only now, so that no value can contain itself.
        self.anchor(event, path, _AnchoredValue(value, self.count - before, *_size(value)))
        return value

    def anchor(self, event: Any, path: str, known: _AnchoredValue) -> None:
        if event.anchor in self.anchors:
            message = f"the anchor {quote('&' + event.anchor)} is there twice; write the values out"
            raise self.rejection(event, "yaml-alias", message, path)
        self.anchors[event.anchor] = known

    def alias(self, event: Any, path: str, depth: int) -> Value:
        """Return a copy of the value of an alias."""
        known = self.anchors.get(event.anchor)
        if known is None:
            message = f"the alias {quote('*' + event.anchor)} has no anchor above it; write the value out"
            raise self.rejection(event, "yaml-alias", message, path)
        self.count += known.values
        self.repeated += known.characters
        if self.count > MAX_VALUES or self.repeated > MAX_REPEATED:
            message = f"aliases that expand to more than {MAX_VALUES:,} values or {MAX_REPEATED:,} characters"
            raise self.rejection(event, "yaml-alias", f"YAML {message} are refused; write fewer", path)
        if depth + known.levels > MAX_DEPTH:
            raise self.rejection(event, "too-deep", f"nested more than {MAX_DEPTH} levels; make it flatter", path)
        return deepcopy(known.value)

    def plain_value(self, event: Any, path: str, depth: int) -> Value:
        self.check(event, path)
        if isinstance(event, ScalarEvent):
            return self.scalar(event, path)
        if depth == MAX_DEPTH:
            raise self.rejection(event, "too-deep", f"nested more than {MAX_DEPTH} levels; make it flatter", path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path, depth + 1)
        return self.mapping(path, depth + 1)

    def check(self, event: Any, path: str) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise self.rejection(event, "too-many-values", f"more than {MAX_VALUES:,} values; remove some", path)
        if event.tag is not None:
            message = "YAML tags not allowed (“!”); write the value without, or put quotes around it"
            raise self.rejection(event, "yaml-tag", message, path)

    def scalar(self, event: ScalarEvent, path: str) -> Value:
        text: str = event.value
        if len(text) > MAX_TEXT:
            message = f"{path or 'text'} longer than {MAX_TEXT:,} characters; shorten it"
            raise self.rejection(event, "text-too-long", message, path)
        if event.implicit[0]:  # plain, not quoted
            return _PLAIN.get(text, text)
        if UNSTORABLE.search(text):
            raise self.rejection(event, "unstorable", "NUL or half a surrogate pair in the text; remove it", path)
        return text

    def sequence(self, path: str, depth: int) -> Value:
        values: list[Value] = []
        while type(event := self.event()) is not SequenceEndEvent:
            entry = f"{path}[{len(values)}]"
            self.lines[entry] = event.start_mark.line + self.first_line
            plain = self.plain_text(event)
            values.append(self.value(event, entry, depth) if plain is None else _PLAIN.get(plain, plain))
        return values

    def mapping(self, path: str, depth: int) -> Value:
        values: dict[str, Value] = {}
        merged: Value = None
        prefix = f"{path}." if path else ""
        while type(event := self.event()) is not MappingEndEvent:
            name, is_merge = self.key(event, path)
            entry, line = prefix + name, event.start_mark.line + self.first_line
            if is_merge and merged is None:
                self.lines[entry] = line
                merged = self.merge_values(self.event(), entry, depth)
                continue
            if name in values or is_merge:
                self.duplicate(name, entry, line)
            self.lines.setdefault(entry, line)
            plain = self.plain_text(event := self.event())
            values[name] = self.value(event, entry, depth) if plain is None else _PLAIN.get(plain, plain)
        return merged | values if isinstance(merged, dict) else values

    def plain_text(self, event: Any) -> str | None:
        """Return a short scalar without quotes, anchor and tag; `None` for any other event.

        Nearly all events of a file are such scalars, so they skip the general path.
        """
        if type(event) is not ScalarEvent or not event.implicit[0] or event.anchor is not None:
            return None
        text: str = event.value
        if len(text) > MAX_KEY or self.count >= MAX_VALUES or event.tag is not None:
            return None
        self.count += 1
        return text

    def merge_values(self, event: Any, path: str, depth: int) -> dict[str, Value]:
        """Return the values of a merge key: of a mapping, or of a list of mappings, of which the first wins."""
        value = self.value(event, path, depth)
        found: dict[str, Value] = {}
        for mapping in value if isinstance(value, list) else [value]:
            if not isinstance(mapping, dict):
                message = "a merge key (“<<”) takes a mapping or a list of them; write the values out"
                raise self.rejection(event, "yaml-alias", message, path)
            found = mapping | found
        return found

    def key(self, event: Any, path: str) -> tuple[str, bool]:
        """Return a key's name, and whether it is a merge key."""
        if (plain := self.plain_text(event)) is not None:
            return plain, plain == "<<"
        if isinstance(event, AliasEvent):
            name = self.alias(event, path, 0)
            if not isinstance(name, str):
                raise self.rejection(event, "yaml-key", "a key must be a text; put quotes around it", path)
            return name, False
        self.check(event, path)
        if not isinstance(event, ScalarEvent):
            raise self.rejection(event, "yaml-key", "a key must be a text; put quotes around it", path)
        name = event.value
        if len(name) > MAX_KEY:
            raise self.rejection(event, "key-too-long", f"a key longer than {MAX_KEY} characters; shorten it", path)
        self.scalar(event, path)
        if event.anchor is not None:
            self.anchor(event, path, _AnchoredValue(name, 1, len(name), 0))
        return name, name == "<<" and event.implicit[0]

    def duplicate(self, name: str, path: str, line: int) -> None:
        message = f"the key {quote(name)} is on lines {self.lines[path]} and {line}; keep one"
        self.duplicates.append(Problem("error", "duplicate-key", message, path, line))

    def line(self, event: Event) -> int:
        return event.start_mark.line + self.first_line if event.start_mark else self.first_line

    def rejection(self, event: Event, code: str, message: str, path: str = "") -> Rejected:
        return Rejected.for_error(code, message, path, self.line(event))

    def syntax_error(self, error: YAMLError) -> Rejected:
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        mark, beginning = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        if problem in _UNCLOSED and beginning:
            mark, message = beginning, _UNCLOSED[problem]
        else:
            message = f"{problem}; {_HINTS.get(problem, 'check the quotes and the indentation there')}"
        line = None if mark is None else mark.line + self.first_line
        return Rejected.for_error("yaml-syntax", f"YAML syntax: {message}", line=line)


def _size(value: Value) -> tuple[int, int]:
    """Return the number of characters in all texts and keys of a value, and its levels of nesting."""
    if isinstance(value, dict):
        sizes = [_size(entry) for entry in value.values()]
        characters = sum(map(len, value)) + sum(size for size, _levels in sizes)
        return characters, 1 + max((levels for _size, levels in sizes), default=0)
    if isinstance(value, list):
        sizes = [_size(entry) for entry in value]
        return sum(size for size, _levels in sizes), 1 + max((levels for _size, levels in sizes), default=0)
    return len(value) if isinstance(value, str) else 0, 0
