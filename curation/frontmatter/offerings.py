"""Offerings: the one an item is about, and the related ones."""

import re
from collections.abc import Iterator
from dataclasses import replace

from curation.names import name_key
from curation.slugs import is_path_slug, slug_of

from .identity import whole_number
from .limits import OFFERING, SLUG
from .records import OfferingRef
from .source import Source
from .topics import read_topics
from .values import Value, shown

PERMALINK = re.compile(r"/?offering/([^/?#\s]+)/?")


def offerings(source: Source) -> tuple[OfferingRef, ...]:
    """Return the offering that the item is about, marked primary, then the related ones in order, each once."""
    related = list(_related(source))
    found: list[OfferingRef] = []
    for offering in (*_primary(source, related), *related):
        place = next((place for place, other in enumerate(found) if _is_same(offering, other)), None)
        if place is None:
            found.append(offering)
        else:
            found[place] = _merged(source, found[place], offering)
    return tuple(found)


def _primary(source: Source, related: list[OfferingRef]) -> Iterator[OfferingRef]:
    value = source.get("offering")
    if isinstance(value, str):
        name = name_key(source.label(value, "offering", OFFERING))
        if known := next((offering for offering in related if name_key(offering.name) == name), None):
            yield replace(known, is_primary=True)
            return
        value = {"label": value} if name else None
    if value is not None and (offering := read_offering(source, "offering", value)):
        yield replace(offering, is_primary=True)


def _related(source: Source) -> Iterator[OfferingRef]:
    for key, value in source.entries("relatedOfferings"):
        if offering := read_offering(source, key, value):
            yield offering


def read_offering(source: Source, key: str, value: Value) -> OfferingRef | None:
    """Return the offering that an entry means, or nothing, with a warning."""
    if not isinstance(value, dict):
        message = f"{shown(value)} is no offering and ignored; write a mapping with label and permalink"
        source.warn("offering-malformed", message, key)
        return None
    inner = source.within(key, value)
    name = inner.name_of("label", OFFERING)
    slug = _slug(inner, name)
    if not name:
        inner.warn("offering-malformed", "an offering without a label is ignored; add one", "label")
    if not name or not slug:
        return None
    return OfferingRef(name, slug, _external_id(inner), read_topics(inner, inner.entries("categories"), []))


def _slug(inner: Source, name: str) -> str:
    permalink = inner.get("permalink")
    if permalink is None or permalink == "":
        slug = slug_of(name)[:SLUG].strip("-")
    else:
        match = PERMALINK.fullmatch(permalink) if isinstance(permalink, str) else None
        slug = match[1] if match and len(match[1]) <= SLUG and is_path_slug(match[1]) else ""
    if name and not slug:
        message = f"{shown(permalink)} is no offering's address, so this one is ignored; write one like /offering/name"
        inner.warn("offering-permalink", message, "permalink")
    return slug


def _external_id(inner: Source) -> str:
    value = inner.get("offeringId")
    number = whole_number(value)
    if not number and value is not None and value != "":
        message = f"{shown(value)} is no whole number below 2^63 and ignored; correct it"
        inner.warn("offering-id", message, "offeringId")
    return number


def means(one: OfferingRef, other: OfferingRef) -> bool:
    """Return whether an offering is another: the one of its number, or, where one has none, of its address."""
    has_numbers = one.external_id != "" != other.external_id
    return one.external_id == other.external_id if has_numbers else one.slug == other.slug


def _is_same(one: OfferingRef, other: OfferingRef) -> bool:
    return one.slug == other.slug or (one.external_id != "" and one.external_id == other.external_id)


def _merged(source: Source, first: OfferingRef, second: OfferingRef) -> OfferingRef:
    """Return an offering named twice: as first said, with what only the second says."""
    named_alike = name_key(first.name) == name_key(second.name) and first.slug == second.slug
    ids_differ = first.external_id != "" != second.external_id and first.external_id != second.external_id
    if ids_differ or not named_alike:
        message = f"{shown(first.name)} and {shown(second.name)} are one offering by id or permalink; correct one"
        source.warn("offering-twice", message, "relatedOfferings")
    return replace(
        first,
        external_id=first.external_id or second.external_id,
        topics=first.topics or second.topics,
    )
