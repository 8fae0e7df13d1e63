"""The content files of an item: those it was imported from, with only the keys of edited fields changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Literal

from curation.frontmatter import FileText, RewrittenFile, compose, from_json, rewrite
from curation.frontmatter.comparison import ENTRY_KEYS, comparable
from curation.frontmatter.problems import Rejected
from curation.frontmatter.reading.offerings import is_same_offering
from curation.frontmatter.reading.paths import page_path
from curation.frontmatter.reading.rules_version import RULES_VERSION
from curation.frontmatter.record import ItemRecord, MediaRef, OfferingRef, TopicRef
from curation.items.record import COLUMNS, record_of
from curation.lib.names import name_key
from curation.lib.stored_files import PDF_FOLDER
from curation.markdown.references import BODY, path_of
from curation.models import Alias, CuratedItem, Image, SourceDocument
from curation.site_links.picture_paths import picture_href, static_path

from .layout import CONTENT, Layout, place_beside, usual_path

Kind = Literal["kept", "edited", "new"]
#: The value of `SourceDocument.media`: facts about each file, by use.
FoundMedia = Mapping[str, Mapping[str, Any]]
#: The fields of a record that an import merges, except the slug, whose rules are its own.
_MERGED_FIELDS = {*COLUMNS, "publisher", *ENTRY_KEYS} - {"slug"}


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """A content file to write. `kind` is "kept" for a file with the bytes of its import.

    `media` maps the path of each file that it refers to, from the export's root on, to its name in the storage.
    `problems` are one sentence for each thing that the file does not express.
    """

    path: str
    data: bytes
    kind: Kind
    media: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A picture or PDF in the storage.

    `href` is its site path unless a content file gives it one, `facts` are the values for `MediaRef.provenance`.
    """

    sha256: str
    name: str
    href: str
    facts: Mapping[str, object]


