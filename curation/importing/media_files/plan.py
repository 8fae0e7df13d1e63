"""Which media files an item takes from a document: planned from the files that the document points to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.frontmatter.problems import Problem
from curation.frontmatter.record import ItemRecord, MediaRef
from curation.importing.parse import ParsedFile
from curation.importing.sources.discover import SourceFile
from curation.markdown.references import BODY
from curation.models import CuratedItem, Image

from .files import MEDIA_KEYS, DocumentMedia, MediaRejected, MediaUnavailable, body_media, is_pdf, media_warning
from .store import MediaStore


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """The media files of one document.

    `found` becomes `SourceDocument.media`. `to_replace` holds the uses that the item takes from it: "image", "pdf", or
    "body" for all files of the body. `problems` are of files that cannot be used.
    """

    found: dict[str, dict[str, Any]]
    to_replace: frozenset[str]
    problems: tuple[Problem, ...]


def plan_media(parsed: ParsedFile, item: CuratedItem, previous: DocumentMedia, media_store: MediaStore) -> MediaPlan:
    """Read the files that a document points to, and decide which of them its item takes.

    `previous` is the document's `media` as of the last import. An item keeps its file where an editor has replaced it
    since, and where the new one cannot be used.
    """
    reading = _Reading(parsed.source, media_store)
    to_replace = set()
    refs, current = media_refs(parsed.record), _digests(item)
    for use in MEDIA_KEYS:
        before = previous.get(use, {}).get("sha256", "")
        digest = reading.read(use, refs[use].href, before, _picture(item, use)) if use in refs else ""
        if use in current and current[use] == before != digest:
            to_replace.add(use)
    _read_body(reading, parsed, item, previous)
    if body_media(previous) != body_media(reading.found):
        to_replace.add("body")
    return MediaPlan(reading.found, frozenset(to_replace), tuple(reading.problems))


def _read_body(reading: _Reading, parsed: ParsedFile, item: CuratedItem, previous: DocumentMedia) -> None:
    """Read the pictures and PDFs of the body."""
    shown = {row.href: row.image for row in item.references.all() if row.image} if item.pk else {}
    for reference in parsed.references:
        if not reference.is_file:
            continue
        use = BODY + reference.href
        if reference.is_picture and is_pdf(use):
            refusal = MediaRejected("is a PDF, which cannot be shown as a picture; link to it")
            reading.problems.append(media_warning(use, reference.href, refusal))
            continue
        before = previous.get(use, {}).get("sha256", "")
        reading.read(use, reference.href, before, shown.get(reference.href))


class _Reading:
    """The files of one document, read one by one."""

    def __init__(self, source: SourceFile, media_store: MediaStore) -> None:
        self._source = source
        self._media_store = media_store
        self.found: dict[str, dict[str, Any]] = {}
        self.problems: list[Problem] = []

    def read(self, use: str, href: str, before: str, shown: Image | None) -> str:
        """Read one file and return its digest; `before` where it cannot be used.

        `shown` is the image that readers see. Where the file is a copy of that (an export writes images without their
        metadata), the digest is that of the image's original.
        """
        found = self.found[use] = {"href": href, "sha256": before}
        self._read(use, href, found)
        digest = read = str(found["sha256"])
        if shown and self._media_store.is_copy(digest, shown):
            found["sha256"] = digest = shown.sha256
        if digest == before and self._media_store.restore(use, href, digest, read):
            message = f"“{href}” was lost from the site's media, and is stored again"
            self.problems.append(Problem("note", "media-lost", message, MEDIA_KEYS.get(use, "body")))
        return digest

    def _read(self, use: str, href: str, found: dict[str, Any]) -> None:
        before = found["sha256"]
        try:
            located = self._media_store.find(use, href, self._source)
            if located.beside:
                found["beside"] = located.beside
            found["sha256"] = self._media_store.read(use, located)
            found.update(located.stamp)
        except MediaRejected as error:
            found.update(located.stamp)
            self.problems.append(media_warning(use, href, error))
        except MediaUnavailable as error:
            # An upload need not bring files that are stored already.
            if not (before and self._source.is_upload):
                self.problems.append(media_warning(use, href, error))


def media_refs(record: ItemRecord) -> dict[str, MediaRef]:
    """Return the files that a record's front matter names, by use."""
    refs = {"image": record.image, "pdf": record.pdf, "icon": record.icon}
    return {use: ref for use, ref in refs.items() if ref}


def _picture(item: CuratedItem, use: str) -> Image | None:
    """Return the picture of an item that readers see for a use of media."""
    if use == "image":
        return item.image
    return item.publisher.icon if use == "icon" and item.publisher else None


def _digests(item: CuratedItem) -> dict[str, str]:
    """Return the SHA-256 of an item's image and PDF, "" for none."""
    return {"image": item.image.sha256 if item.image else "", "pdf": Path(item.pdf.name or "").stem}
