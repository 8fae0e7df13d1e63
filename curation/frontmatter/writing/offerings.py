"""The writer of offerings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from curation.frontmatter.reading.identity import parse_whole_number
from curation.frontmatter.reading.offerings import is_same_offering, read_offering
from curation.frontmatter.record import OfferingRef
from curation.frontmatter.values import Value
from curation.lib.slugs import is_path_slug

from .file_text import FileText
from .lists import EntryKey, entry_values, merged_entries
from .texts import as_label
from .topics import category


def write_offerings(file: FileText, wanted: tuple[OfferingRef, ...]) -> None:
    """Write the primary offering, if that is another one, and the list of the related ones."""
    primary, before = _primary(wanted), _primary(file.current.fields["offerings"])
    if not (primary and before and is_same_offering(primary, before)) and primary is not before:
        file.set("offering", _mapping(primary) if primary else None)
    old = [(_entry_key(file, value, wanted), value) for value in entry_values(file, "relatedOfferings")]
    related = [(offering.slug, _mapping(offering)) for offering in wanted if not offering.is_primary]
    slugs = [slug for slug, _value in old]
    if primary and primary.slug in slugs:  # the primary one may be among the related ones as well, and stays there
        related.insert(slugs.index(primary.slug), (primary.slug, _mapping(primary)))
    file.set("relatedOfferings", merged_entries(old, related))


def _primary(offerings: Iterable[OfferingRef]) -> OfferingRef | None:
    return next((offering for offering in offerings if offering.is_primary), None)


def _entry_key(file: FileText, value: Value, wanted: Iterable[OfferingRef]) -> EntryKey:
    """Return the slug of the wanted offering that an entry names, "" if it names another one, `None` if none."""
    written = read_offering(file.current, "relatedOfferings", value)
    if written is None:
        return None
    return next((offering.slug for offering in wanted if is_same_offering(written, offering)), "")


def _mapping(offering: OfferingRef) -> dict[str, Any]:
    number, path = parse_whole_number(offering.external_id), f"/offering/{offering.slug}"
    return {
        "label": as_label(offering.name),
        **({"permalink": path} if is_path_slug(offering.slug) else {}),
        **({"categories": [category(topic) for topic in offering.topics]} if offering.topics else {}),
        **({"offeringId": int(number)} if number else {}),
    }
