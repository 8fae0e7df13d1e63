"""What an `_index.md` says for the files below it: Hugo's `cascade`, as far as it hides files or says when they show.

A cascade is a mapping of keys to values, or a list of such mappings. Each may say by `target` (`_target` in older
files) for which pages it is meant: by patterns of their `path`, `lang` and `kind`
(https://gohugo.io/content-management/front-matter/#cascade).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from .keys import Names, respelled
from .languages import language_of_name
from .parse import parse
from .paths import logical_path
from .records import Rejected
from .split import split
from .values import Parsed, Value
from .visibility import BUILD, BUILD_PARTS, INHERITED

#: A key's value, and the path of the `_index.md` that says it.
Inherited: TypeAlias = Mapping[str, tuple[Value, str]]
NOTHING: Inherited = {}
#: That of files whose name says none (https://gohugo.io/configuration/all/#defaultcontentlanguage).
DEFAULT_LANGUAGE = "en"
_TARGETS = ("target", "_target")
_NAMES = Names.of(
    (*INHERITED, "cascade", *(f"cascade.{key}" for key in (*INHERITED, *BUILD_PARTS, *_TARGETS, "kind", "lang")))
)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Values for the files below an `_index.md` that match a target: patterns by what they are of."""

    values: Mapping[str, Value]
    target: Mapping[str, str]
    origin: str

    def is_for(self, path: str) -> bool:
        """Return whether the page of a file is meant. What a target says besides is not known here, and passes."""
        page = {"path": logical_path(path), "kind": "page", "lang": language_of_name(path) or DEFAULT_LANGUAGE}
        return all(_matches(pattern, page[name]) for name, pattern in self.target.items() if name in page)


def cascades(data: bytes, path: str) -> tuple[Cascade, ...]:
    """Return what the `_index.md` at a path below the imported folder says for others; nothing if it cannot be read."""
    if b"cascade" not in data.lower():
        return ()
    try:
        values = respelled(parse(split(data)), _NAMES).values
    except Rejected:
        return ()
    written = values.get("cascade")
    entries = written if isinstance(written, list) else [written]
    found = (_cascade(entry, path) for entry in entries if isinstance(entry, dict))
    return tuple(cascade for cascade in found if cascade.values)


def _cascade(entry: dict[str, Value], path: str) -> Cascade:
    values = {key: _storable(value) for key, value in entry.items() if key in INHERITED}
    target = next((value for name in _TARGETS if isinstance(value := entry.get(name), dict)), {})
    return Cascade(values, {name: text for name, text in target.items() if isinstance(text, str)}, path)


def _storable(value: Value) -> Value:
    """Return a value as JSON can hold it: `.nan` and `.inf` say nothing."""
    if isinstance(value, dict):
        return {name: entry for name, entry in value.items() if isinstance(entry, str)}
    return value if isinstance(value, str) else None


def inherited_by(path: str, nearest_first: Iterable[Cascade]) -> Inherited:
    """Return what a file inherits: of each key the nearest value."""
    found: dict[str, tuple[Value, str]] = {}
    for cascade in nearest_first:
        if cascade.is_for(path):
            for key, value in cascade.values.items():
                found.setdefault(key, (value, cascade.origin))
    return found


def with_inherited(parsed: Parsed, inherited: Inherited) -> tuple[Parsed, dict[str, str]]:
    """Return front matter with what it inherits, and the origin of each key that does. The file's own keys win."""
    own = {name for name in parsed.values if name in INHERITED}
    own |= set(BUILD) if own & set(BUILD) else set()  # two names of one key
    taken = {key: entry for key, entry in inherited.items() if key not in own}
    if not taken:
        return parsed, {}
    values = parsed.values | {key: value for key, (value, _origin) in taken.items()}
    return replace(parsed, values=values), {key: origin for key, (_value, origin) in taken.items()}


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern.lower()).fullmatch(text.lower()) is not None


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of Hugo's as a regular expression: `*` within a folder, `**` across, `?`, `{a,b}`."""
    pieces = re.findall(r"\*\*|[*?{},]|[^*?{},]+", pattern[:500])
    known = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    is_balanced = pattern.count("{") == pattern.count("}") == len(re.findall(r"\{[^{}]*\}", pattern))
    if is_balanced:
        known |= {"{": "(?:", "}": ")"}
    inside, parts = 0, []
    for piece in pieces:
        inside += (piece == "{") - (piece == "}")
        parts.append("|" if piece == "," and is_balanced and inside else known.get(piece) or re.escape(piece))
    return re.compile("".join(parts))
