"""Resolve the pictures and links of bodies, and breadcrumbs: find the rows that they lead to, and store the result.

Items are resolved in batches, with a number of queries that does not depend on the size of the batch, and without any
where no body refers to this site. Code that writes bodies, slugs, aliases or documents calls this, as it calls
`search.index`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Q

from curation.lib.stored_files import PDF_NAME, pdf_name
from curation.markdown.references import (
    BODY,
    REF,
    LinkBases,
    Reference,
    candidates,
    is_dated,
    page_folder,
    page_name,
    path_key,
    references_in,
)
from curation.models import Alias, BodyReference, CuratedItem, FormerDocument, Image, SourceDocument
from curation.models.aliases import normalise_path

from .former_names import current_keys
from .pages import ITEM, STATIC_PAGES, page_of

T = TypeVar("T")
BATCH = 500
KIND = BodyReference.Kind
#: Columns of `BodyReference` that are the result of resolving it.
RESOLVED_COLUMNS = ("name", "image_id", "document", "target_id", "page", "key")
#: The site path of a picture that was uploaded into a body (`picture_paths.picture_href()`).
_UPLOADED = re.compile(r"/images/([0-9a-f]{16})/[^/]+")
_STORED_PDF = re.compile(PDF_NAME)


@dataclass(slots=True)
class ItemReferences:
    """An item, its references as unsaved rows, and the data that is needed to resolve them.

    `files` are the paths of the item's documents. `media` are the files that its primary document points to, by `href`
    (`SourceDocument.media`). `saved` are the rows in the database, by kind and `href`.
    """

    item: CuratedItem
    rows: list[BodyReference]
    files: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    media: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    saved: dict[tuple[str, str], BodyReference] = field(default_factory=dict)

    @property
    def bases(self) -> LinkBases:
        return LinkBases(tuple(self.files), (*self.aliases, self.item.get_absolute_url()))


def refresh_references(items: Iterable[CuratedItem]) -> None:
    """Resolve the references of saved items; insert, update and delete their rows accordingly."""
    for batch in _batches(items):
        _refresh(batch)


def resolved_references(item: CuratedItem) -> list[BodyReference]:
    """Return the references of an item, resolved but not saved. The item itself need not be saved."""
    entry = ItemReferences(item, unresolved_references(item))
    if item.pk and entry.rows:
        entry.saved = {(row.kind, row.href): row for row in BodyReference.objects.filter(item=item.pk)}
    _look_up([entry])
    return entry.rows


def resolve_references_to(items: Sequence[CuratedItem]) -> None:
    """Resolve the references that match no page yet and name a file, slug or alias of some items."""
    names = {page_name(item.slug) for item in items}
    names.update(SourceDocument.objects.filter(item__in=items).values_list("page_name", flat=True))
    names.update(map(page_name, Alias.objects.filter(item__in=items).values_list("path", flat=True)))
    resolve_by_page_name(names, {item.pk for item in items})


def resolve_by_page_name(names: Iterable[str], besides: Iterable[int] = ()) -> None:
    """Resolve the references that match no page yet and have one of some names (`page_name()`).

    References of the items `besides`, by id, are left out.
    """
    unresolved = BodyReference.objects.filter(target=None, page="").exclude(name="").order_by()
    if not unresolved.exists():  # the usual case, and a cheap query
        return
    ids = set(unresolved.filter(name__in=set(names) - {""}).values_list("item", flat=True)) - set(besides)
    for some in _batches(sorted(ids)):
        refresh_references(CuratedItem.objects.filter(pk__in=some))


def resolve_again_by_name(paths: Iterable[str], besides: Iterable[int] = ()) -> None:
    """Resolve again the references to pages with the names of some new files.

    While the file that a link means was missing, the link may have been resolved to another file of the same name.
    References of the items `besides`, by id, are left out.
    """
    names = set(map(page_name, paths)) - {""}
    former = SourceDocument.objects.filter(page_name__in=names).exclude(page_name="").values("item")
    ids = set(BodyReference.objects.filter(target__in=former).order_by().values_list("item", flat=True)) - set(besides)
    for some in _batches(sorted(ids)):
        refresh_references(CuratedItem.objects.filter(pk__in=some))


def refresh_references_to(kind: str, key: str) -> None:
    """Resolve the references again that lead to the page of a topic, publisher, … with a key."""
    leading = BodyReference.objects.filter(page__in=(kind, f"{kind}_timeline"), key=key).order_by()
    for some in _batches(sorted(set(leading.values_list("item", flat=True)))):
        refresh_references(CuratedItem.objects.filter(pk__in=some))


def unresolve_references_to(paths: Iterable[str]) -> None:
    """Clear the targets of references to paths that are now the page of another item.

    `resolve_references_to()` finds their new targets.
    """
    names = {page_name(path) for path in paths}
    BodyReference.objects.filter(target__isnull=False, name__in=names).update(target=None)


def unresolved_references(item: CuratedItem) -> list[BodyReference]:
    """Return the references of an item's body and breadcrumbs as rows, not resolved and not saved."""
    found = [_row(item, reference) for reference in references_in(item.body_html) if is_uncertain(reference)]
    crumbs = item.breadcrumbs if isinstance(item.breadcrumbs, list) else []
    paths = dict.fromkeys(str(crumb.get("path") or "") for crumb in crumbs if isinstance(crumb, dict))
    return [*found, *(_crumb(item, path) for path in paths if needs_reference(path))]


