"""What the pictures and links of bodies, and breadcrumbs, lead to: looked up for a batch of items at a time, and kept.

A number of queries that does not depend on the batch, and none besides where nothing refers to this site. Called by
whatever writes bodies, slugs, aliases or documents, as `search.index` is.
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

from curation.models import Alias, BodyReference, CuratedItem, Image, SourceDocument
from curation.models.documents import discard_pdf
from curation.models.redirects import normalise_path
from curation.references import (
    BODY,
    REF,
    Base,
    Reference,
    candidates,
    is_dated,
    page_folder,
    page_key,
    page_name,
    references_in,
)
from curation.sitepages import ALWAYS, ITEM, page_of

Value = TypeVar("Value")
BATCH = 500
KIND = BodyReference.Kind
#: What a reference leads to.
FOUND = ("name", "image_id", "document", "target_id", "page", "key")
#: The site path of a picture that no file has named (`exporting.layout.picture_href`).
_UPLOADED = re.compile(r"/images/([0-9a-f]{16})/[^/]+")
_STORED_PDF = re.compile(r"documents/\w[\w.-]{0,150}\.pdf")


@dataclass(slots=True)
class Subject:
    """An item with its references, as rows that are not saved, and what is needed to resolve them.

    `media` is what its own file's pictures were found as (`SourceDocument.media`), by `href`; `known` are the rows that
    there are.
    """

    item: CuratedItem
    wanted: list[BodyReference]
    files: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    media: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    known: dict[tuple[str, str], BodyReference] = field(default_factory=dict)

    @property
    def base(self) -> Base:
        return Base(tuple(self.files), (*self.aliases, self.item.get_absolute_url()))


def refresh(items: Iterable[CuratedItem]) -> None:
    """Write what the bodies and breadcrumbs of saved items refer to, and delete what they no longer do."""
    for batch in _batches(items):
        _refresh(batch)


def resolve(item: CuratedItem) -> list[BodyReference]:
    """Return what an item's body and breadcrumbs refer to, resolved, not saved; the item itself need not be saved."""
    subject = Subject(item, wanted(item))
    if item.pk and subject.wanted:
        subject.known = {(row.kind, row.href): row for row in BodyReference.objects.filter(item=item.pk)}
    _look_up([subject])
    return subject.wanted


def arrived(items: Sequence[CuratedItem]) -> None:
    """Resolve the references that waited for pages of some items: for their files, slugs or aliases."""
    names = {page_name(item.slug) for item in items}
    names.update(SourceDocument.objects.filter(item__in=items).values_list("page_name", flat=True))
    names.update(map(page_name, Alias.objects.filter(item__in=items).values_list("path", flat=True)))
    arrived_names(names, {item.pk for item in items})


def arrived_names(names: Iterable[str], besides: Iterable[int] = ()) -> None:
    """Resolve the references that wait for pages of some names (`page_name()`), `besides` those of some items."""
    waiting = BodyReference.objects.filter(target=None, page="").exclude(name="").order_by()
    if not waiting.exists():  # which is soon known, and so it is mostly
        return
    ids = set(waiting.filter(name__in=set(names) - {""}).values_list("item", flat=True)) - set(besides)
    for some in _batches(sorted(ids)):
        refresh(CuratedItem.objects.filter(pk__in=some))


def appeared(paths: Iterable[str], besides: Iterable[int] = ()) -> None:
    """Resolve again what leads to pages of the names of some new files, `besides` the references of some items: where
    the file that a link means was missing, another of its name may have stood for it.
    """
    names = set(map(page_name, paths)) - {""}
    former = SourceDocument.objects.filter(page_name__in=names).exclude(page_name="").values("item")
    ids = set(BodyReference.objects.filter(target__in=former).order_by().values_list("item", flat=True)) - set(besides)
    for some in _batches(sorted(ids)):
        refresh(CuratedItem.objects.filter(pk__in=some))


def released(paths: Iterable[str]) -> None:
    """Forget which items some addresses led to that are another item's own by now; `arrived()` looks them up again."""
    names = {page_name(path) for path in paths}
    BodyReference.objects.filter(target__isnull=False, name__in=names).update(target=None)


