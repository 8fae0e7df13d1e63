"""How lists are written into a file: an entry that stays keeps its text, and so does one that nobody can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from curation.names import name_key
from curation.rendering import one_line
from curation.slugs import is_path_slug, slug_of

from .identity import whole_number
from .offerings import means, read_offering
from .paths import derived_aliases, own_page, site_path
from .records import DEFAULT_VOCABULARY, OfferingRef, TopicRef
from .topics import COPY, identity, parted
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


def _set(file: FileText, key: str, entries: list[Any]) -> None:
    """Write a list, or a single text where one stood."""
    if isinstance(file.get(key), str) and len(entries) <= 1:
        file.set(key, entries[0] if entries else "")
    else:
        file.set(key, entries)


def _entries(file: FileText, key: str) -> list[Value]:
    return [value for _key, value in file.source.entries(key)]


# Names


def labels(key: str) -> Writer:
    """Return a writer of a list of names."""

    def write(file: FileText, names: tuple[str, ...]) -> None:
        old = [(name_key(_label(value)) or None, value) for value in _entries(file, key)]
        _set(file, key, arranged(old, ((name_key(name), as_label(name)) for name in names)))

    return write


def _label(value: Value) -> str:
    return one_line(unescape(value)) if isinstance(value, str) else ""


# Addresses


def aliases(file: FileText, wanted: tuple[str, ...]) -> None:
    """Write the old addresses, but for those that follow from other keys."""
    own = own_page(file.source)
    read = [(site_path(value) if isinstance(value, str) else "", value) for value in _entries(file, "aliases")]
    old = [(path if path != own else None, value) for path, value in read]
    written = {path for path, _value in read}
    derived = set(derived_aliases(file.source, written)) - written
    _set(file, "aliases", arranged(((path or None, value) for path, value in old), _written(wanted, derived)))


def _written(wanted: Iterable[str], derived: set[str]) -> list[tuple[str, str]]:
    return [(path, path if site_path(path) == path else quote(path)) for path in wanted if path not in derived]


# Topics


def topics(file: FileText, wanted: tuple[TopicRef, ...]) -> None:
    """Write the topics, and the keys that repeat them as far as they did so before."""
    source = file.source
    key = "categories" if source.entries("categories") or not source.entries(COPY) else COPY
    before = _entries(file, key)
    after = arranged(
        [(_topic_key(value), value) for value in before],
        [(identity(topic), _category(topic)) for topic in wanted],
    )
    repeating = [copy for copy in _REPEATS if copy != key and _repeats(file, copy, before)]
    known = {identity(topic): f"topic/{topic.slug}" for topic in wanted if topic.slug} | _addresses(file, before)
    _set(file, key, after)
    for copy in repeating:
        file.set(copy, [_REPEATS[copy](_label(value)) for value in after])
    if file.has("categoryUrl"):
        file.set("categoryUrl", [known.get(_topic_key(value), f"topic/{slug_of(_label(value))}") for value in after])


#: The keys that repeat the categories, and how they say one.
_REPEATS: dict[str, Callable[[str], str]] = {
    COPY: lambda category: category,
    "categorySlug": str.lower,
    "categoryLabel": lambda category: parted(category)[1],
}


def _topic_key(value: Value) -> Key:
    vocabulary, label = parted(_label(value))
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
