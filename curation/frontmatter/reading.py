"""Bytes of a content file to a `Document`."""

from dataclasses import fields

from .dialects import is_section_page, recognise
from .fields import NAMES, RULES, unmapped
from .inheritance import NOTHING, Inherited, with_inherited
from .keys import respelled
from .parse import parse
from .records import Document, Identity, ItemRecord, Rejected, SectionPage
from .source import Source
from .split import Parts, split

_IDENTITY_FIELDS = [field.name for field in fields(Identity)]
_RECORD_FIELDS = [field.name for field in fields(ItemRecord)]


def read(data: bytes, path: str, inherited: Inherited = NOTHING) -> Document:
    """Return what a content file says. `path` is its path below the imported folder, with `/` between its parts.

    `inherited` is what `_index.md` files above say for it. Raises `Rejected` with everything that is wrong, or
    `SectionPage`. Where the file has no description, the record's `summary` is "": it is to be taken from the rendered
    body, and rendering is not done here.
    """
    if is_section_page(path.rpartition("/")[2]):
        raise SectionPage(path)
    parts = split(data)
    source = interpret(parts, path, inherited)
    if source.is_rejected:
        raise Rejected(*source.problems)
    return Document(
        source.dialect,
        parts.format,
        parts.front_matter,
        Identity(**{name: source.fields[name] for name in _IDENTITY_FIELDS}),
        record_of(source),
        tuple(source.problems),
        unmapped(key for key in source.values if key not in source.inherited),
        opening=parts.opening,
        closing=parts.closing,
        raw_body=parts.raw_body,
    )


def record_of(source: Source) -> ItemRecord:
    """Return what was read of a file as a record."""
    return ItemRecord(**{name: source.fields[name] for name in _RECORD_FIELDS})


def interpret(parts: Parts, path: str, inherited: Inherited = NOTHING) -> Source:
    """Return a file's values, with every field read from them. Raises `Rejected` where they cannot be parsed."""
    parsed, above = with_inherited(respelled(parse(parts), NAMES), inherited)
    source = Source(path, recognise(parsed.values, parts.format, parsed.spelled.values()), parsed, parts.body, above)
    source.is_body_alone = parts.is_body_alone
    for key, counts in parsed.repeated:
        source.warn("key-repeated", f"the same key as {counts}, in another case, and ignored; keep one", key)
    for rule in RULES:
        source.fields[rule.field] = rule.read(source)
    return source