def wanted(item: CuratedItem) -> list[BodyReference]:
    """Return an item's references, not resolved and not saved."""
    found = [_row(item, reference) for reference in references_in(item.body_html) if is_uncertain(reference)]
    crumbs = item.breadcrumbs if isinstance(item.breadcrumbs, list) else []
    paths = dict.fromkeys(str(crumb.get("path") or "") for crumb in crumbs if isinstance(crumb, dict))
    return [*found, *(_crumb(item, path) for path in paths if needs_row(path))]


def is_uncertain(reference: Reference) -> bool:
    """Whether a reference leads to something that may or may not be there, and so has a row."""
    return reference.is_picture or not _is_always_there(reference.path)


def needs_row(path: str) -> bool:
    """Whether a breadcrumb leads to a page of this site that may or may not be there."""
    return path.startswith("/") and not path.startswith("//") and not _is_always_there(path)


def _is_always_there(path: str) -> bool:
    page = page_of(path) if path.startswith("/") else None
    return page is not None and page[0] in ALWAYS


def _row(item: CuratedItem, reference: Reference) -> BodyReference:
    kind = KIND.PICTURE if reference.is_picture else KIND.LINK
    name = "" if reference.is_file else page_name(reference.path)
    return BodyReference(item=item, kind=kind, href=reference.href, name=name)


def _crumb(item: CuratedItem, path: str) -> BodyReference:
    return BodyReference(item=item, kind=KIND.CRUMB, href=path, name=page_name(path))


def _batches(values: Iterable[Value]) -> Iterator[list[Value]]:
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


# Writing


def _refresh(items: Sequence[CuratedItem]) -> None:
    subjects = {item.pk: Subject(item, wanted(item)) for item in items}
    for row in BodyReference.objects.filter(item__in=subjects):
        subjects[row.item_id].known[row.kind, row.href] = row
    busy = [subject for subject in subjects.values() if subject.wanted or subject.known]
    if busy:
        _look_up(busy)
        _write(busy)


def _write(subjects: Sequence[Subject]) -> None:
    new: list[BodyReference] = []
    changed: list[BodyReference] = []
    gone: list[int] = []
    for subject in subjects:
        known = dict(subject.known)
        for row in subject.wanted:
            before = known.pop((row.kind, row.href), None)
            if before is None:
                new.append(row)
            elif any(getattr(before, name) != getattr(row, name) for name in FOUND):
                row.pk = before.pk
                changed.append(row)
                if before.document != row.document:
                    discard_pdf(before.document)
        gone += [row.pk for row in known.values()]
    BodyReference.objects.bulk_create(new, BATCH)
    BodyReference.objects.bulk_update(changed, FOUND, BATCH)
    if gone:
        BodyReference.objects.filter(pk__in=gone).delete()


# Looking up


def _look_up(subjects: Sequence[Subject]) -> None:
    """Resolve the references of some items."""
    _load_bases(subjects)
    pages = Pages((row.href, subject.base) for subject in subjects for row in subject.wanted if row.name)
    images = _images(subjects)
    for subject in subjects:
        for row in subject.wanted:
            if row.name or (row.kind == KIND.LINK and not Reference(False, row.href).is_file):
                pages.resolve(row, subject.base)
            else:
                _find_file(row, subject, images)


def _load_bases(subjects: Sequence[Subject]) -> None:
    by_item = {subject.item.pk: subject for subject in subjects if subject.item.pk and subject.wanted}
    if not by_item:
        return
    documents = SourceDocument.objects.filter(item__in=by_item).order_by("-is_primary", "pk")
    for item, path, is_primary, media in documents.values_list("item", "path", "is_primary", "media"):
        subject = by_item[item]
        if path:
            subject.files.append(path)
        if is_primary:
            subject.media = {use.removeprefix(BODY): found for use, found in media.items() if use.startswith(BODY)}
    for item, path in Alias.objects.filter(item__in=by_item).values_list("item", "path"):
        by_item[item].aliases.append(path)


