"""A file's bytes to a record with its body rendered. Touches no database, so it can run anywhere."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from curation import frontmatter
from curation.frontmatter.records import Document, ItemRecord, Problem, Rejected, SectionPage
from curation.importing.discover import SourceFile
from curation.rendering import Rendered, excerpt, render

#: A file larger than this is not read.
MAX_FILE_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that can become an item. `record` is the document's with an empty summary filled from the body."""

    source: SourceFile
    sha256: str
    document: Document
    record: ItemRecord
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose bytes are those of the last import."""

    source: SourceFile


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot become an item, and why; or one that is not meant to be one (`skipped`)."""

    source: SourceFile
    outcome: Literal["rejected", "skipped"]
    problems: tuple[Problem, ...]


def parse(source: SourceFile, known_sha256: str) -> Parsed | Unchanged | Refused:
    """Read and understand one file. `known_sha256` is its digest at the last import, or ""."""
    try:
        data = _read(source)
    except OSError as error:
        return _rejected(source, "unreadable", f"cannot be read ({error.strerror}); check its permissions")
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 == known_sha256:
        return Unchanged(source)
    try:
        document = frontmatter.read(data, source.path.name)
    except Rejected as rejected:
        return Refused(source, "rejected", rejected.problems)
    except SectionPage:
        problem = Problem("note", "section-page", "a section page of the old site, not an item; nothing to do")
        return Refused(source, "skipped", (problem,))
    rendered = render(document.record.body)
    record = replace(document.record, summary=document.record.summary or excerpt(rendered.text))
    return Parsed(source, sha256, document, record, rendered)


def _read(source: SourceFile) -> bytes:
    if source.escapes:
        raise OSError(None, "it is a link that leads out of the given folder")
    with source.path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise OSError(None, f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB")
    return data


def _rejected(source: SourceFile, code: str, message: str) -> Refused:
    return Refused(source, "rejected", (Problem("error", code, message),))