def is_uncertain(reference: Reference) -> bool:
    """Whether a reference needs a row: its target may or may not exist."""
    return reference.is_picture or not _is_static_page(reference.path)


def needs_reference(path: str) -> bool:
    """Whether the path of a breadcrumb needs a row: it is a page of this site that may or may not exist."""
    return path.startswith("/") and not path.startswith("//") and not _is_static_page(path)


def _is_static_page(path: str) -> bool:
    page = page_of(path) if path.startswith("/") else None
    return page is not None and page[0] in STATIC_PAGES


def _row(item: CuratedItem, reference: Reference) -> BodyReference:
    kind = KIND.PICTURE if reference.is_picture else KIND.LINK
    name = "" if reference.is_file else page_name(reference.path)
    return BodyReference(item=item, kind=kind, href=reference.href, name=name)


def _crumb(item: CuratedItem, path: str) -> BodyReference:
    return BodyReference(item=item, kind=KIND.CRUMB, href=path, name=page_name(path))


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


# Writing


def _refresh(items: Sequence[CuratedItem]) -> None:
    entries = {item.pk: ItemReferences(item, unresolved_references(item)) for item in items}
    for row in BodyReference.objects.filter(item__in=entries):
        entries[row.item_id].saved[row.kind, row.href] = row
    referring = [entry for entry in entries.values() if entry.rows or entry.saved]
    if referring:
        _look_up(referring)
        _write(referring)


def _write(entries: Sequence[ItemReferences]) -> None:
    new: list[BodyReference] = []
    changed: list[BodyReference] = []
    gone: list[BodyReference] = []
    unlinked: list[BodyReference] = []
    for entry in entries:
        saved = dict(entry.saved)
        for row in entry.rows:
            before = saved.pop((row.kind, row.href), None)
            if before is None:
                new.append(row)
            elif any(getattr(before, name) != getattr(row, name) for name in RESOLVED_COLUMNS):
                row.pk = before.pk
                changed.append(row)
                if before.document != row.document:
                    unlinked.append(before)
        gone += saved.values()
    former = [FormerDocument(item_id=row.item_id, document=row.document) for row in (*unlinked, *gone) if row.document]
    FormerDocument.objects.bulk_create(former, BATCH, ignore_conflicts=True)
    BodyReference.objects.bulk_create(new, BATCH)
    BodyReference.objects.bulk_update(changed, RESOLVED_COLUMNS, BATCH)
    if gone:
        BodyReference.objects.filter(pk__in=[row.pk for row in gone]).delete()


# Looking up


def _look_up(entries: Sequence[ItemReferences]) -> None:
    """Resolve the references of some items."""
    _load_bases(entries)
    pages = PageLookup((row.href, entry.bases) for entry in entries for row in entry.rows if row.name)
    images = _images(entries)
    for entry in entries:
        for row in entry.rows:
            if row.name or (row.kind == KIND.LINK and not Reference(False, row.href).is_file):
                pages.resolve(row, entry.bases)
            else:
                _find_file(row, entry, images)
    _follow_former_names([row for entry in entries for row in entry.rows if row.page])


def _follow_former_names(rows: Sequence[BodyReference]) -> None:
    """Lead references to pages whose rows have another address now to that address."""
    present = current_keys((row.page, row.key) for row in rows)
    for row in rows:
        row.key = present.get((row.page, row.key), row.key)


def _load_bases(entries: Sequence[ItemReferences]) -> None:
    by_item = {entry.item.pk: entry for entry in entries if entry.item.pk and entry.rows}
    if not by_item:
        return
    documents = SourceDocument.objects.filter(item__in=by_item).order_by("-is_primary", "pk")
    for item, path, is_primary, media in documents.values_list("item", "path", "is_primary", "media"):
        entry = by_item[item]
        if path:
            entry.files.append(path)
        if is_primary:
            entry.media = {use.removeprefix(BODY): found for use, found in media.items() if use.startswith(BODY)}
    for item, path in Alias.objects.filter(item__in=by_item).values_list("item", "path"):
        by_item[item].aliases.append(path)


