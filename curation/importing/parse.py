"""A file's bytes to a record with its body rendered. Touches no database, so it can run in any process."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from curation import frontmatter
from curation.frontmatter.limits import MAX_FILE_BYTES
from curation.frontmatter.records import Document, ItemRecord, Problem, Rejected, SectionPage
from curation.importing.discover import SourceFile
from curation.rendering import Rendered, excerpt, render


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's bytes and their digest."""

    source: SourceFile
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that can become an item. `record` is the document's with an empty summary filled from the body."""

    source: SourceFile
    sha256: str
    document: Document
    record: ItemRecord
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot become an item, and why; or one that is not meant to be one (`skipped`)."""

    source: SourceFile
    outcome: Literal["rejected", "skipped"]
    problems: tuple[Problem, ...]


def load(source: SourceFile) -> Loaded | Refused:
    """Read one file."""
    try:
        data = _read(source)
    except OSError as error:
        return rejected(source, "unreadable", f"cannot be read ({error.strerror}); check its permissions")
    return Loaded(source, data, hashlib.sha256(data).hexdigest())


def parse(loaded: Loaded) -> Parsed | Refused:
    """Understand one file. May take long on hostile input: `workers` sets the limit."""
    try:
        document = frontmatter.read(loaded.data, loaded.source.path.name)
    except Rejected as refusal:
        return Refused(loaded.source, "rejected", refusal.problems)
    except SectionPage:
        problem = Problem("note", "section-page", "a section page of the old site, not an item; nothing to do")
        return Refused(loaded.source, "skipped", (problem,))
    rendered = render(document.record.body)
    record = replace(document.record, summary=document.record.summary or excerpt(rendered.text))
    return Parsed(loaded.source, loaded.sha256, document, record, rendered)


def rejected(source: SourceFile, code: str, message: str) -> Refused:
    """Return a refusal with one error."""
    return Refused(source, "rejected", (Problem("error", code, message),))


def _read(source: SourceFile) -> bytes:
    if source.escapes:
        raise OSError(None, "it is a link that leads out of the given folder")
    with source.path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise OSError(None, f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB")
    return data
