"""How lists are written into a file: an entry that stays keeps its text, and so does one that nobody can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from curation.names import name_key
from curation.slugs import is_path_slug, slug_of

from .identity import whole_number
from .lists import SEPARATORS, Split, as_categories, named, parts, whole
from .lists import label as _label
from .offerings import means, read_offering
from .paths import ALIAS_KEYS, alias_path, derived_aliases, own_page, site_path
from .records import DEFAULT_VOCABULARY, OfferingRef, TopicRef
from .topics import COPY, SERIES, identity, parted, read_entries
from .topics import KEYS as TOPIC_KEYS
from .values import Value
from .writers import Writer, as_label

if TYPE_CHECKING:
    from .file_text import FileText

#: What an entry is known by; `None` for one that says nothing that is understood.
Key = str | None


def arranged(old: Iterable[tuple[Key, Value]], wanted: Iterable[tuple[str, Any]]) -> list[Any]:
    """Return a list with the entries wanted, in their order, each as it is written where it is there already.

    Entries that nobody can read come last.
    """
    groups: dict[Key, list[Value]] = {}
    for key, value in old:
        groups.setdefault(key, []).append(value)
    return [entry for key, value in dict(wanted).items() for entry in groups.get(key, [value])] + groups.get(None, [])


def distributed(
    old: Mapping[str, Sequence[tuple[Key, Value]]], wanted: Sequence[tuple[str, Any]], home: str, *, is_ordered: bool
) -> dict[str, list[Any]]:
    """Return the entries of each key of a field that is read from several, one after another.

    An entry stays under its key, new ones go to `home`. Where that cannot say their order, all go there.
    """
    places = {key: {name for name, _value in entries} for key, entries in old.items()}
    keys = [key for key in old if key != home]
    split: dict[str, list[tuple[str, Any]]] = {home: [], **{key: [] for key in keys}}
    for name, value in wanted:
        split[next((key for key in keys if name in places[key] and name not in places.get(home, ())), home)].append(
            (name, value)
        )
    order = [*old] if home in old else [*old, home]
    in_order = [name for key in order for name, _value in split[key]]
    if is_ordered and in_order != [name for name, _value in wanted]:
        every = [entry for entries in old.values() for entry in entries]
        return {home: arranged(every, wanted), **{key: [] for key in keys}}
    return {key: arranged(old.get(key, ()), entries) for key, entries in split.items()}


def _set(file: FileText, key: str, entries: list[Any], split: Split = whole) -> None:
    """Write a list, or one text where one stood that can say it."""
    written = file.get(key)
    if isinstance(written, str) or (isinstance(written, dict) and len(entries) == 1):
        text = ", ".join(entry for entry in entries if isinstance(entry, str))
        read = [piece.strip() for piece in split(file.source, unescape(text))]
        if text == "" or read == [_label(entry) for entry in entries]:
            file.set(key, text)
            return
    file.set(key, entries)


def _entries(file: FileText, key: str) -> list[Value]:
    return [value for _key, value in file.source.entries(key)]


# Names


def labels(keys: Mapping[str, Split], *, is_ordered: bool = True, splits_entries: bool = False) -> Writer:
    """Return a writer of a list of names that is read from some keys."""

    def write(file: FileText, names: tuple[str, ...]) -> None:
        old = {
            key: [(name_key(_label(value)) or None, value) for value in _parts(file, key, split, splits_entries)]
            for key, split in keys.items()
            if file.source.entries(key)
        }
        wanted = [(name_key(name), as_label(name)) for name in names]
        home = next(iter(old), next(iter(keys)))
        for key, entries in distributed(old, wanted, home, is_ordered=is_ordered).items():
            if [name_key(_label(value)) for value in entries] != [name for name, _value in old.get(key, ())]:
                _set(file, key, entries, keys[key])

    return write


def _parts(file: FileText, key: str, split: Split, splits_entries: bool) -> Iterator[Value]:
    """Yield the entries under a key as they can be written again: of a list that is not split, as they stand there."""
    value = file.get(key)
    if isinstance(value, list) and not (splits_entries and any(map(_holds_separator, value))):
        yield from value
    else:
        yield from (part for _key, part in parts(file.source, key, split, splits_entries=splits_entries))


def _holds_separator(value: Value) -> bool:
    name = named(value)
    return isinstance(name, str) and SEPARATORS.search(unescape(name)) is not None


# Addresses


def aliases(file: FileText, wanted: tuple[str, ...]) -> None:
    """Write the old addresses, but for those that follow from other keys."""
    source, own = file.source, own_page(file.source)
    old: dict[str, list[tuple[Key, Value]]] = {}
    for key in ALIAS_KEYS:
        read = [(alias_path(source, value) if isinstance(value, str) else "", value) for value in _entries(file, key)]
        if read:
            old[key] = [(path if path not in ("", own) else None, value) for path, value in read]
    written = {path for entries in old.values() for path, _value in entries if path}
    derived = set(derived_aliases(source, written)) - written
    home = next(iter(old), ALIAS_KEYS[0])
    for key, entries in distributed(old, _written(wanted, derived), home, is_ordered=False).items():
        _set(file, key, entries)


def _written(wanted: Iterable[str], derived: set[str]) -> list[tuple[str, str]]:
    return [(path, path if site_path(path) == path else quote(path)) for path in wanted if path not in derived]


# Topics


def topics(file: FileText, wanted: tuple[TopicRef, ...]) -> None:
    """Write the topics, and the keys that repeat them as far as they did so before."""
    speaking = [key for key in TOPIC_KEYS if file.source.entries(key)]
    if "categories" not in speaking and "category" not in speaking and file.source.entries(COPY):
        speaking.insert(0, COPY)
    home = next((key for key in speaking if key != "series"), "categories")
    old = {key: [(_topic_key(value, key), value) for value in _topic_entries(file, key)] for key in speaking}
    entries = distributed(old, [(identity(topic), _category(topic)) for topic in wanted], home, is_ordered=True)
    known: dict[Key, Any] = {identity(topic): f"topic/{topic.slug}" for topic in wanted if topic.slug}
    _set_topics(file, home, entries.pop(home), known)
    for key, values in entries.items():
        if values != [value for _key, value in old[key]]:
            _set(file, key, values, as_categories)


def _set_topics(file: FileText, key: str, after: list[Any], known: dict[Key, Any]) -> None:
    """Write the topics under the key that speaks first, and those that repeat it."""
    before = _topic_entries(file, key)
    repeating = [copy for copy in _REPEATS if copy != key and _repeats(file, copy, before)]
    known |= _addresses(file, before)
    if after != before:
        _set(file, key, after, as_categories if key != COPY else whole)
    for copy in repeating:
        file.set(copy, [_REPEATS[copy](_label(value)) for value in after])
    if file.has("categoryUrl"):
        file.set("categoryUrl", [known.get(_topic_key(value), f"topic/{slug_of(_label(value))}") for value in after])


def _topic_entries(file: FileText, key: str) -> list[Value]:
    value = file.get(key)
    return value if isinstance(value, list) else [part for _key, part in read_entries(file.source, key)]


#: The keys that repeat the categories, and how they say one.
_REPEATS: dict[str, Callable[[str], str]] = {
    COPY: lambda category: category,
    "categorySlug": str.lower,
    "categoryLabel": lambda category: parted(category)[1],
}


def _topic_key(value: Value, key: str = "") -> Key:
    """Return what the topic of an entry is known by; under `series` one without a vocabulary is a series."""
    vocabulary, label = parted(_label(value))
    if key == "series" and vocabulary == DEFAULT_VOCABULARY:
        vocabulary = SERIES
    return identity(TopicRef(vocabulary, label)) if vocabulary and label else None


def _category(topic: TopicRef) -> str:
    is_plain = topic.vocabulary == DEFAULT_VOCABULARY and ": " not in topic.label
    return as_label(topic.label if is_plain else f"{topic.vocabulary}: {topic.label}")


def _repeats(file: FileText, copy: str, categories: list[Value]) -> bool:
    """Return whether a key is there and says what the categories say."""
    said = [name_key(_label(value)) for value in _entries(file, copy)]
    return file.has(copy) and said == [name_key(_REPEATS[copy](_label(value))) for value in categories]


def _addresses(file: FileText, categories: list[Value]) -> dict[Key, Any]:
    """Return the addresses of topics as the file has them, where there is one for each."""
    addresses = _entries(file, "categoryUrl")
    is_parallel = len(addresses) == len(categories)
    return dict(zip(map(_topic_key, categories), addresses, strict=True)) if is_parallel else {}


# Offerings


def offerings(file: FileText, wanted: tuple[OfferingRef, ...]) -> None:
    """Write the offering that the item is about where that is another one, and the list of the related ones."""
    primary, was = _primary(wanted), _primary(file.source.fields["offerings"])
    if not (primary and was and means(primary, was)) and primary is not was:
        file.set("offering", _mapping(primary) if primary else None)
    old = [(_offering_key(file, value, wanted), value) for value in _entries(file, "relatedOfferings")]
    related = [(offering.slug, _mapping(offering)) for offering in wanted if not offering.is_primary]
    places = [key for key, _value in old]
    if primary and primary.slug in places:  # it stays among the others, too
        related.insert(places.index(primary.slug), (primary.slug, _mapping(primary)))
    file.set("relatedOfferings", arranged(old, related))


def _primary(offerings: Iterable[OfferingRef]) -> OfferingRef | None:
    return next((offering for offering in offerings if offering.is_primary), None)


def _offering_key(file: FileText, value: Value, wanted: Iterable[OfferingRef]) -> Key:
    """Return the slug of the offering wanted that an entry means, or what no other entry is known by."""
    written = read_offering(file.source, "relatedOfferings", value)
    if written is None:
        return None
    return next((offering.slug for offering in wanted if means(written, offering)), "")


def _mapping(offering: OfferingRef) -> dict[str, Any]:
    number, path = whole_number(offering.external_id), f"/offering/{offering.slug}"
    return {
        "label": as_label(offering.name),
        **({"permalink": path} if is_path_slug(offering.slug) else {}),
        **({"categories": [_category(topic) for topic in offering.topics]} if offering.topics else {}),
        **({"offeringId": int(number)} if number else {}),
    }
