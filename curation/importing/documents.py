"""The columns of a `SourceDocument`, which stores the state of its file as of the last import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from curation import frontmatter
from curation.db.bulk_rows import EncodedJson
from curation.frontmatter.reading.rules_version import RULES_VERSION
from curation.importing.media_files.files import DocumentMedia
from curation.importing.sources.discover import SourceFile
from curation.markdown.references import page_name
from curation.models import SourceDocument

from .lookup import KnownItem
from .parse import ParsedFile


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document, whether or not it has a row yet, and the columns that it gets; none if it stays as it is."""

    row: SourceDocument
    columns: Mapping[str, Any]


def further_document(parsed: ParsedFile, known: KnownItem) -> SourceDocument:
    """Return the document of a file that repeats an item: the row of its path, or a new one."""
    rows = (document for document in known.documents if document.path == parsed.source.name)
    return next(rows, None) or SourceDocument(is_primary=False)


def document_state(document: SourceDocument | None) -> dict[str, Any]:
    """Return the state of a document that an undo restores; {} for one without a row."""
    if document is None or not document.pk:
        return {}
    record = document.record
    return {
        "document": json.loads(record) if isinstance(record, str) else record,
        "document_media": document.media,
        "document_rules_version": document.rules_version,
    }


def document_change(
    parsed: ParsedFile, document: SourceDocument | None, media: DocumentMedia, slug: str
) -> DocumentChange | None:
    """Return the change by which a document stores the present state of its file. `slug` is its item's."""
    if document is None:
        return None
    known = document.path, document.sha256, document.rules_version, document.media, document.is_primary
    if known == (parsed.source.name, parsed.sha256, RULES_VERSION, media, True):
        return DocumentChange(document, {})
    return DocumentChange(document, _document_columns(document, parsed, media, slug))


def _document_columns(document: SourceDocument, parsed: ParsedFile, media: DocumentMedia, slug: str) -> dict[str, Any]:
    content, record = parsed.document, parsed.record
    json_text = parsed.json if slug == record.slug else frontmatter.to_text(replace(record, slug=slug))
    return {
        "source_system": content.identity.source_system,
        "external_id": content.identity.external_id,
        "md_name": content.identity.md_name,
        "dialect": content.dialect,
        "given_slug": content.identity.given_slug,
        "content_path": _content_path(document, parsed.source),
        "path": parsed.source.name,
        "sha256": parsed.sha256,
        "rules_version": RULES_VERSION,
        "inherited": dict(parsed.inherited),
        "front_matter_format": content.format,
        "front_matter": content.front_matter,
        "opening": content.opening,
        "closing": content.closing,
        "raw_body": content.raw_body,
        "record": EncodedJson(json_text),
        "source_url": record.source_url,
        "source_url_key": parsed.columns["source_url_key"],
        "page_name": page_name(parsed.source.name),
        "media": media,
        "imported_at": timezone.now(),
    }


def _content_path(document: SourceDocument, source: SourceFile) -> str:
    """Return the content path to store: the longer one if the file was imported with a folder above it once."""
    here, is_same = source.content_path, document.path == source.name
    return document.content_path if is_same and document.content_path.endswith(f"/{here}") else here
