"""Lists of names however they are written: a list, one text with separators, or mappings.

Generators write `tags: [a, b]`, `tags: a, b`, `authors: [{name: Ann}]` and `tags: {a: 1, b: 2}` for the same thing.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape

from curation.names import name_key
from curation.rendering import one_line

from .source import Source
from .values import Value, shown

#: What stands between tags, and is part of none: commas and semicolons, those of Arabic, Chinese and Japanese, too.
SEPARATORS = re.compile(r"[,;،؛，；、]")
#: Dialects in which one text is the usual way to write a list.
TEXT_DIALECTS: tuple[str, ...] = ("pelican",)
#: The keys of a mapping that name what it is about.
NAMED_BY = ("name", "title", "label")
#: Letters behind a name that are no name: `Jane Roe, MD`, `John Doe, Jr.`
_DEGREE = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Za-z.]{2,7}|[JS]r\.?")

Split = Callable[[Source, str], list[str]]
Part = tuple[str, Value]


def at_separators(_source: Source, text: str) -> list[str]:
    """Return the parts of a text between commas and the like."""
    return SEPARATORS.split(text)


def as_jekyll_does(source: Source, text: str) -> list[str]:
    """Return the parts of a text between separators, or, in a post of Jekyll's, between spaces."""
    if not SEPARATORS.search(text) and is_jekyll_post(source):
        return text.split()
    return SEPARATORS.split(text)


def is_jekyll_post(source: Source) -> bool:
    """Return whether a file is in the folder of Jekyll's posts, where a text of several words is a list."""
    return "_posts" in source.path.split("/")[:-1]


def as_names(_source: Source, text: str) -> list[str]:
    """Return the names in a text: between semicolons, else between commas, letters of degrees left with their name."""
    if ";" in text:
        return text.split(";")
    names: list[str] = []
    for part in text.split(","):
        if names and _DEGREE.fullmatch(part.strip()):
            names[-1] += f",{part}"
        else:
            names.append(part)
    return names


def as_categories(source: Source, text: str) -> list[str]:
    """Return the categories in a text; one with a vocabulary (`Symplur: Health, Policy`) is a single one."""
    if ": " in text:
        return [text]
    return as_jekyll_does(source, text) if "," not in text else text.split(",")


def whole(_source: Source, text: str) -> list[str]:
    """Return a text that is one name."""
    return [text]


def parts(source: Source, key: str, split: Split, *, splits_entries: bool = False) -> Iterator[Part]:
    """Yield what stands under a key, each name with its dotted key; mappings and the like as they are.

    One text is split by `split`, and, with `splits_entries`, entries of a list are split at separators, too.
    """
    value = source.get(key)
    if isinstance(value, str):
        yield from ((key, text) for text in _texts(source, value, split))
    elif isinstance(value, dict):
        yield from _mapping(key, value, splits_entries=splits_entries)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            entry_key, name = f"{key}[{number}]", named(entry)
            if splits_entries and isinstance(name, str):
                yield from ((entry_key, text) for text in clean(name))
            else:
                yield entry_key, name


def _texts(source: Source, value: str, split: Split) -> list[str]:
    pieces = split(source, unescape(value))
    return [value] if len(pieces) == 1 else _names(pieces)


def _names(pieces: list[str]) -> list[str]:
    """Return parts of a text whose entities were decoded so that decoding them again changes nothing."""
    return [piece.strip().replace("&", "&amp;") for piece in pieces if piece.strip()]


def _mapping(key: str, value: dict[str, Value], *, splits_entries: bool) -> Iterator[Part]:
    name = named(value)
    # `{a: 1, b: 2}`: the names are keys
    found = {key: name} if isinstance(name, str) else {f"{key}.{inner}": inner for inner in value}
    for entry_key, text in found.items():
        yield from ((entry_key, part) for part in (clean(text) if splits_entries else [text]))


def named(value: Value) -> Value:
    """Return the name in a mapping that has one; anything else as it is."""
    if isinstance(value, dict):
        return next((name for key in NAMED_BY if isinstance(name := value.get(key), str) and name.strip()), value)
    return value


def clean(text: str) -> list[str]:
    """Return the names in an entry of a list that must not hold a separator."""
    if not SEPARATORS.search(unescaped := unescape(text)):
        return [text]
    return _names(SEPARATORS.split(unescaped))


def tell_text(source: Source, key: str, found: list[Part], *, always: bool = False) -> None:
    """Warn where one text stands for a list of names in a way that may be meant otherwise, or `always`."""
    value = source.get(key)
    if not isinstance(value, str) or not found or is_jekyll_post(source) or source.dialect in TEXT_DIALECTS:
        return
    if always or re.search(r"[\s,;]", value.strip()):
        said = shown([text for _key, text in found])
        source.warn("not-a-list", f"one text where a list belongs, read as {said}; put each on its own line", key)


def tell_separators(source: Source, key: str) -> None:
    """Warn of entries of a list that hold a separator, at which they were split."""
    value = source.get(key)
    inner = _mapping(key, value, splits_entries=False) if isinstance(value, dict) else source.entries(key)
    for entry_key, entry in ((entry_key, named(entry)) for entry_key, entry in inner):
        if not isinstance(value, str) and isinstance(entry, str) and SEPARATORS.search(unescape(entry)):
            said = " and ".join(map(shown, clean(entry))) or "nothing"
            source.warn("separator", f"{shown(entry)} holds a separator and is read as {said}; write a list", entry_key)


def distinct(source: Source, found: list[Part], limit: int) -> dict[str, str]:
    """Return names by what is equal for two spellings of one; empty, repeated and overlong ones are dropped."""
    names: dict[str, str] = {}
    for key, value in found:
        if text := source.label(value, key, limit):
            names.setdefault(name_key(text), text)
    return names


def label(value: Value) -> str:
    """Return an entry as the name that it is read as, or ""."""
    name = named(value)
    return one_line(unescape(name)) if isinstance(name, str) else ""