class PageLookup:
    """Find the items and pages that links may mean, with a fixed number of queries for any number of links."""

    def __init__(self, links: Iterable[tuple[str, LinkBases]]) -> None:
        paths = {path for href, bases in links for path in candidates(href, bases)}
        names = {page_name(path) for path in paths} - {""}
        slugs = {page[1] for page in map(page_of, paths) if page and page[0] == ITEM}
        self._by_file: dict[str, int] = {}
        self._by_key: dict[str, int] = {}
        self._by_name: defaultdict[str, set[int]] = defaultdict(set)
        self._by_address: dict[str, int] = {}
        self._by_slug: dict[str, int] = {}
        if paths:
            self._load(paths, names, slugs)

    def _load(self, paths: set[str], names: set[str], slugs: set[str]) -> None:
        documents = SourceDocument.objects.exclude(path="").order_by()
        columns = ("path", "item", "item__slug")
        by_name = documents.filter(page_name__in=names).exclude(page_name="").values_list(*columns)
        by_slug = documents.filter(item__slug__in=names | slugs).values_list(*columns)
        for path, item, slug in by_name.union(by_slug):
            folder = PurePosixPath(page_folder(path)).parent
            self._by_key.setdefault(path_key(f"{folder}/{slug}"), item)  # the address that Hugo makes from a slug
            self._by_key[path_key(path)] = item
            self._by_file[page_folder(path)] = item  # two files may differ in case alone
            self._by_name[page_name(path)].add(item)
        aliases = Alias.objects.filter(path__in=set(map(normalise_path, paths)))
        self._by_address.update(aliases.values_list("path", "item"))
        self._by_slug.update(CuratedItem.objects.filter(slug__in=slugs).values_list("slug", "pk"))

    def resolve(self, row: BodyReference, bases: LinkBases) -> None:
        """Set the target of a link or breadcrumb: an item, or the name and key of another page."""
        if row.href.startswith("?"):
            row.target_id = row.item_id
            return
        paths = candidates(row.href, bases)
        row.target_id = next(filter(None, map(self._item, paths)), None) or self._item_by_name(row)
        if row.target_id is None:
            pages = (page for page in map(page_of, paths) if page and page[0] != ITEM)
            row.page, row.key = next(pages, ("", ""))

    def _item(self, path: str) -> int | None:
        page = page_of(path)
        if page and page[0] == ITEM and page[1] in self._by_slug:
            return self._by_slug[page[1]]
        by_file = self._by_file.get(page_folder(path.rstrip("/")))
        return self._by_address.get(normalise_path(path)) or by_file or self._by_key.get(path_key(path))

    def _item_by_name(self, row: BodyReference) -> int | None:
        """Return the only item whose file has the name of a `ref`, as Hugo resolves it, or of a dated address, whose
        beginning depends on Jekyll's `permalink` setting.
        """
        items = self._by_name.get(row.name, set()) if row.href.startswith(REF) or is_dated(row.href) else set()
        return next(iter(items)) if len(items) == 1 else None


# Pictures and PDFs


def _images(entries: Sequence[ItemReferences]) -> dict[str, int]:
    """Return the ids of images that files may mean, by SHA-256, by its first 16 digits, and by storage name."""
    digests: set[str] = set()
    starts: set[str] = set()
    names: set[str] = set()
    for entry in entries:
        for reference in _files(entry.rows):
            digests.add(entry.media.get(reference.href, {}).get("sha256", ""))
            if match := _UPLOADED.fullmatch(reference.path):
                starts.add(match[1])
            elif stored := _storage_name(reference.path):
                names.add(stored)
    digests.discard("")
    if not (digests or starts or names):
        return {}
    matches = Q(sha256__in=digests) | Q(file__in=names)
    for start in starts:
        matches |= Q(sha256__gte=start, sha256__lt=f"{start}g")
    rows = Image.objects.filter(matches).order_by("-pk").values_list("pk", "sha256", "file")
    return {key: pk for pk, sha256, name in rows for key in (sha256, sha256[:16], name)}


def _files(rows: Iterable[BodyReference]) -> Iterator[Reference]:
    for row in rows:
        reference = Reference(row.kind == KIND.PICTURE, row.href)
        if row.kind != KIND.CRUMB and reference.is_file:
            yield reference


def _find_file(row: BodyReference, entry: ItemReferences, images: Mapping[str, int]) -> None:
    """Set the stored file of a picture or link: the one found by the import, else an upload, else its former one."""
    reference = Reference(row.kind == KIND.PICTURE, row.href)
    sha256 = entry.media.get(row.href, {}).get("sha256", "")
    # The import's result counts, even if it found no file. A picture that an editor wrote keeps its first file.
    before = None if row.href in entry.media else entry.saved.get((row.kind, row.href))
    stored = _storage_name(reference.path)
    if reference.is_pdf:
        known = stored if _STORED_PDF.fullmatch(stored) else before.document if before else ""
        row.document = pdf_name(sha256) if sha256 else known
        return
    uploaded = _UPLOADED.fullmatch(reference.path)
    found = next((images[key] for key in (sha256, uploaded[1] if uploaded else "", stored) if key in images), None)
    row.image_id = found or (before.image_id if before else None)


def _storage_name(path: str) -> str:
    """Return the storage name of the file that a path is the URL of, or ""."""
    return path.removeprefix(settings.MEDIA_URL) if path.startswith(settings.MEDIA_URL) else ""
