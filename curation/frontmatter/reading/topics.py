"""Topics: `Vocabulary: Label`, and the keys that repeat them."""

import re
from collections.abc import Iterable
from functools import lru_cache

from curation.frontmatter.limits import MAX_SLUG, MAX_TOPIC, MAX_VOCABULARY
from curation.frontmatter.record import DEFAULT_VOCABULARY, TopicRef
from curation.frontmatter.values import Value, quote
from curation.lib.names import name_key
from curation.lib.slugs import is_path_slug

from .file_values import FileValues, clean_name
from .lists import KeyedValue, Splitter, keep_whole, split_categories, split_entries, warn_of_text

_TOPIC_PATH = re.compile(r"/?topic/([^/?#\s]+)/?")
#: The key that repeats the categories, and is read where there are none.
COPY = "openProjectCustomFields.medigyTopics"
#: The keys of topics, in the order they are read.
KEYS = ("categories", "category", "series")
#: The vocabulary of the series that an item is a part of.
SERIES = "Series"
#: How one text under a key is split.
_SPLITTERS: dict[str, Splitter] = {**dict.fromkeys(KEYS, split_categories), COPY: keep_whole}


def read_topics(file: FileValues) -> tuple[TopicRef, ...]:
    """Return the item's topics in order, each once whatever its case and spacing."""
    key = next((key for key in ("categories", "category") if file.get(key) not in (None, "", [])), COPY)
    entries = topic_entries(file, key)
    slugs = _read_slugs(file, len(entries)) if key != "category" else []
    known = {topic_key(topic): topic for topic in parse_topics(file, entries, slugs)}
    if key == "categories" and "category" in file.values:
        _add(known, parse_topics(file, topic_entries(file, "category"), []))
    _check_copies(file, tuple(known.values()))
    if "series" in file.values:
        series = parse_topics(file, topic_entries(file, "series"), [])
        _add(known, (_in_series(topic) for topic in series))
    return tuple(known.values())


def _add(known: dict[str, TopicRef], topics: Iterable[TopicRef]) -> None:
    for topic in topics:
        known.setdefault(topic_key(topic), topic)


def _in_series(topic: TopicRef) -> TopicRef:
    return _topic_ref(SERIES, topic.label, "") if topic.vocabulary == DEFAULT_VOCABULARY else topic


def topic_entries(file: FileValues, key: str) -> list[KeyedValue]:
    """Return the entries under one of the keys of topics; one text is split as that key is."""
    value = file.get(key)
    if value is None:
        return []
    entries = list(split_entries(file, key, _SPLITTERS[key]))
    if isinstance(value, str) and (key in ("categories", COPY) or "," in value):
        warn_of_text(file, key, entries, always=True)
    return entries


def parse_topics(file: FileValues, entries: list[KeyedValue], slugs: list[str]) -> tuple[TopicRef, ...]:
    """Return the topics of some entries, each once; each entry that is not a topic is a warning.

    `slugs` are parallel to the entries, or empty.
    """
    found: dict[str, TopicRef] = {}
    for (key, value), slug in zip(entries, slugs or [""] * len(entries), strict=True):
        if topic := _parse_topic(file, key, value, slug):
            found.setdefault(topic_key(topic), topic)
    return tuple(found.values())


def _parse_topic(file: FileValues, key: str, value: Value, slug: str) -> TopicRef | None:
    if isinstance(value, dict):
        message = "a mapping, not a text, and ignored; put quotes around “Vocabulary: Label”"
        file.warn("topic-malformed", message, key)
        return None
    text = file.label(value, key, MAX_VOCABULARY + MAX_TOPIC + 2)
    vocabulary, label = split_topic(text)
    if not vocabulary or not label:
        if text or value == "":
            message = f"{quote(value)} is not a topic and is ignored; write “Vocabulary: Label”"
            file.warn("topic-malformed", message, key)
        return None
    if len(vocabulary) > MAX_VOCABULARY or len(label) > MAX_TOPIC:
        limits = f"vocabulary longer than {MAX_VOCABULARY} or label longer than {MAX_TOPIC} characters"
        file.warn("too-long", f"{limits}, ignored; shorten it", key)
        return None
    return _topic_ref(vocabulary, label, slug)


@lru_cache(maxsize=5_000)  # files share few topics, and one object is pickled once
def _topic_ref(vocabulary: str, label: str, slug: str) -> TopicRef:
    return TopicRef(vocabulary, label, slug)


def split_topic(text: str) -> tuple[str, str]:
    """Return the vocabulary and the label of a topic, both empty where the text is not a topic.

    >>> split_topic("Symplur: Telehealth"), split_topic("Telehealth"), split_topic("Symplur:")
    (('Symplur', 'Telehealth'), ('Medigy', 'Telehealth'), ('', ''))
    """
    if text.startswith(":") or text.endswith(":"):
        return "", ""
    vocabulary, separator, label = text.partition(": ")
    return (vocabulary.strip(), label.strip()) if separator else (DEFAULT_VOCABULARY, text)


def topic_key(topic: TopicRef) -> str:
    """Return a key that is equal for all spellings of a topic, spaces around colons included."""
    return _topic_key(topic.vocabulary, topic.label)


@lru_cache(maxsize=5_000)
def _topic_key(vocabulary: str, label: str) -> str:
    text = re.sub(" *: *", ":", f"{name_key(vocabulary)}:{name_key(label)}")
    return text.removeprefix(f"{name_key(DEFAULT_VOCABULARY)}:")


def _read_slugs(file: FileValues, count: int) -> list[str]:
    """Return the slugs of `categoryUrl`; none unless there is one for each of `count` categories."""
    entries = file.entries("categoryUrl")
    if entries and len(entries) != count:
        message = f"{len(entries)} addresses for {count} categories, ignored; write one for each"
        file.warn("topic-slugs", message, "categoryUrl")
    return [_parse_slug(file, *entry) for entry in entries] if len(entries) == count else []


def _parse_slug(file: FileValues, key: str, value: Value) -> str:
    match = _TOPIC_PATH.fullmatch(value) if isinstance(value, str) else None
    if match and len(match[1]) <= MAX_SLUG and is_path_slug(match[1]):
        return match[1]
    message = f"{quote(value)} is not the address of a topic and is ignored; write one like topic/name"
    file.warn("topic-slugs", message, key)
    return ""


def _check_copies(file: FileValues, found: tuple[TopicRef, ...]) -> None:
    """Warn of each key that should repeat the categories, and differs."""
    topics = {topic_key(topic) for topic in found}
    labels = {name_key(topic.label) for topic in found}
    for key, expected in ((COPY, topics), ("categorySlug", topics), ("categoryLabel", labels)):
        texts = [clean_name(value) for _key, value in file.entries(key) if isinstance(value, str)]
        actual = {name_key(text) if key == "categoryLabel" else _topic_key(*split_topic(text)) for text in texts}
        if actual and actual != expected:
            file.warn("derived-differs", "differs from categories and is ignored; correct or remove it", key)
