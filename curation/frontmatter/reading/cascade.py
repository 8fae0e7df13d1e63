"""Hugo's `cascade`: values in an `_index.md` that the files below it inherit, for the keys that hide or date them.

A cascade is a mapping of keys to values, or a list of such mappings. Each may have a `target` (`_target` in older
files): patterns of the `path`, `lang` and `kind` of the pages it applies to
(https://gohugo.io/content-management/front-matter/#cascade).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from curation.frontmatter.problems import Rejected
from curation.frontmatter.values import ParsedFrontMatter, Value

from .key_case import KeyNames, respell
from .languages import language_in_file_name
from .parse import parse
from .paths import logical_path
from .split import split
from .visibility import BUILD_KEYS, BUILD_PARTS, INHERITED

#: Inherited values by key, each with the path of its `_index.md`.
Inherited: TypeAlias = Mapping[str, tuple[Value, str]]
NOTHING_INHERITED: Inherited = {}
#: The language of files whose name has none (https://gohugo.io/configuration/all/#defaultcontentlanguage).
DEFAULT_LANGUAGE = "en"
_TARGET_NAMES = ("target", "_target")
_NAMES = KeyNames.of(
    (*INHERITED, "cascade", *(f"cascade.{key}" for key in (*INHERITED, *BUILD_PARTS, *_TARGET_NAMES, "kind", "lang")))
)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Values for the files below an `_index.md` that match its target.

    `target` maps "path", "lang" and "kind" to patterns, `origin` is the path of the `_index.md`.
    """

    values: Mapping[str, Value]
    target: Mapping[str, str]
    origin: str

    def applies_to(self, path: str) -> bool:
        """Return whether the page of a file matches the target. Unknown parts of a target match every page."""
        page = {"path": logical_path(path), "kind": "page", "lang": language_in_file_name(path) or DEFAULT_LANGUAGE}
        return all(_matches(pattern, page[name]) for name, pattern in self.target.items() if name in page)


def read_cascades(data: bytes, path: str) -> tuple[Cascade, ...]:
    """Return the cascades of the `_index.md` at a path below the imported folder; none if it cannot be read."""
    if b"cascade" not in data.lower():
        return ()
    try:
        values = respell(parse(split(data)), _NAMES).values
    except Rejected:
        return ()
    value = values.get("cascade")
    entries = value if isinstance(value, list) else [value]
    found = (_parse_cascade(entry, path) for entry in entries if isinstance(entry, dict))
    return tuple(cascade for cascade in found if cascade.values)


def _parse_cascade(entry: dict[str, Value], path: str) -> Cascade:
    values = {key: _storable(value) for key, value in entry.items() if key in INHERITED}
    target = next((value for name in _TARGET_NAMES if isinstance(value := entry.get(name), dict)), {})
    return Cascade(values, {name: text for name, text in target.items() if isinstance(text, str)}, path)


def _storable(value: Value) -> Value:
    """Return a value that JSON can represent: `.nan` and `.inf` count as nothing."""
    if isinstance(value, dict):
        return {name: entry for name, entry in value.items() if isinstance(entry, str)}
    return value if isinstance(value, str) else None


def inherit(path: str, nearest_first: Iterable[Cascade]) -> Inherited:
    """Return the values that a file inherits: of each key the nearest one."""
    found: dict[str, tuple[Value, str]] = {}
    for cascade in nearest_first:
        if cascade.applies_to(path):
            for key, value in cascade.values.items():
                found.setdefault(key, (value, cascade.origin))
    return found


def merge_inherited(parsed: ParsedFrontMatter, inherited: Inherited) -> tuple[ParsedFrontMatter, dict[str, str]]:
    """Return front matter with inherited values, and the origin of each inherited key. The file's own keys win."""
    own = {name for name in parsed.values if name in INHERITED}
    own |= set(BUILD_KEYS) if own & set(BUILD_KEYS) else set()  # two names of one key
    taken = {key: entry for key, entry in inherited.items() if key not in own}
    if not taken:
        return parsed, {}
    values = parsed.values | {key: value for key, (value, _origin) in taken.items()}
    return replace(parsed, values=values), {key: origin for key, (_value, origin) in taken.items()}


def _matches(pattern: str, text: str) -> bool:
    return _compile(pattern.lower()).fullmatch(text.lower()) is not None


@lru_cache(maxsize=1_000)
def _compile(pattern: str) -> re.Pattern[str]:
    """Return a glob pattern as a regular expression: `*` within a folder, `**` across folders, `?`, `{a,b}`."""
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