class ItemFiles:
    """The files of one item: the primary one, and `repeats`, which give it other addresses or links.

    `images` are the images with which its documents were imported, by their SHA-256.
    """

    def __init__(self, item: CuratedItem, layout: Layout, images: Mapping[str, Image]) -> None:
        self.item = item
        self.layout = layout
        self.images = images
        self.record = record_of(item)
        rows = list(item.documents.all())
        self.primary = next((row for row in rows if row.is_primary), None)
        by_address = {(row.record["slug"], row.record["source_url"]): row for row in reversed(rows)}
        self.repeats = [row for row in by_address.values() if not row.is_primary]

    def documents(self) -> Iterator[ExportedDocument]:
        """Yield the item's primary file, then further files of it, which give it other addresses and links."""
        if self.primary is None:
            yield self._new_document(self.layout.new(self.item))
            return
        yield self._own_document(self.primary)
        for row in self.repeats:
            yield self._repeat_document(row)

    # Documents

    def _new_document(self, path: str, *problems: str) -> ExportedDocument:
        refs, media = self._media_references(_EMPTY_RECORD, {}, path)
        written = compose(self._wanted_record(_EMPTY_RECORD, refs), PurePosixPath(path).name)
        return ExportedDocument(path, written.data, "new", media, (*problems, *_problems(written)))

    def _own_document(self, row: SourceDocument) -> ExportedDocument:
        path = self.layout.document(row, self.item.slug)
        try:
            file = FileText(row.data, path.removeprefix(CONTENT), row.inherited)
        except Rejected as refusal:
            return self._new_document(
                path, f"written as a new file: the one that it came from cannot be read any more ({refusal})"
            )
        refs, media = self._media_references(file.record, row.media, path)
        wanted = replace(self._wanted_record(file.record, refs), slug=self._wanted_slug(row, file))
        if row.record.get("flavour", "commonmark") == wanted.flavour:  # as imported, perhaps with the option --flavour
            wanted = replace(wanted, flavour=file.record.flavour)
        if row.rules_version != RULES_VERSION:
            wanted = self._with_unedited_values(wanted, row, file.record)
        return self._exported(path, row, rewrite(file, wanted), media)

    def _repeat_document(self, row: SourceDocument) -> ExportedDocument:
        """Return a further file of the item: unchanged but for title and body, by which an import recognises it."""
        path = self.layout.document(row, self.item.slug)
        try:
            file = FileText(row.data, path.removeprefix(CONTENT), row.inherited)
        except Rejected as refusal:
            return ExportedDocument(path, row.data, "kept", problems=(f"cannot be read any more ({refusal})",))
        wanted = replace(file.record, title=self.record.title, body=self.record.body)
        return self._exported(path, row, rewrite(file, wanted), {})

    def _exported(
        self, path: str, row: SourceDocument, written: RewrittenFile, media: dict[str, str]
    ) -> ExportedDocument:
        kind: Kind = "kept" if written.data == row.data else "edited"
        return ExportedDocument(path, written.data, kind, media, _problems(written))

    # The wanted record

    def _wanted_record(self, base: ItemRecord, refs: Mapping[str, Any]) -> ItemRecord:
        """Return the record to write into a file, whose record is `base` now."""
        tags, aliases, offerings = self._wanted_tags(base), self._wanted_aliases(base), self._wanted_offerings(base)
        return replace(self.record, tags=tags, aliases=aliases, offerings=offerings, **refs)

    def _with_unedited_values(self, wanted: ItemRecord, row: SourceDocument, read: ItemRecord) -> ItemRecord:
        """Return the record to write with the file's own values of all fields that nobody has edited.

        The file was imported by other read rules, so its values may differ from the item's without an edit.
        """
        imported = from_json(row.record)
        unedited = (
            name
            for name in _MERGED_FIELDS
            if comparable(name, getattr(imported, name)) == comparable(name, getattr(self.record, name))
        )
        return replace(wanted, **{name: getattr(read, name) for name in unedited})

    def _wanted_slug(self, row: SourceDocument, file: FileText) -> str:
        """Return the slug to write into a file: its own, unless its item got another one since the import.

        A file that is exported under its `mdName` may derive another slug than before; then the slug is written.
        """
        paths = {row.content_path, usual_path(row.content_path, row.md_name, self.item.slug)}
        slugs = {FileText(row.data, path, row.inherited).record.slug for path in paths} if len(paths) > 1 else ()
        is_unchanged = self.record.slug == row.record["slug"] and len(slugs) < 2
        return file.record.slug if is_unchanged else self.record.slug

    def _wanted_tags(self, base: ItemRecord) -> tuple[str, ...]:
        """Return the tags, which have no order in the database: those of the file in its order, then by name."""
        place = {name_key(tag): number for number, tag in enumerate(base.tags)}
        return tuple(sorted(self.record.tags, key=lambda tag: (place.get(name_key(tag), len(place)), name_key(tag))))

    def _wanted_aliases(self, base: ItemRecord) -> tuple[str, ...]:
        """Return the aliases of the item, and those of the file that another item has, which the import left there."""
        here = {alias.path for alias in self.item.aliases.all()}
        given = {path for row in self.repeats for path in (page_path(row.record["slug"]), *row.record["aliases"])}
        lost = [path for path in base.aliases if path not in here]
        taken = _taken_paths(lost) if lost else set()
        return (
            *(path for path in base.aliases if path in here or path in taken),
            *sorted(here - given - {*base.aliases}),
        )

    def _wanted_offerings(self, base: ItemRecord) -> tuple[OfferingRef, ...]:
        """Return the item's offerings; those in the file as the file names them."""
        named: dict[str, list[OfferingRef]] = {}
        for written in base.offerings:
            named.setdefault(_slug_of_reference(written, self.record.offerings), []).append(written)
        found: list[OfferingRef] = []
        for offering in self.record.offerings:
            first, *further = named.get(offering.slug) or [self._with_topics(offering)]
            found.append(replace(first, is_primary=offering.is_primary))
            found += [replace(other, is_primary=False) for other in further]
        return tuple(sorted(found, key=lambda offering: not offering.is_primary))

    def _with_topics(self, ref: OfferingRef) -> OfferingRef:
        offerings = (row.offering for row in self.item.itemoffering_set.all())
        topics = next(offering.topics.all() for offering in offerings if offering.slug == ref.slug)
        return replace(ref, topics=tuple(TopicRef(topic.vocabulary.name, topic.label) for topic in topics))

    # Pictures and PDFs

    def _media_references(
        self, base: ItemRecord, found: FoundMedia, path: str
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the references of a file that is written to a path, by use; and the path and storage name of each
        file that it refers to, in its body as well.
        """
        refs: dict[str, MediaRef | None] = {}
        files = self._body_files(found, path)
        for use in ("image", "pdf", "icon"):
            was = found.get(use, {}).get("sha256", "")
            stored = self._stored_media(use, was)
            beside = place_beside(path, found.get(use, {}).get("beside", "")) if "beside" in found.get(use, {}) else ""
            ref = self._reference_to(getattr(base, use), was, stored, beside)
            refs[use] = replace(ref, alt=self.item.image_alt) if ref and use == "image" else ref
            if ref and stored:
                is_as_written = ref.href == found.get(use, {}).get("href")
                place = beside if beside and is_as_written else f"static/{static_path(ref.href)}"
                files[place] = stored.name
        return refs, files

    def _body_files(self, found: FoundMedia, path: str) -> dict[str, str]:
        """Return the path and storage name of each picture and PDF in the body."""
        files: dict[str, str] = {}
        for reference in self.item.references.all():
            name = reference.image.name if reference.image else reference.document
            beside = found.get(BODY + reference.href, {}).get("beside", "")
            below = static_path(path_of(reference.href))
            place = (place_beside(path, beside) if beside else "") or (f"static/{below}" if below else "")
            if name and place:
                files[place] = name
        return files

    def _reference_to(
        self, written: MediaRef | None, was: str, stored: StoredMedia | None, beside: str = ""
    ) -> MediaRef | None:
        """Return the reference to write into a file: its own, unless an editor chose another picture or PDF."""
        if (stored.sha256 if stored else "") != was:
            return MediaRef(stored.href, provenance=stored.facts) if stored else None
        if written and stored and not (beside or self.layout.is_free(written.href, was)):
            return replace(written, href=stored.href, provenance=stored.facts)
        return written

    def _stored_media(self, use: str, was: str) -> StoredMedia | None:
        """Return the item's picture or PDF. The icon is that of the import: a publisher's icon is not the item's."""
        if use == "pdf":
            name = self.item.pdf.name or ""
            return (
                StoredMedia(PurePosixPath(name).stem, name, f"/{PDF_FOLDER}{PurePosixPath(name).name}", {})
                if name
                else None
            )
        image = self.item.image if use == "image" else self.images.get(was)
        if image is None:
            return None
        facts = {"format": image.format, "size": [image.height, image.width], "valid": True}
        return StoredMedia(image.sha256, image.file.name, picture_href(image), facts)


#: The record of a file that does not exist yet.
_EMPTY_RECORD = ItemRecord("", "", "", "", "draft", None)


def _problems(written: RewrittenFile) -> tuple[str, ...]:
    return tuple(f"{name}: cannot be expressed in the format of this file" for name in written.inexpressible)


def _taken_paths(paths: Iterable[str]) -> set[str]:
    """Return those of some paths that are the page or an alias of an item."""
    by_slug = {path.removeprefix(page_path("")): path for path in paths if path.startswith(page_path(""))}
    pages = CuratedItem.objects.filter(slug__in=by_slug).values_list("slug", flat=True)
    aliases = Alias.objects.filter(path__in=list(paths)).values_list("path", flat=True)
    return {by_slug[slug] for slug in pages} | set(aliases)


def _slug_of_reference(written: OfferingRef, offerings: Iterable[OfferingRef]) -> str:
    """Return the slug of the offering that a file names, or "". It may have a new slug or external id since."""
    named_alike = [
        offering
        for offering in offerings
        if name_key(offering.name) == name_key(written.name) and not (offering.external_id and written.external_id)
    ]
    found = [offering for offering in offerings if is_same_offering(written, offering)] or named_alike
    return found[0].slug if found else ""
