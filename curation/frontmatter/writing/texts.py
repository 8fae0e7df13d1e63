"""Writers of texts: of a plain value under one of several keys, of prose, of the title and the institution.

A writer takes the file and the new value, and sets the keys that the value is read from, with those that repeat it. A
key that has the value already stays as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any

from curation.frontmatter.reading.breadcrumbs import trail_ends_at_item
from curation.frontmatter.text.splice import Writable
from curation.markdown import one_line, strip_markup

from .file_text import FileText

Writer = Callable[[FileText, Any], None]


def as_prose(text: str) -> str:
    """Return a text escaped so that it is read back unchanged where markup is removed."""
    return text if strip_markup(text) == text else escape(text, quote=False)


def as_label(text: str) -> str:
    """Return a text escaped so that it is read back unchanged where entities are decoded."""
    return text if one_line(unescape(text)) == text else text.replace("&", "&amp;")


def plain_writer(*keys: str) -> Writer:
    """Return a writer of a text or number that is read from the first of some keys that has one."""
    return lambda file, value: write_repeated(file, present_keys(file, keys), value, keys[0])


def prose_writer(*keys: str) -> Writer:
    """Return a writer of a text that is read, without its markup, from the first of some keys that has one."""

    def write(file: FileText, text: str) -> None:
        present = (key for key, old in present_keys(file, keys).items() if strip_markup(old))
        file.set(next(present, keys[-1]), as_prose(text))

    return write


def present_keys(file: FileText, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the keys that have a text that is not blank, in their order, each with it."""
    values = {key: file.get(key) for key in keys}
    return {key: value for key, value in values.items() if isinstance(value, str) and value.strip()}


def write_repeated(file: FileText, present: Mapping[str, str], value: Writable, default: str) -> None:
    """Write a value under the first of the keys that are present, and under those that repeat it.

    An empty value empties all that are present. `default` is the key where none is.
    """
    first = next(iter(present.values()), "")
    for key in [key for key, text in present.items() if text == first or not value] or [default]:
        file.set(key, value)


def write_title(file: FileText, text: str) -> None:
    """Write the title, and the last step of the breadcrumb trail where that is the item."""
    labels: list[Any] = [value for _key, value in file.current.entries("breadcrumbs")]
    if trail_ends_at_item(file.current):
        file.set("breadcrumbs", [*labels[:-1], as_prose(text)])
    file.set("title", as_prose(text))


def write_institution(file: FileText, text: str) -> None:
    """Write the institution, inside the mapping where there is one."""
    is_mapping = isinstance(file.get("institution"), dict)
    file.set("institution.label" if is_mapping else "institution", text)
