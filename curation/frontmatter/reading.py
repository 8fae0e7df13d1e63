"""Bytes of a content file to a `Document`."""

from dataclasses import fields

from .dialects import is_section_page, recognise
from .fields import RULES, unmapped
from .parse import parse
from .records import Document, Identity, ItemRecord, Rejected, SectionPage
from .source import Source
from .split import Parts, split

_IDENTITY_FIELDS = [field.name for field in fields(Identity)]
_RECORD_FIELDS = [field.name for field in fields(ItemRecord)]


def read(data: bytes, name: str) -> Document:
    """Return what a content file says. `name` is its file name without folder, as the operating system gives it.

    Raises `Rejected` with everything that is wrong, or `SectionPage`. Where the file has no description, the record's
    `summary` is "": it is to be taken from the rendered body, and rendering is not done here.
    """
    if is_section_page(name):
        raise SectionPage(name)
    parts = split(data)
    source = interpret(parts, name)
    if source.is_rejected:
        raise Rejected(*source.problems)
    return Document(
        source.dialect,
        parts.format,
        parts.front_matter,
        Identity(**{name: source.fields[name] for name in _IDENTITY_FIELDS}),
        record_of(source),
        tuple(source.problems),
        unmapped(list(source.values)),
        opening=parts.opening,
        closing=parts.closing,
        raw_body=parts.raw_body,
    )


def record_of(source: Source) -> ItemRecord:
    """Return what was read of a file as a record."""
    return ItemRecord(**{name: source.fields[name] for name in _RECORD_FIELDS})


def interpret(parts: Parts, name: str) -> Source:
    """Return a file's values, with every field read from them. Raises `Rejected` where they cannot be parsed."""
    parsed = parse(parts)
    source = Source(name, recognise(parsed.values), parsed, parts.body)
    for rule in RULES:
        source.fields[rule.field] = rule.read(source)
    return source