class Pages:
    """The items and pages that links may mean. A fixed number of queries for any number of links."""

    def __init__(self, links: Iterable[tuple[str, Base]]) -> None:
        paths = {path for href, base in links for path in candidates(href, base)}
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
            self._by_key.setdefault(page_key(f"{folder}/{slug}"), item)  # what Hugo makes of a slug
            self._by_key[page_key(path)] = item
            self._by_file[page_folder(path)] = item  # two files may differ in case alone
            self._by_name[page_name(path)].add(item)
        aliases = Alias.objects.filter(path__in=set(map(normalise_path, paths)))
        self._by_address.update(aliases.values_list("path", "item"))
        self._by_slug.update(CuratedItem.objects.filter(slug__in=slugs).values_list("slug", "pk"))

    def resolve(self, row: BodyReference, base: Base) -> None:
        """Set what a link or breadcrumb leads to: an item, or another page."""
        if row.href.startswith("?"):
            row.target_id = row.item_id
            return
        paths = candidates(row.href, base)
        row.target_id = next(filter(None, map(self._item, paths)), None) or self._item_called(row)
        if row.target_id is None:
            pages = (page for page in map(page_of, paths) if page and page[0] != ITEM)
            row.page, row.key = next(pages, ("", ""))

    def _item(self, path: str) -> int | None:
        page = page_of(path)
        if page and page[0] == ITEM and page[1] in self._by_slug:
            return self._by_slug[page[1]]
        by_file = self._by_file.get(page_folder(path.rstrip("/")))
        return self._by_address.get(normalise_path(path)) or by_file or self._by_key.get(page_key(path))

    def _item_called(self, row: BodyReference) -> int | None:
        """Return the one item whose file has the name that a `ref` gives, as Hugo finds it, or that stands behind a day
        in an address, whatever Jekyll was told to write before it.
        """
        items = self._by_name.get(row.name, set()) if row.href.startswith(REF) or is_dated(row.href) else set()
        return next(iter(items)) if len(items) == 1 else None


# Pictures and PDFs


def _images(subjects: Sequence[Subject]) -> dict[str, int]:
    """Return the ids of the images that files may be, by digest, by its first 16 digits, and by storage name."""
    digests: set[str] = set()
    starts: set[str] = set()
    names: set[str] = set()
    for subject in subjects:
        for reference in _files(subject.wanted):
            digests.add(subject.media.get(reference.href, {}).get("sha256", ""))
            if match := _UPLOADED.fullmatch(reference.path):
                starts.add(match[1])
            elif stored := _storage_name(reference.path):
                names.add(stored)
    digests.discard("")
    if not (digests or starts or names):
        return {}
    asked = Q(sha256__in=digests) | Q(file__in=names)
    for start in starts:
        asked |= Q(sha256__gte=start, sha256__lt=f"{start}g")
    rows = Image.objects.filter(asked).order_by("-pk").values_list("pk", "sha256", "file")
    return {key: pk for pk, sha256, name in rows for key in (sha256, sha256[:16], name)}


def _files(rows: Iterable[BodyReference]) -> Iterator[Reference]:
    for row in rows:
        reference = Reference(row.kind == KIND.PICTURE, row.href)
        if row.kind != KIND.CRUMB and reference.is_file:
            yield reference


def _find_file(row: BodyReference, subject: Subject, images: Mapping[str, int]) -> None:
    """Set which stored file a picture or link means: the one found at the import, one uploaded, or the one it had."""
    reference = Reference(row.kind == KIND.PICTURE, row.href)
    sha256 = subject.media.get(row.href, {}).get("sha256", "")
    # What the file said is so, even that there was nothing; an editor's picture stays as it was found first.
    before = None if row.href in subject.media else subject.known.get((row.kind, row.href))
    stored = _storage_name(reference.path)
    if reference.is_pdf:
        known = stored if _STORED_PDF.fullmatch(stored) else before.document if before else ""
        row.document = f"documents/{sha256}.pdf" if sha256 else known
        return
    uploaded = _UPLOADED.fullmatch(reference.path)
    found = next((images[key] for key in (sha256, uploaded[1] if uploaded else "", stored) if key in images), None)
    row.image_id = found or (before.image_id if before else None)


def _storage_name(path: str) -> str:
    """Return the name of the stored file that a path is the address of, or ""."""
    return path.removeprefix(settings.MEDIA_URL) if path.startswith(settings.MEDIA_URL) else ""
