"""Read a content file: bytes to a `Document`."""

from dataclasses import fields

from curation.frontmatter.dialects import is_section_page, recognise_dialect
from curation.frontmatter.problems import Rejected, SectionPage
from curation.frontmatter.record import Document, Identity, ItemRecord

from .cascade import NOTHING_INHERITED, Inherited, merge_inherited
from .file_values import FileValues
from .key_case import respell
from .parse import parse
from .rules import NAMES, READ_RULES, unmapped
from .split import FileParts, split

_IDENTITY_FIELDS = [field.name for field in fields(Identity)]
_RECORD_FIELDS = [field.name for field in fields(ItemRecord)]


def read(data: bytes, path: str, inherited: Inherited = NOTHING_INHERITED) -> Document:
    """Return the document of a content file. `path` is its path below the imported folder, with `/` as separator.

    `inherited` are the values of `_index.md` files above it. Raises `Rejected` with all problems, or `SectionPage`.
    """
    if is_section_page(path.rpartition("/")[2]):
        raise SectionPage(path)
    parts = split(data)
    file = read_fields(parts, path, inherited)
    if file.is_rejected:
        raise Rejected(*file.problems)
    return Document(
        file.dialect,
        parts.format,
        parts.front_matter,
        Identity(**{name: file.fields[name] for name in _IDENTITY_FIELDS}),
        to_record(file),
        tuple(file.problems),
        unmapped(key for key in file.values if key not in file.inherited),
        opening=parts.opening,
        closing=parts.closing,
        raw_body=parts.raw_body,
    )


def to_record(file: FileValues) -> ItemRecord:
    """Return the fields that were read as a record."""
    return ItemRecord(**{name: file.fields[name] for name in _RECORD_FIELDS})


def read_fields(parts: FileParts, path: str, inherited: Inherited = NOTHING_INHERITED) -> FileValues:
    """Return a file's values, with every field read. Raises `Rejected` if they cannot be parsed."""
    parsed, above = merge_inherited(respell(parse(parts), NAMES), inherited)
    file = FileValues(
        path, recognise_dialect(parsed.values, parts.format, parsed.spelled.values()), parsed, parts.body, above
    )
    file.is_body_alone = parts.is_body_alone
    for key, counts in parsed.repeated:
        file.warn("key-repeated", f"the same key as {counts}, in another case, and ignored; keep one", key)
    for rule in READ_RULES:
        file.fields[rule.field] = rule.read(file)
    return file
