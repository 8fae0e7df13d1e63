"""A file's bytes to a record with its columns ready. Makes no query, so it can run in any process."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import unquote

from curation import frontmatter
from curation.frontmatter.inheritance import NOTHING, Inherited
from curation.frontmatter.limits import MAX_FILE_BYTES
from curation.frontmatter.records import Document, ItemRecord, Problem, Record, Rejected, SectionPage
from curation.importing.cascades import Cascades
from curation.importing.columns import columns_of
from curation.importing.discover import SourceFile, Unreadable, read_bytes
from curation.references import Reference, references_in
from curation.rendering import Flavour, Rendered, excerpt, one_line, render
from curation.sentences import stops_inside

#: Maximum number of unknown shortcodes that the warning about them names.
MAX_SHORTCODES = 5


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's bytes, what it inherits from the folders above, and the digest of both."""

    source: SourceFile
    data: bytes
    sha256: str
    inherited: Inherited = field(default_factory=dict)

    @property
    def work(self) -> tuple[bytes, str, Inherited]:
        """What `understand()` takes."""
        return self.data, self.source.content_path, self.inherited


@dataclass(frozen=True, slots=True)
class Understood(Record):
    """What a file says. `record` is the document's with an empty summary filled from the body, `json` the same as JSON;
    `columns` are its item's, `references` are what its body refers to on this site.
    """

    document: Document
    record: ItemRecord
    json: str
    columns: dict[str, Any]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal(Record):
    """Why a file cannot become an item, or that it is not meant to be one (`skipped`)."""

    outcome: Literal["rejected", "skipped"]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that can become an item."""

    source: SourceFile
    sha256: str
    inherited: Inherited
    document: Document
    record: ItemRecord
    json: str
    columns: dict[str, Any]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was refused, and why."""

    source: SourceFile
    outcome: Literal["rejected", "skipped"]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that need not be parsed: its bytes are those of the last import, or it is older than asked for.

    `problems` are of what it points to, `item` is the id of its item.
    """

    source: SourceFile
    outcome: Literal["unchanged", "skipped"]
    slug: str
    item: int | None = None
    problems: tuple[Problem, ...] = ()


def load(source: SourceFile, cascades: Cascades | None = None) -> Loaded | Refused:
    """Read one file, and what it inherits."""
    if source.refused:
        return Refused(source, "rejected", tuple(Problem("error", "archive", reason) for reason in source.refused))
    if source.escapes:
        return rejected(source, "escapes", "is a link that leads out of the given folder; give the folder it leads to")
    try:
        data = read_bytes(source.path, MAX_FILE_BYTES)
    except Unreadable as error:
        return rejected(source, "unreadable", str(error))
    inherited = cascades.inherited_by(source) if cascades else NOTHING
    # A file is another one, too, where only the folders above it say something else.
    above = json.dumps([(key, value) for key, (value, _origin) in sorted(inherited.items())]) if inherited else ""
    return Loaded(source, data, hashlib.sha256(data + above.encode()).hexdigest(), inherited)


def understand(
    data: bytes, path: str, inherited: Inherited = NOTHING, flavour: Flavour | None = None
) -> Understood | Refusal:
    """Read what a file's bytes say. `path` is that below the content folder, `flavour` that of the body, whatever the
    file says.

    May take long on hostile input: `workers` sets the limit.
    """
    try:
        document = frontmatter.read(data, path, inherited)
        record = document.record
        if flavour:
            record = replace(record, flavour=flavour)
        rendered = render(record.body, record.flavour)
        if problems := tuple(_problems_of(rendered, document)):
            document = replace(document, problems=(*document.problems, *problems))
        if record.summary and stops_inside(record.summary, rendered.text):
            document = replace(document, problems=(*document.problems, _cut_summary(record.summary)))
        if not record.summary:
            record = replace(record, summary=excerpt(rendered.text))
        return Understood(
            document, record, frontmatter.to_text(record), columns_of(record, rendered), references_in(rendered.html)
        )
    except Rejected as refusal:
        return Refusal("rejected", refusal.problems)
    except SectionPage:
        problem = Problem("note", "section-page", "a section page of the old site, not an item; nothing to do")
        return Refusal("skipped", (problem,))


def _problems_of(rendered: Rendered, document: Document) -> Iterator[Problem]:
    """Yield what was lost or changed while the body of a document was rendered, a problem for each kind."""
    if rendered.unknown:
        yield _unknown_shortcodes(document, rendered)
    if rendered.remote_pictures:
        yield _remote_pictures(rendered.remote_pictures)
    if rendered.lost_pictures:
        yield _lost_pictures(rendered.lost_pictures)
    if rendered.lost_links:
        yield _lost_links(rendered.lost_links)
    if rendered.missing_parts:
        yield _missing_parts(rendered.missing_parts)
    if rendered.hidden:
        yield _hidden(rendered.hidden)
    if rendered.drawings:
        yield _drawings(rendered.drawings)


def _unknown_shortcodes(document: Document, rendered: Rendered) -> Problem:
    """Return the one warning about the shortcodes of a file that nothing is shown of, with the lines of the file."""
    above = (document.opening + document.front_matter + document.closing).count("\n")
    named = [f"{unknown.written} in line {above + unknown.line}" for unknown in rendered.unknown[:MAX_SHORTCODES]]
    more = f" and {len(rendered.unknown) - len(named)} more" if len(rendered.unknown) > len(named) else ""
    message = f"nothing is shown of {', '.join(named)}{more}; write what it stands for"
    return Problem("warning", "shortcode", message, "body", above + rendered.unknown[0].line)


def _remote_pictures(number: int) -> Problem:
    subject = f"{number:,} pictures of other hosts are" if number > 1 else "a picture of another host is"
    message = f"{subject} shown as a link, for nothing is fetched; put the file into the static folder to show it"
    return Problem("note", "remote-picture", message, "body")


def _lost_pictures(number: int) -> Problem:
    subject = f"{number:,} pictures are" if number > 1 else "a picture is"
    message = f"{subject} written into the text (data:) or without an address, and not shown; put each into a file"
    return Problem("warning", "lost-picture", message, "body")


def _lost_links(links: tuple[str, ...]) -> Problem:
    why = "without an address, or with one that is none of http, https, mailto and tel"
    return Problem("warning", "lost-link", f"{_links_as_text(links)}, {why}; correct it", "body")


def _missing_parts(links: tuple[str, ...]) -> Problem:
    why = "for no heading or other part of this body has such an id"
    return Problem("warning", "missing-part", f"{_links_as_text(links)}, {why}; correct it", "body")


def _hidden(number: int) -> Problem:
    subject = f"{number:,} parts of the body are" if number > 1 else "a part of the body is"
    message = f"{subject} hidden at the source (hidden, display: none), and not shown; write it without that to show it"
    return Problem("warning", "hidden-part", message, "body")


def _drawings(number: int) -> Problem:
    subject = f"{number:,} drawings or formulas" if number > 1 else "a drawing or formula"
    message = f"nothing is shown of {subject} in the text (svg, math); put each into a picture to show it"
    return Problem("note", "drawing", message, "body")


def _links_as_text(links: tuple[str, ...]) -> str:
    more = f" and {len(links) - 1:,} more" if len(links) > 1 else ""
    return f"a link to “{one_line(unquote(links[0]))[:100]}”{more} {'are' if more else 'is'} shown as text"


def _cut_summary(summary: str) -> Problem:
    message = f"“…{summary[-40:]}” stops inside a sentence, so readers get the start of the body; write whole sentences"
    return Problem("warning", "summary-cut", message)


def parsed(file: Loaded, result: Understood | Refusal) -> Parsed | Refused:
    """Return a file together with what was read from it."""
    if isinstance(result, Refusal):
        return Refused(file.source, result.outcome, result.problems)
    return Parsed(
        file.source,
        file.sha256,
        file.inherited,
        result.document,
        result.record,
        result.json,
        result.columns,
        result.references,
    )


def rejected(source: SourceFile, code: str, message: str) -> Refused:
    """Return a refusal with one error."""
    return Refused(source, "rejected", (Problem("error", code, message),))
