"""A file's bytes to a record with its body rendered. Touches no database, so it can run in any process."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from curation import frontmatter
from curation.frontmatter.limits import MAX_FILE_BYTES
from curation.frontmatter.records import Document, ItemRecord, Problem, Rejected, SectionPage
from curation.importing.discover import SourceFile, Unreadable, read_bytes
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
    if source.refused:
        return Refused(source, "rejected", tuple(Problem("error", "archive", reason) for reason in source.refused))
    if source.escapes:
        return rejected(source, "escapes", "is a link that leads out of the given folder; give the folder it leads to")
    try:
        data = read_bytes(source.path, MAX_FILE_BYTES)
    except Unreadable as error:
        return rejected(source, "unreadable", str(error))
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
