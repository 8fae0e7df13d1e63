"""The writer of lists of names: authors and tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import unescape

from curation.frontmatter.reading.lists import SEPARATORS, Splitter, entry_label, entry_name, split_entries
from curation.frontmatter.values import Value
from curation.lib.names import name_key

from .file_text import FileText
from .lists import distribute_entries, write_list
from .texts import Writer, as_label


def names_writer(keys: Mapping[str, Splitter], *, is_ordered: bool = True, splits_entries: bool = False) -> Writer:
    """Return a writer of a list of names that is read from some keys.

    `keys` maps each to the function that splits one text under it. `splits_entries` is as `split_entries()` takes it.
    """

    def write(file: FileText, names: tuple[str, ...]) -> None:
        old = {
            key: [
                (name_key(entry_label(value)) or None, value)
                for value in _writable_entries(file, key, split, splits_entries)
            ]
            for key, split in keys.items()
            if file.current.entries(key)
        }
        wanted = [(name_key(name), as_label(name)) for name in names]
        target_key = next(iter(old), next(iter(keys)))
        for key, entries in distribute_entries(old, wanted, target_key, is_ordered=is_ordered).items():
            if [name_key(entry_label(value)) for value in entries] != [name for name, _value in old.get(key, ())]:
                write_list(file, key, entries, keys[key])

    return write


def _writable_entries(file: FileText, key: str, split: Splitter, splits_entries: bool) -> Iterator[Value]:
    """Yield the entries under a key as they can be written again: those of a list that is not split unchanged."""
    value = file.get(key)
    if isinstance(value, list) and not (splits_entries and any(map(_has_separator, value))):
        yield from value
    else:
        yield from (part for _key, part in split_entries(file.current, key, split, splits_entries=splits_entries))


def _has_separator(value: Value) -> bool:
    name = entry_name(value)
    return isinstance(name, str) and SEPARATORS.search(unescape(name)) is not None
