"""Lists written with as few changes as possible: entries that stay keep their text, and so do unreadable ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from typing import Any

from curation.frontmatter.reading.lists import Splitter, entry_label, keep_whole
from curation.frontmatter.values import Value

from .file_text import FileText

#: The identity of an entry; `None` for one that could not be read.
EntryKey = str | None


def merged_entries(old: Iterable[tuple[EntryKey, Value]], wanted: Iterable[tuple[str, Any]]) -> list[Any]:
    """Return the wanted entries in their order, each as it is written in `old` if it is there.

    Entries of `old` that could not be read come last.
    """
    groups: dict[EntryKey, list[Value]] = {}
    for key, value in old:
        groups.setdefault(key, []).append(value)
    return [entry for key, value in dict(wanted).items() for entry in groups.get(key, [value])] + groups.get(None, [])


def distribute_entries(
    old: Mapping[str, Sequence[tuple[EntryKey, Value]]],
    wanted: Sequence[tuple[str, Any]],
    target_key: str,
    *,
    is_ordered: bool,
) -> dict[str, list[Any]]:
    """Return the new entries of each front-matter key of a field that is read from several keys, one after another.

    `old` has the entries of each key now. An entry stays under its key, and new ones go to `target_key`. If
    `is_ordered` and that gives another order than `wanted`, all go to `target_key`.
    """
    present = {key: {name for name, _value in entries} for key, entries in old.items()}
    others = [key for key in old if key != target_key]
    parts: dict[str, list[tuple[str, Any]]] = {target_key: [], **{key: [] for key in others}}
    for name, value in wanted:
        is_in_target = name in present.get(target_key, ())
        key = target_key if is_in_target else next((key for key in others if name in present[key]), target_key)
        parts[key].append((name, value))
    reading_order = [*old] if target_key in old else [*old, target_key]
    as_read = [name for key in reading_order for name, _value in parts[key]]
    if is_ordered and as_read != [name for name, _value in wanted]:
        every = [entry for entries in old.values() for entry in entries]
        return {target_key: merged_entries(every, wanted), **{key: [] for key in others}}
    return {key: merged_entries(old.get(key, ()), entries) for key, entries in parts.items()}


def write_list(file: FileText, key: str, entries: list[Any], split: Splitter = keep_whole) -> None:
    """Write a list; or one text where there is one, if `split` gives the same entries of it."""
    written = file.get(key)
    if isinstance(written, str) or (isinstance(written, dict) and len(entries) == 1):
        text = ", ".join(entry for entry in entries if isinstance(entry, str))
        as_read = [part.strip() for part in split(file.current, unescape(text))]
        if text == "" or as_read == [entry_label(entry) for entry in entries]:
            file.set(key, text)
            return
    file.set(key, entries)


def entry_values(file: FileText, key: str) -> list[Value]:
    """Return the entries of a list; a single value counts as a list of one."""
    return [value for _key, value in file.current.entries(key)]
