"""One file's values as the field rules read them: typed, cleaned, and every oddity noted as a problem."""

from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any
from unicodedata import normalize

from curation.names import name_key
from curation.rendering import one_line, strip_markup

from .limits import MAX_PROBLEMS
from .records import MORE_PROBLEMS, Dialect, Level, Problem
from .values import Parsed, Value, shown


def plain_name(text: str) -> str:
    """Return a name on one line, its entities decoded, in composed form (NFC)."""
    return normalize("NFC", one_line(unescape(text)))


class Source:
    """The parsed front matter of a file, the problems found so far, and the record's fields read so far.

    `path` is the file's path below the imported folder, `name` the last part of it. `inherited` names the keys whose
    values are those of an `_index.md` above, and that file. `is_body_alone` is whether there is no front matter at all.
    """

    def __init__(
        self, path: str, dialect: Dialect, parsed: Parsed, body: str, inherited: Mapping[str, str] | None = None
    ) -> None:
        self.path = path
        self.name = path.rpartition("/")[2]
        self.dialect = dialect
        self.values = parsed.values
        self.lines = parsed.lines
        self.spelled = parsed.spelled
        self.inherited = inherited or {}
        self.is_body_alone = False
        self.body = body
        self.prefix = ""
        self.problems: list[Problem] = []
        self.fields: dict[str, Any] = {}

    def within(self, key: str, values: dict[str, Value]) -> "Source":
        """Return a view of a mapping under `key`: keys are read from it, problems go to the same list."""
        inner = Source.__new__(Source)
        inner.__dict__ |= self.__dict__  # `copy()` takes long, and there are many
        inner.values, inner.prefix = values, f"{self.prefix}{key}."
        return inner

    # Problems

    def error(self, code: str, message: str, key: str) -> None:
        """Report what makes the file unfit to be an item."""
        self._add("error", code, message, key)

    def note(self, code: str, message: str, key: str) -> None:
        """Report what is as it should be, and good to know."""
        self._add("note", code, message, key)

    def warn(self, code: str, message: str, key: str) -> None:
        """Report what was dropped or guessed."""
        if len(self.problems) < MAX_PROBLEMS:
            self._add("warning", code, message, key)
        elif MORE_PROBLEMS not in self.problems:
            self.problems.append(MORE_PROBLEMS)

    def _add(self, level: Level, code: str, message: str, key: str) -> None:
        key = self.prefix + key
        problem = Problem(level, code, message, key, self.lines.get(key))
        if problem not in self.problems:  # two fields may be made from one key
            self.problems.append(problem)

    @property
    def is_rejected(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)

    # Values

    def get(self, key: str) -> Value:
        """Return the value of a key (`title`, `link.href`); nothing for `.nan`, `.inf` and what is not there.

        A key that holds a dot itself (`dropmark.editURL`) is found in both ways of writing it.
        """
        if key in self.values:
            value = self.values[key]
        elif "." not in key:
            return None
        else:
            outer, _, inner = key.partition(".")
            mapping = self.values.get(outer)
            value = mapping.get(inner) if inner and isinstance(mapping, dict) else None
        return None if isinstance(value, float) else value

    def present(self, keys: Iterable[str]) -> list[str]:
        """Return those of some keys of the top level that are there, be it without a value."""
        return [key for key in keys if key in self.values]

    def entries(self, key: str) -> list[tuple[str, Value]]:
        """Return the entries of a list with their keys (`tags[0]`); a single value counts as a list of one."""
        value = self.get(key)
        if isinstance(value, list):
            return [(f"{key}[{number}]", entry) for number, entry in enumerate(value)]
        return [] if value is None or value == "" else [(key, value)]

    # Texts

    def text(self, key: str, limit: int) -> str:
        """Return a text on one line, "" where there is none, cut with a warning where it is too long."""
        return self.cut(self.as_text(self.get(key), key), limit, key)

    def prose(self, key: str, limit: int) -> str:
        """Return a text that may hold markup, as plain text."""
        return self.cut(strip_markup(self.as_text(self.get(key), key)), limit, key)

    def texts(self, key: str, limit: int) -> tuple[str, ...]:
        """Return a list of texts (or a single one) with entities decoded; empty, repeated and overlong ones dropped."""
        found: dict[str, str] = {}
        for entry_key, value in self.entries(key):
            text = self.label(value, entry_key, limit)
            if text:
                found.setdefault(name_key(text), text)
        return tuple(found.values())

    def name_of(self, key: str, limit: int) -> str:
        """Return the text under a key that names something; "" where there is none, or, with a warning, no good one."""
        value = self.get(key)
        return "" if value is None else self.label(value, key, limit)

    def label(self, value: Value, key: str, limit: int) -> str:
        """Return an entry of a list as a name in composed form (NFC), or "" with a warning."""
        if not isinstance(value, str):
            self.warn("not-text", f"{shown(value)} is no text; write one, in quotes, or remove it", key)
            return ""
        text = plain_name(value)
        if len(text) > limit:
            self.warn("too-long", f"longer than {limit} characters and ignored; shorten it", key)
            return ""
        return text

    def as_text(self, value: Value, key: str) -> str:
        """Return a value as a text on one line; "" with a warning where it is a list or mapping."""
        if isinstance(value, str):
            return one_line(value)
        if value is not None and not isinstance(value, float):
            self.warn("not-text", f"{shown(value)} is no text and ignored; write one, in quotes", key)
        return ""

    def cut(self, text: str, limit: int, key: str) -> str:
        """Return a text in at most `limit` characters."""
        if len(text) <= limit:
            return text
        self.warn("too-long", f"longer than {limit:,} characters and cut; shorten it", key)
        return text[: limit - 1].rstrip() + "…"
