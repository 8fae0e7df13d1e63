"""Topics: `Vocabulary: Label`, and the keys that repeat them."""

import re
from collections.abc import Iterable
from functools import lru_cache

from curation.names import name_key
from curation.slugs import is_path_slug

from .limits import SLUG, TOPIC, VOCABULARY
from .lists import Part, Split, as_categories, parts, tell_text, whole
from .records import DEFAULT_VOCABULARY, TopicRef
from .source import Source, plain_name
from .values import Value, shown

_TOPIC_PATH = re.compile(r"/?topic/([^/?#\s]+)/?")
#: The key that repeats the categories, and stands in where there are none.
COPY = "openProjectCustomFields.medigyTopics"
#: The keys of topics, in the order they are read.
KEYS = ("categories", "category", "series")
#: The vocabulary of the series that an item is a part of.
SERIES = "Series"
#: How one text under a key is split.
_SPLITS: dict[str, Split] = {
    **dict.fromkeys(("categories", "category", "series"), as_categories),
    COPY: whole,
}


def topics(source: Source) -> tuple[TopicRef, ...]:
    """Return the item's topics in order, each once whatever its case and spacing."""
    key = next((key for key in ("categories", "category") if source.get(key) not in (None, "", [])), COPY)
    found = read_entries(source, key)
    slugs = _slugs(source, len(found)) if key != "category" else []
    known = {identity(topic): topic for topic in read_topics(source, found, slugs)}
    if key == "categories" and "category" in source.values:
        _add(known, read_topics(source, read_entries(source, "category"), []))
    _check_copies(source, tuple(known.values()))
    if "series" in source.values:
        series = read_topics(source, read_entries(source, "series"), [])
        _add(known, (_in_series(topic) for topic in series))
    return tuple(known.values())


def _add(known: dict[str, TopicRef], topics: Iterable[TopicRef]) -> None:
    for topic in topics:
        known.setdefault(identity(topic), topic)


def _in_series(topic: TopicRef) -> TopicRef:
    return _ref(SERIES, topic.label, "") if topic.vocabulary == DEFAULT_VOCABULARY else topic


def read_entries(source: Source, key: str) -> list[Part]:
    """Return the entries under one of the keys of topics, one text split as that key is."""
    value = source.get(key)
    if value is None:
        return []
    found = list(parts(source, key, _SPLITS[key]))
    if isinstance(value, str) and (key in ("categories", COPY) or "," in value):
        tell_text(source, key, found, always=True)
    return found


def read_topics(source: Source, entries: list[tuple[str, Value]], slugs: list[str]) -> tuple[TopicRef, ...]:
    """Return the topics that a list names; each entry that names none is a warning."""
    found: dict[str, TopicRef] = {}
    for (key, value), slug in zip(entries, slugs or [""] * len(entries), strict=True):
        if topic := _topic(source, key, value, slug):
            found.setdefault(identity(topic), topic)
    return tuple(found.values())


def _topic(source: Source, key: str, value: Value, slug: str) -> TopicRef | None:
    if isinstance(value, dict):
        message = "a mapping, not a text, and ignored; put quotes around “Vocabulary: Label”"
        source.warn("topic-malformed", message, key)
        return None
    text = source.label(value, key, VOCABULARY + TOPIC + 2)
    vocabulary, label = parted(text)
    if not vocabulary or not label:
        if text or value == "":
            message = f"{shown(value)} is no topic and ignored; write “Vocabulary: Label”"
            source.warn("topic-malformed", message, key)
        return None
    if len(vocabulary) > VOCABULARY or len(label) > TOPIC:
        message = f"vocabulary longer than {VOCABULARY} or label longer than {TOPIC} characters, ignored; shorten it"
        source.warn("too-long", message, key)
        return None
    return _ref(vocabulary, label, slug)


@lru_cache(maxsize=5_000)  # files name the same few again and again, and one object is sent between processes once
def _ref(vocabulary: str, label: str, slug: str) -> TopicRef:
    return TopicRef(vocabulary, label, slug)


def parted(text: str) -> tuple[str, str]:
    """Return the vocabulary and the label that a text names, both empty where it names none."""
    if text.startswith(":") or text.endswith(":"):
        return "", ""
    vocabulary, separator, label = text.partition(": ")
    return (vocabulary.strip(), label.strip()) if separator else (DEFAULT_VOCABULARY, text)


def identity(topic: TopicRef) -> str:
    """Return what is equal for two ways of writing a topic, whatever their spelling and the spaces at their colons."""
    return _identity(topic.vocabulary, topic.label)


@lru_cache(maxsize=5_000)
def _identity(vocabulary: str, label: str) -> str:
    text = re.sub(" *: *", ":", f"{name_key(vocabulary)}:{name_key(label)}")
    return text.removeprefix(f"{name_key(DEFAULT_VOCABULARY)}:")


def _slugs(source: Source, count: int) -> list[str]:
    """Return the slugs of `categoryUrl`, or nothing where they cannot be told apart."""
    entries = source.entries("categoryUrl")
    if entries and len(entries) != count:
        message = f"{len(entries)} addresses for {count} categories, ignored; write one for each"
        source.warn("topic-slugs", message, "categoryUrl")
    return [_slug(source, *entry) for entry in entries] if len(entries) == count else []


def _slug(source: Source, key: str, value: Value) -> str:
    match = _TOPIC_PATH.fullmatch(value) if isinstance(value, str) else None
    if match and len(match[1]) <= SLUG and is_path_slug(match[1]):
        return match[1]
    source.warn("topic-slugs", f"{shown(value)} is no topic's address and ignored; write one like topic/name", key)
    return ""


def _check_copies(source: Source, found: tuple[TopicRef, ...]) -> None:
    """Warn where a key that repeats the categories says something else."""
    topics = {identity(topic) for topic in found}
    labels = {name_key(topic.label) for topic in found}
    for key, expected in ((COPY, topics), ("categorySlug", topics), ("categoryLabel", labels)):
        texts = [plain_name(value) for _key, value in source.entries(key) if isinstance(value, str)]
        actual = {name_key(text) if key == "categoryLabel" else _identity(*parted(text)) for text in texts}
        if actual and actual != expected:
            message = "says something else than categories and is ignored; correct or remove it"
            source.warn("derived-differs", message, key)
