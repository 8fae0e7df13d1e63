"""Parse a file: its bytes to a record and to the columns of its item. Makes no query, so it can run in any process."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import unquote

from curation import frontmatter
from curation.frontmatter.limits import MAX_FILE_BYTES
from curation.frontmatter.pickling import PickledByValues
from curation.frontmatter.problems import Problem, Rejected, SectionPage
from curation.frontmatter.reading.cascade import NOTHING_INHERITED, Inherited
from curation.frontmatter.record import Document, ItemRecord
from curation.importing.sources.discover import SourceFile, Unreadable, read_bytes
from curation.items.item_columns import columns_of
from curation.lib.sentences import stops_inside
from curation.markdown import Flavour, Rendered, one_line, render
from curation.markdown.references import Reference, references_in

from .cascades import Cascades

#: Maximum number of unknown shortcodes that the warning about them names.
MAX_SHORTCODES = 5


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file's bytes, the keys that it inherits from the folders above, and the digest of both."""

    source: SourceFile
    data: bytes
    sha256: str
    inherited: Inherited = field(default_factory=dict)

    @property
    def parse_arguments(self) -> tuple[bytes, str, Inherited]:
        """The arguments of `parse_content()`."""
        return self.data, self.source.content_path, self.inherited


@dataclass(frozen=True, slots=True)
class ParseResult(PickledByValues):
    """The parsed content of a file.

    `record` is the document's, in the flavour that was asked for, and `json` is the same as JSON. `columns` are its
    item's, by name. `references` are the pictures and links of its body that lead to this site.
    """

    document: Document
    record: ItemRecord
    json: str
    columns: dict[str, Any]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseRefusal(PickledByValues):
    """The problems for which content cannot become an item ("rejected") or is not meant to be one ("skipped")."""

    outcome: Literal["rejected", "skipped"]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file that can become an item, with its `ParseResult`."""

    source: SourceFile
    sha256: str
    inherited: Inherited
    document: Document
    record: ItemRecord
    json: str
    columns: dict[str, Any]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that cannot become an item, or is not meant to be one, and the problems that are the reason."""

    source: SourceFile
    outcome: Literal["rejected", "skipped"]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that need not be parsed: it is unchanged since the last import, or older than the option `since`.

    `slug` and `item` (an ID) are those of its item. `problems` are of the media files that it points to.
    """

    source: SourceFile
    outcome: Literal["unchanged", "skipped"]
    slug: str
    item: int | None = None
    problems: tuple[Problem, ...] = ()


def load(source: SourceFile, cascades: Cascades | None = None) -> LoadedFile | RefusedFile:
    """Read the bytes of one file, and the keys that it inherits."""
    if source.refused:
        return RefusedFile(source, "rejected", tuple(Problem("error", "archive", reason) for reason in source.refused))
    if source.escapes:
        return reject(source, "escapes", "is a link that leads out of the given folder; give the folder it leads to")
    try:
        data = read_bytes(source.path, MAX_FILE_BYTES)
    except Unreadable as error:
        return reject(source, "unreadable", str(error))
    inherited = cascades.inherited_by(source) if cascades else NOTHING_INHERITED
    # A file has changed, too, if only the keys that it inherits have changed.
    above = json.dumps([(key, value) for key, (value, _origin) in sorted(inherited.items())]) if inherited else ""
    return LoadedFile(source, data, hashlib.sha256(data + above.encode()).hexdigest(), inherited)


def parse_content(
    data: bytes, path: str, inherited: Inherited = NOTHING_INHERITED, flavour: Flavour | None = None
) -> ParseResult | ParseRefusal:
    """Parse the bytes of a file.

    `path` is the path below the content folder. `flavour` overrides that of the body. May take long on hostile input:
    `workers` sets a time limit.
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
        return ParseResult(
            document, record, frontmatter.to_text(record), columns_of(record, rendered), references_in(rendered.html)
        )
    except Rejected as refusal:
        return ParseRefusal("rejected", refusal.problems)
    except SectionPage:
        problem = Problem("note", "section-page", "a section page of the old site, not an item; nothing to do")
        return ParseRefusal("skipped", (problem,))


def _problems_of(rendered: Rendered, document: Document) -> Iterator[Problem]:
    """Yield a problem for each kind of loss or change that rendering the body of a document has caused."""
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
    """Return the warning about the unknown shortcodes of a file, with their lines."""
    above = (document.opening + document.front_matter + document.closing).count("\n")
    named = [f"{unknown.written} in line {above + unknown.line}" for unknown in rendered.unknown[:MAX_SHORTCODES]]
    more = f" and {len(rendered.unknown) - len(named)} more" if len(rendered.unknown) > len(named) else ""
    message = f"nothing is shown of {', '.join(named)}{more}; write what it stands for"
    return Problem("warning", "shortcode", message, "body", above + rendered.unknown[0].line)


def _remote_pictures(number: int) -> Problem:
    subject = f"{number:,} pictures of other hosts are" if number > 1 else "a picture of another host is"
    message = f"{subject} shown as a link, because nothing is fetched; put the file into the static folder to show it"
    return Problem("note", "remote-picture", message, "body")


def _lost_pictures(number: int) -> Problem:
    subject = f"{number:,} pictures are" if number > 1 else "a picture is"
    message = f"{subject} written into the text (data:) or without an address, and not shown; put each into a file"
    return Problem("warning", "lost-picture", message, "body")


def _lost_links(links: tuple[str, ...]) -> Problem:
    reason = "without an address, or with one other than http, https, mailto and tel"
    return Problem("warning", "lost-link", f"{_links_as_text(links)}, {reason}; correct it", "body")


def _missing_parts(links: tuple[str, ...]) -> Problem:
    reason = "because no heading or other part of this body has such an ID"
    return Problem("warning", "missing-part", f"{_links_as_text(links)}, {reason}; correct it", "body")


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


def with_result(file: LoadedFile, result: ParseResult | ParseRefusal) -> ParsedFile | RefusedFile:
    """Return a file together with the result of parsing it."""
    if isinstance(result, ParseRefusal):
        return RefusedFile(file.source, result.outcome, result.problems)
    return ParsedFile(
        file.source,
        file.sha256,
        file.inherited,
        result.document,
        result.record,
        result.json,
        result.columns,
        result.references,
    )


def reject(source: SourceFile, code: str, message: str) -> RefusedFile:
    """Return a rejected file with one error."""
    return RefusedFile(source, "rejected", (Problem("error", code, message),))
