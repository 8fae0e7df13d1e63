"""Lists of names in any form: a list, one text with separators, or mappings.

Generators write `tags: [a, b]`, `tags: a, b`, `authors: [{name: Ann}]` and `tags: {a: 1, b: 2}` for the same thing.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape

from curation.frontmatter.values import Value, quote
from curation.lib.names import name_key
from curation.markdown import one_line

from .file_values import FileValues

#: Separators of tags, which no tag contains: commas and semicolons, those of Arabic, Chinese and Japanese included.
SEPARATORS = re.compile(r"[,;،؛，；、]")
#: Dialects in which one text is the usual way to write a list.
TEXT_DIALECTS: tuple[str, ...] = ("pelican",)
#: The keys of a mapping that hold its name.
NAME_KEYS = ("name", "title", "label")
#: Letters behind a name that are not another name: `Jane Roe, MD`, `John Doe, Jr.`
_DEGREE = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Za-z.]{2,7}|[JS]r\.?")

#: Splits one text under a key into names.
Splitter = Callable[[FileValues, str], list[str]]
#: A value and its dotted key (`tags[0]`).
KeyedValue = tuple[str, Value]


def split_at_separators(_file: FileValues, text: str) -> list[str]:
    """Split a text at `SEPARATORS`."""
    return SEPARATORS.split(text)


def split_as_jekyll(file: FileValues, text: str) -> list[str]:
    """Split a text at separators; or, without one, at the spaces in a post of Jekyll's."""
    if not SEPARATORS.search(text) and is_jekyll_post(file):
        return text.split()
    return SEPARATORS.split(text)


def is_jekyll_post(file: FileValues) -> bool:
    """Return whether a file is in the folder of Jekyll's posts, where a text of several words is a list."""
    return "_posts" in file.path.split("/")[:-1]


def split_names(_file: FileValues, text: str) -> list[str]:
    """Split a text at semicolons, else at commas; degrees behind a comma stay with their name."""
    if ";" in text:
        return text.split(";")
    names: list[str] = []
    for part in text.split(","):
        if names and _DEGREE.fullmatch(part.strip()):
            names[-1] += f",{part}"
        else:
            names.append(part)
    return names


def split_categories(file: FileValues, text: str) -> list[str]:
    """Split a text of categories; one with a vocabulary (`Symplur: Health, Policy`) is a single category."""
    if ": " in text:
        return [text]
    return split_as_jekyll(file, text) if "," not in text else text.split(",")


def keep_whole(_file: FileValues, text: str) -> list[str]:
    """Return a text as the only name in it."""
    return [text]


def split_entries(file: FileValues, key: str, split: Splitter, *, splits_entries: bool = False) -> Iterator[KeyedValue]:
    """Yield the names under a key, each with its dotted key; values that are not names as they are.

    One text is split by `split`; with `splits_entries`, entries of a list are split at separators, too.
    """
    value = file.get(key)
    if isinstance(value, str):
        yield from ((key, text) for text in _split_text(file, value, split))
    elif isinstance(value, dict):
        yield from _names_in_mapping(key, value, splits_entries=splits_entries)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            entry_key, name = f"{key}[{number}]", entry_name(entry)
            if splits_entries and isinstance(name, str):
                yield from ((entry_key, text) for text in split_entry(name))
            else:
                yield entry_key, name


def _split_text(file: FileValues, value: str, split: Splitter) -> list[str]:
    parts = split(file, unescape(value))
    return [value] if len(parts) == 1 else _encode_again(parts)


def _encode_again(parts: list[str]) -> list[str]:
    """Return parts of a text whose entities were decoded, in a form that decoding changes to them once more."""
    return [part.strip().replace("&", "&amp;") for part in parts if part.strip()]


def _names_in_mapping(key: str, value: dict[str, Value], *, splits_entries: bool) -> Iterator[KeyedValue]:
    name = entry_name(value)
    # `{a: 1, b: 2}`: the keys are the names
    found = {key: name} if isinstance(name, str) else {f"{key}.{inner}": inner for inner in value}
    for entry_key, text in found.items():
        yield from ((entry_key, part) for part in (split_entry(text) if splits_entries else [text]))


def entry_name(value: Value) -> Value:
    """Return the name in a mapping that has one; any other value unchanged."""
    if isinstance(value, dict):
        return next((name for key in NAME_KEYS if isinstance(name := value.get(key), str) and name.strip()), value)
    return value


def entry_label(value: Value) -> str:
    """Return the name of an entry, its entities decoded, or ""."""
    name = entry_name(value)
    return one_line(unescape(name)) if isinstance(name, str) else ""


def split_entry(text: str) -> list[str]:
    """Split an entry of a list at separators."""
    if not SEPARATORS.search(unescaped := unescape(text)):
        return [text]
    return _encode_again(SEPARATORS.split(unescaped))


def warn_of_text(file: FileValues, key: str, found: list[KeyedValue], *, always: bool = False) -> None:
    """Warn that one text was read as a list of names, if it may have another meaning, or `always`."""
    value = file.get(key)
    if not isinstance(value, str) or not found or is_jekyll_post(file) or file.dialect in TEXT_DIALECTS:
        return
    if always or re.search(r"[\s,;]", value.strip()):
        names = quote([text for _key, text in found])
        file.warn("not-a-list", f"one text where a list belongs, read as {names}; put each on its own line", key)


def warn_of_separators(file: FileValues, key: str) -> None:
    """Warn of each entry of a list that was split at a separator."""
    value = file.get(key)
    if isinstance(value, str):
        return
    inner = _names_in_mapping(key, value, splits_entries=False) if isinstance(value, dict) else file.entries(key)
    for entry_key, entry in ((entry_key, entry_name(entry)) for entry_key, entry in inner):
        if isinstance(entry, str) and SEPARATORS.search(unescape(entry)):
            names = " and ".join(map(quote, split_entry(entry))) or "nothing"
            message = f"{quote(entry)} contains a separator and is read as {names}; write a list"
            file.warn("separator", message, entry_key)


def unique_names(file: FileValues, found: list[KeyedValue], limit: int) -> dict[str, str]:
    """Return names by their `name_key()`; empty, repeated and overlong ones are dropped."""
    names: dict[str, str] = {}
    for key, value in found:
        if text := file.label(value, key, limit):
            names.setdefault(name_key(text), text)
    return names
