"""The values of one file as read rules get them: typed, cleaned, with problems noted."""

from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any
from unicodedata import normalize

from curation.frontmatter.limits import MAX_PROBLEMS
from curation.frontmatter.problems import MORE_PROBLEMS, Level, Problem
from curation.frontmatter.record import Dialect
from curation.frontmatter.values import ParsedFrontMatter, Value, quote
from curation.lib.names import name_key
from curation.markdown import one_line, strip_markup


def clean_name(text: str) -> str:
    """Return a name on one line, its entities decoded, in composed form (NFC)."""
    return normalize("NFC", one_line(unescape(text)))


class FileValues:
    """The parsed front matter of a file, its body, and the problems and fields read so far.

    `path` is the file's path below the imported folder, `name` its last part. `values` are the front matter's values,
    `lines` the line of each dotted key. `spelled` is as in `ParsedFrontMatter`. `inherited` maps each key that was
    inherited to the `_index.md` that has it. `is_body_alone` is whether the file has no front matter at all.
    """

    def __init__(
        self,
        path: str,
        dialect: Dialect,
        parsed: ParsedFrontMatter,
        body: str,
        inherited: Mapping[str, str] | None = None,
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

    def within(self, key: str, values: dict[str, Value]) -> "FileValues":
        """Return a view of the mapping under `key`. Its problems go to the same list, with `key` in front."""
        inner = FileValues.__new__(FileValues)
        inner.__dict__ |= self.__dict__  # faster than `copy()`, and called often
        inner.values, inner.prefix = values, f"{self.prefix}{key}."
        return inner

    # Problems

    def error(self, code: str, message: str, key: str) -> None:
        """Note a problem that rejects the file."""
        self._add("error", code, message, key)

    def note(self, code: str, message: str, key: str) -> None:
        """Note a fact that needs no action."""
        self._add("note", code, message, key)

    def warn(self, code: str, message: str, key: str) -> None:
        """Note a value that was ignored, changed or derived."""
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
        """Return the value of a dotted key (`title`, `link.href`); `None` if it is missing, or `.nan` or `.inf`.

        A key that contains a dot itself (`dropmark.editURL`) is found as well.
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
        """Return those of some top-level keys that are there, with a value or not."""
        return [key for key in keys if key in self.values]

    def entries(self, key: str) -> list[tuple[str, Value]]:
        """Return the entries of a list with their keys (`tags[0]`); a single value counts as a list of one."""
        value = self.get(key)
        if isinstance(value, list):
            return [(f"{key}[{number}]", entry) for number, entry in enumerate(value)]
        return [] if value is None or value == "" else [(key, value)]

    # Texts

    def text(self, key: str, limit: int) -> str:
        """Return a text on one line, or ""; one longer than `limit` characters is cut, with a warning."""
        return self.cut(self.as_text(self.get(key), key), limit, key)

    def prose(self, key: str, limit: int) -> str:
        """Return a text without its markup, cut like `text()`."""
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
        """Return the name under a key, as `label()` does, or ""."""
        value = self.get(key)
        return "" if value is None else self.label(value, key, limit)

    def label(self, value: Value, key: str, limit: int) -> str:
        """Return an entry of a list as a name; or "", with a warning, if it is not a text or is too long."""
        if not isinstance(value, str):
            self.warn("not-text", f"{quote(value)} is not a text; write one, in quotes, or remove it", key)
            return ""
        text = clean_name(value)
        if len(text) > limit:
            self.warn("too-long", f"longer than {limit} characters and ignored; shorten it", key)
            return ""
        return text

    def as_text(self, value: Value, key: str) -> str:
        """Return a value as a text on one line; or "", with a warning, for a list or mapping."""
        if isinstance(value, str):
            return one_line(value)
        if value is not None and not isinstance(value, float):
            self.warn("not-text", f"{quote(value)} is not a text and is ignored; write one, in quotes", key)
        return ""

    def cut(self, text: str, limit: int, key: str) -> str:
        """Return a text cut to at most `limit` characters, with a warning."""
        if len(text) <= limit:
            return text
        self.warn("too-long", f"longer than {limit:,} characters and cut; shorten it", key)
        return text[: limit - 1].rstrip() + "…"
