"""Offerings: the primary one, which an item is about, and the related ones."""

import re
from collections.abc import Iterator
from dataclasses import replace

from curation.frontmatter.limits import MAX_OFFERING, MAX_SLUG
from curation.frontmatter.record import OfferingRef
from curation.frontmatter.values import Value, quote
from curation.lib.names import name_key
from curation.lib.slugs import is_path_slug, slug_of

from .file_values import FileValues
from .identity import parse_whole_number
from .topics import parse_topics

PERMALINK = re.compile(r"/?offering/([^/?#\s]+)/?")


def read_offerings(file: FileValues) -> tuple[OfferingRef, ...]:
    """Return the primary offering, then the related ones in order, each once."""
    related = list(_read_related(file))
    found: list[OfferingRef] = []
    for offering in (*_read_primary(file, related), *related):
        place = next((place for place, other in enumerate(found) if _is_duplicate(offering, other)), None)
        if place is None:
            found.append(offering)
        else:
            found[place] = _merge_duplicates(file, found[place], offering)
    return tuple(found)


def _read_primary(file: FileValues, related: list[OfferingRef]) -> Iterator[OfferingRef]:
    value = file.get("offering")
    if isinstance(value, str):
        name = name_key(file.label(value, "offering", MAX_OFFERING))
        if known := next((offering for offering in related if name_key(offering.name) == name), None):
            yield replace(known, is_primary=True)
            return
        value = {"label": value} if name else None
    if value is not None and (offering := read_offering(file, "offering", value)):
        yield replace(offering, is_primary=True)


def _read_related(file: FileValues) -> Iterator[OfferingRef]:
    for key, value in file.entries("relatedOfferings"):
        if offering := read_offering(file, key, value):
            yield offering


def read_offering(file: FileValues, key: str, value: Value) -> OfferingRef | None:
    """Return the offering of an entry; or `None`, with a warning."""
    if not isinstance(value, dict):
        message = f"{quote(value)} is not an offering and is ignored; write a mapping with label and permalink"
        file.warn("offering-malformed", message, key)
        return None
    inner = file.within(key, value)
    name = inner.name_of("label", MAX_OFFERING)
    slug = _read_slug(inner, name)
    if not name:
        inner.warn("offering-malformed", "an offering without a label is ignored; add one", "label")
    if not name or not slug:
        return None
    return OfferingRef(name, slug, _read_external_id(inner), parse_topics(inner, inner.entries("categories"), []))


def _read_slug(inner: FileValues, name: str) -> str:
    permalink = inner.get("permalink")
    if permalink is None or permalink == "":
        slug = slug_of(name)[:MAX_SLUG].strip("-")
    else:
        match = PERMALINK.fullmatch(permalink) if isinstance(permalink, str) else None
        slug = match[1] if match and len(match[1]) <= MAX_SLUG and is_path_slug(match[1]) else ""
    if name and not slug:
        message = f"{quote(permalink)} is not the address of an offering, so this one is ignored"
        inner.warn("offering-permalink", f"{message}; write one like /offering/name", "permalink")
    return slug


def _read_external_id(inner: FileValues) -> str:
    value = inner.get("offeringId")
    number = parse_whole_number(value)
    if not number and value is not None and value != "":
        message = f"{quote(value)} is not a whole number below 2^63 and is ignored; correct it"
        inner.warn("offering-id", message, "offeringId")
    return number


def is_same_offering(one: OfferingRef, other: OfferingRef) -> bool:
    """Return whether two references are to one offering: by external id if both have one, else by slug."""
    have_ids = one.external_id != "" != other.external_id
    return one.external_id == other.external_id if have_ids else one.slug == other.slug


def _is_duplicate(one: OfferingRef, other: OfferingRef) -> bool:
    return one.slug == other.slug or (one.external_id != "" and one.external_id == other.external_id)


def _merge_duplicates(file: FileValues, first: OfferingRef, second: OfferingRef) -> OfferingRef:
    """Return the first of two references to one offering, completed by the second."""
    is_named_alike = name_key(first.name) == name_key(second.name) and first.slug == second.slug
    ids_differ = first.external_id != "" != second.external_id and first.external_id != second.external_id
    if ids_differ or not is_named_alike:
        names = f"{quote(first.name)} and {quote(second.name)}"
        message = f"{names} are one offering by id or permalink; correct one"
        file.warn("offering-twice", message, "relatedOfferings")
    return replace(
        first,
        external_id=first.external_id or second.external_id,
        topics=first.topics or second.topics,
    )
