"""The writer of topics, and of the keys that repeat them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from curation.frontmatter.reading.lists import entry_label, keep_whole, split_categories
from curation.frontmatter.reading.topics import COPY, KEYS, SERIES, split_topic, topic_entries, topic_key
from curation.frontmatter.record import DEFAULT_VOCABULARY, TopicRef
from curation.frontmatter.values import Value
from curation.lib.names import name_key
from curation.lib.slugs import slug_of

from .file_text import FileText
from .lists import EntryKey, distribute_entries, entry_values, write_list
from .texts import as_label

#: The keys that repeat the categories, and the form that each gives a category.
_COPIES: dict[str, Callable[[str], str]] = {
    COPY: lambda category: category,
    "categorySlug": str.lower,
    "categoryLabel": lambda category: split_topic(category)[1],
}


def write_topics(file: FileText, wanted: tuple[TopicRef, ...]) -> None:
    """Write the topics, and the keys that repeat them if they did so before."""
    present = [key for key in KEYS if file.current.entries(key)]
    if "categories" not in present and "category" not in present and file.current.entries(COPY):
        present.insert(0, COPY)
    target_key = next((key for key in present if key != "series"), "categories")
    old = {key: [(_entry_key(value, key), value) for value in _entries(file, key)] for key in present}
    entries = distribute_entries(
        old, [(topic_key(topic), category(topic)) for topic in wanted], target_key, is_ordered=True
    )
    addresses: dict[EntryKey, Any] = {topic_key(topic): f"topic/{topic.slug}" for topic in wanted if topic.slug}
    _write_categories(file, target_key, entries.pop(target_key), addresses)
    for key, values in entries.items():
        if values != [value for _key, value in old[key]]:
            write_list(file, key, values, split_categories)


def category(topic: TopicRef) -> str:
    """Return the text of a topic: `Vocabulary: Label`, without the default vocabulary where that is unambiguous."""
    is_plain = topic.vocabulary == DEFAULT_VOCABULARY and ": " not in topic.label
    return as_label(topic.label if is_plain else f"{topic.vocabulary}: {topic.label}")


def _write_categories(file: FileText, key: str, after: list[Any], addresses: dict[EntryKey, Any]) -> None:
    """Write the topics under a key, and those of its copies that repeated it. `addresses` are those of new topics."""
    before = _entries(file, key)
    copies = [copy for copy in _COPIES if copy != key and _is_copy(file, copy, before)]
    addresses |= _written_addresses(file, before)
    if after != before:
        write_list(file, key, after, split_categories if key != COPY else keep_whole)
    for copy in copies:
        file.set(copy, [_COPIES[copy](entry_label(value)) for value in after])
    if file.has("categoryUrl"):
        file.set(
            "categoryUrl",
            [addresses.get(_entry_key(value), f"topic/{slug_of(entry_label(value))}") for value in after],
        )


def _entries(file: FileText, key: str) -> list[Value]:
    value = file.get(key)
    return value if isinstance(value, list) else [part for _key, part in topic_entries(file.current, key)]


def _entry_key(value: Value, key: str = "") -> EntryKey:
    """Return the identity of an entry's topic; under `series` one without a vocabulary is a series."""
    vocabulary, label = split_topic(entry_label(value))
    if key == "series" and vocabulary == DEFAULT_VOCABULARY:
        vocabulary = SERIES
    return topic_key(TopicRef(vocabulary, label)) if vocabulary and label else None


def _is_copy(file: FileText, copy: str, categories: list[Value]) -> bool:
    """Return whether a key is there and repeats the categories."""
    names = [name_key(entry_label(value)) for value in entry_values(file, copy)]
    return file.has(copy) and names == [name_key(_COPIES[copy](entry_label(value))) for value in categories]


def _written_addresses(file: FileText, categories: list[Value]) -> dict[EntryKey, Any]:
    """Return the addresses of topics in the file, if there is one for each category."""
    addresses = entry_values(file, "categoryUrl")
    is_parallel = len(addresses) == len(categories)
    return dict(zip(map(_entry_key, categories), addresses, strict=True)) if is_parallel else {}
