"""An item, and the files that it came from, as files: what an editor changed is changed there, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Literal

from curation.exporting.layout import CONTENT, Layout, picture_href, place_beside, static_path, usual_path
from curation.frontmatter import FileText, Written, compose, rewrite
from curation.frontmatter.offerings import means
from curation.frontmatter.paths import page_path
from curation.frontmatter.records import ItemRecord, MediaRef, OfferingRef, Rejected, TopicRef
from curation.models import Alias, CuratedItem, Image, SourceDocument
from curation.names import name_key
from curation.references import BODY, path_of
from curation.rendering import excerpt
from curation.snapshot import snapshot

Kind = Literal["kept", "edited", "new"]
#: `SourceDocument.media`.
Found = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Document:
    """A content file to write. `kind` says whether it is as it came in; `media` is where what it points to goes, and
    the name of it in the storage. `problems` tell what the file does not say.
    """

    path: str
    data: bytes
    kind: Kind
    media: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture or PDF in the storage, the site path it has where no file gives it one, and what a file says of it."""

    sha256: str
    name: str
    href: str
    facts: Mapping[str, object]


class ItemFiles:
    """The files of one item: its own, and those `repeats` of it that have another address or link.

    `images` are those that its documents were imported with, by their digest.
    """

    def __init__(self, item: CuratedItem, layout: Layout, images: Mapping[str, Image]) -> None:
        self.item = item
        self.layout = layout
        self.images = images
        self.record = snapshot(item)
        self.excerpt = excerpt(item.body_text)
        rows = list(item.documents.all())
        self.primary = next((row for row in rows if row.is_primary), None)
        by_address = {(row.record["slug"], row.record["source_url"]): row for row in reversed(rows)}
        self.repeats = [row for row in by_address.values() if not row.is_primary]

    def documents(self) -> Iterator[Document]:
        """Yield the item's own file, then further files of it, which give it other addresses and links."""
        if self.primary is None:
            yield self._new(self.layout.new(self.item))
            return
        yield self._own(self.primary)
        for row in self.repeats:
            yield self._repeat(row)

    # Documents

    def _new(self, path: str, *problems: str) -> Document:
        refs, media = self._media(_NOTHING, {}, path)
        written = compose(self._wanted(_NOTHING, refs), self.excerpt, PurePosixPath(path).name)
        return Document(path, written.data, "new", media, (*problems, *_problems(written)))

    def _own(self, row: SourceDocument) -> Document:
        path = self.layout.document(row, self.item.slug)
        try:
            file = FileText(row.data, path.removeprefix(CONTENT), row.inherited)
        except Rejected as refusal:
            return self._new(path, f"made anew: the file that it came from cannot be read any more ({refusal})")
        refs, media = self._media(file.record, row.media, path)
        wanted = replace(self._wanted(file.record, refs), slug=self._slug(row, file))
        if row.record.get("flavour", "commonmark") == wanted.flavour:  # as imported, be it by another choice
            wanted = replace(wanted, flavour=file.record.flavour)
        return self._written(path, row, rewrite(file, wanted, self.excerpt), media)

    def _repeat(self, row: SourceDocument) -> Document:
        """Return a further file of the item: as it came in, but for the text, by which it is known to be the same."""
        path = self.layout.document(row, self.item.slug)
        try:
            file = FileText(row.data, path.removeprefix(CONTENT), row.inherited)
        except Rejected as refusal:
            return Document(path, row.data, "kept", problems=(f"cannot be read any more ({refusal})",))
        wanted = replace(file.record, title=self.record.title, body=self.record.body)
        return self._written(path, row, rewrite(file, wanted, file.record.summary), {})

    def _written(self, path: str, row: SourceDocument, written: Written, media: dict[str, str]) -> Document:
        kind: Kind = "kept" if written.data == row.data else "edited"
        return Document(path, written.data, kind, media, _problems(written))

    # What an item says, in the words of its file

    def _wanted(self, base: ItemRecord, refs: Mapping[str, Any]) -> ItemRecord:
        """Return what the file shall say, where it says `base` now."""
        tags, aliases, offerings = self._tags(base), self._aliases(base), self._offerings(base)
        return replace(self.record, tags=tags, aliases=aliases, offerings=offerings, **refs)

    def _slug(self, row: SourceDocument, file: FileText) -> str:
        """Return the slug to write into a file: the one it has, unless its item got a different slug since the import.

        A file exported under its `mdName` may derive a different slug than before; then the slug is written.
        """
        paths = {row.content_path, usual_path(row.content_path, row.md_name, self.item.slug)}
        said = {FileText(row.data, path, row.inherited).record.slug for path in paths} if len(paths) > 1 else ()
        is_as_given = self.record.slug == row.record["slug"] and len(said) < 2
        return file.record.slug if is_as_given else self.record.slug

    def _tags(self, base: ItemRecord) -> tuple[str, ...]:
        """Return the tags, which the database keeps in no order: those of the file in its order, then by name."""
        place = {name_key(tag): number for number, tag in enumerate(base.tags)}
        return tuple(sorted(self.record.tags, key=lambda tag: (place.get(name_key(tag), len(place)), name_key(tag))))

    def _aliases(self, base: ItemRecord) -> tuple[str, ...]:
        """Return the addresses that lead to the item. One of the file that another item holds was never taken."""
        here = {alias.path for alias in self.item.aliases.all()}
        given = {path for row in self.repeats for path in (page_path(row.record["slug"]), *row.record["aliases"])}
        lost = [path for path in base.aliases if path not in here]
        held = _held(lost) if lost else set()
        return (
            *(path for path in base.aliases if path in here or path in held),
            *sorted(here - given - {*base.aliases}),
        )

    def _offerings(self, base: ItemRecord) -> tuple[OfferingRef, ...]:
        """Return the item's offerings, those that the file names as it names them."""
        named: dict[str, list[OfferingRef]] = {}
        for written in base.offerings:
            named.setdefault(_meant(written, self.record.offerings), []).append(written)
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

    def _media(self, base: ItemRecord, found: Found, path: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the references of a file that goes to a path, by use, and the place and storage name of each file that
        there is, those of its body among them.
        """
        refs: dict[str, MediaRef | None] = {}
        files = self._body_files(found, path)
        for use in ("image", "pdf", "icon"):
            was = found.get(use, {}).get("sha256", "")
            stored = self._stored(use, was)
            beside = place_beside(path, found.get(use, {}).get("beside", "")) if "beside" in found.get(use, {}) else ""
            ref = self._reference(getattr(base, use), was, stored, beside)
            refs[use] = replace(ref, alt=self.item.image_alt) if ref and use == "image" else ref
            if ref and stored:
                is_as_written = ref.href == found.get(use, {}).get("href")
                place = beside if beside and is_as_written else f"static/{static_path(ref.href)}"
                files[place] = stored.name
        return refs, files

    def _body_files(self, found: Found, path: str) -> dict[str, str]:
        """Return the place and storage name of each picture and PDF of the body."""
        files: dict[str, str] = {}
        for reference in self.item.references.all():
            name = reference.image.name if reference.image else reference.document
            beside = found.get(BODY + reference.href, {}).get("beside", "")
            below = static_path(path_of(reference.href))
            place = (place_beside(path, beside) if beside else "") or (f"static/{below}" if below else "")
            if name and place:
                files[place] = name
        return files

    def _reference(
        self, written: MediaRef | None, was: str, stored: Stored | None, beside: str = ""
    ) -> MediaRef | None:
        """Return what a file shall point to: what it does, unless an editor has chosen something else."""
        if (stored.sha256 if stored else "") != was:
            return MediaRef(stored.href, provenance=stored.facts) if stored else None
        if written and stored and not (beside or self.layout.has_place(written.href, was)):
            return replace(written, href=stored.href, provenance=stored.facts)
        return written

    def _stored(self, use: str, was: str) -> Stored | None:
        """Return what an item has now; its publisher's icon is not its own, so that is the one it came with."""
        if use == "pdf":
            name = self.item.pdf.name or ""
            return (
                Stored(PurePosixPath(name).stem, name, f"/documents/{PurePosixPath(name).name}", {}) if name else None
            )
        image = self.item.image if use == "image" else self.images.get(was)
        if image is None:
            return None
        facts = {"format": image.format, "size": [image.height, image.width], "valid": True}
        return Stored(image.sha256, image.file.name, picture_href(image), facts)


#: What a file says that there is none of.
_NOTHING = ItemRecord("", "", "", "", "draft", None)


def _problems(written: Written) -> tuple[str, ...]:
    return tuple(f"{name}: cannot be said in this file's form as it is here" for name in written.unsaid)


def _held(paths: Iterable[str]) -> set[str]:
    """Return those of some paths that lead to an item, as its page or by an alias."""
    by_slug = {path.removeprefix(page_path("")): path for path in paths if path.startswith(page_path(""))}
    pages = CuratedItem.objects.filter(slug__in=by_slug).values_list("slug", flat=True)
    aliases = Alias.objects.filter(path__in=list(paths)).values_list("path", flat=True)
    return {by_slug[slug] for slug in pages} | set(aliases)


def _meant(written: OfferingRef, offerings: Iterable[OfferingRef]) -> str:
    """Return the slug of the offering that a file names, or "". It may have got another address, or a number, since."""
    named_alike = [
        offering
        for offering in offerings
        if name_key(offering.name) == name_key(written.name) and not (offering.external_id and written.external_id)
    ]
    found = [offering for offering in offerings if means(written, offering)] or named_alike
    return found[0].slug if found else ""
