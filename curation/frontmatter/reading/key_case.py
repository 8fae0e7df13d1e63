"""Keys in any case: front matter with its keys spelled as the rules spell them.

Hugo compares keys without regard to case: `Title` and `CATEGORIES` are `title` and `categories`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curation.frontmatter.values import ParsedFrontMatter, Value

_TEXT = frozenset((str, float, type(None)))
_SEGMENT = re.compile(r"[^.\[]+")
#: Names inside mappings that are not part of a rule's dotted keys.
INNER = (
    *("href", "src", "url", "path", "image", "alt", "size", "format", "valid", "workPackage"),
    *("wpAttachment", "fileName", "link", "name", "title", "label", "permalink", "categories", "offeringId"),
)


@dataclass(frozen=True, slots=True)
class KeyNames:
    """The spelling of keys by their lower-case form and by itself: at the top level, and inside mappings."""

    top: Mapping[str, str]
    inner: Mapping[str, str]
    #: The spellings themselves, which nearly all files use.
    usual_top: frozenset[str]
    usual_inner: frozenset[str]

    @classmethod
    def of(cls, keys: Iterable[str]) -> "KeyNames":
        """Return the names of the dotted `keys` that rules read."""
        dotted = [key for key in keys if not key.endswith("*")]
        top = [*(key.partition(".")[0] for key in dotted), *dotted]
        inner = [*INNER, *(name for key in dotted for name in key.split(".")[1:])]
        # Where two rules spell a name differently (`lastMod`, `lastmod`), the first spelling counts.
        by_top, by_inner = _by_lower_case(top), _by_lower_case(inner)
        return cls(by_top, by_inner, frozenset(by_top.values()), frozenset(by_inner.values()))


def _by_lower_case(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    # Most keys of a file are spelled so, and found without being lowered.
    return {name: name for name in found.values()} | found


def respell(parsed: ParsedFrontMatter, names: KeyNames) -> ParsedFrontMatter:
    """Return front matter with every known key as the rules spell it.

    Of two spellings of one key in a mapping, that of the rules counts, else the first. The others stay as they are,
    and are listed in `ParsedFrontMatter.repeated`.
    """
    respeller = _Respeller(names)
    values = respeller.mapping(parsed.values, "")
    if not respeller.changed:
        return parsed
    lines = {respeller.path(path): line for path, line in reversed(parsed.lines.items())} | parsed.lines
    return ParsedFrontMatter(values, lines, respeller.spelled, tuple(respeller.repeated))


class _Respeller:
    def __init__(self, names: KeyNames) -> None:
        self.names = names
        self.spelled: dict[str, str] = {}
        self.repeated: list[tuple[str, str]] = []
        self.changed = False

    def mapping(self, values: dict[str, Value], path: str) -> dict[str, Value]:
        names, usual = (self.names.inner, self.names.usual_inner) if path else (self.names.top, self.names.usual_top)
        if any(names.get(key.lower(), key) != key for key in values.keys() - usual):
            self.changed = True
            values = self._renamed(values, names, path)
        for key, value in values.items():
            if type(value) is dict or (type(value) is list and not _TEXT.issuperset(map(type, value))):
                values[key] = self.value(value, f"{path}{key}")
        return values

    def value(self, value: Value, path: str) -> Value:
        if isinstance(value, dict):
            return self.mapping(value, f"{path}.")
        if isinstance(value, list):
            return [self.value(entry, f"{path}[{number}]") for number, entry in enumerate(value)]
        return value

    def _renamed(self, values: dict[str, Value], names: Mapping[str, str], path: str) -> dict[str, Value]:
        renamed: dict[str, Value] = {}
        for key, value in values.items():
            name = names.get(key.lower(), key)
            if name != key and (name in values or name in renamed):
                self.repeated.append((f"{path}{key}", f"{path}{name}"))
                renamed[key] = value
                continue
            if name != key:
                self.spelled[f"{path}{name}"] = key
            renamed[name] = value
        return renamed

    def path(self, written: str) -> str:
        """Return a dotted key as the rules spell it."""
        whole = self.names.top.get(written.lower())
        if whole is not None:
            return whole
        first = _SEGMENT.match(written)
        if first is None:
            return written
        rest = _SEGMENT.sub(lambda name: self.names.inner.get(name[0].lower(), name[0]), written[first.end() :])
        return self.names.top.get(first[0].lower(), first[0]) + rest
