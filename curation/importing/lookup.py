"""The items and documents that a batch of files may be, or collide with: looked up once, updated by `apply`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from math import inf

from django.db import connection
from django.db.models import Count, F, FilteredRelation, Min, Q

from curation.frontmatter import from_json
from curation.frontmatter.limits import MAX_SLUG
from curation.frontmatter.reading.paths import page_path
from curation.frontmatter.record import ItemRecord
from curation.importing.sources.discover import is_gone, is_gone_from_disk
from curation.items.bin import FileIdentity, deleted_items_of, taken_back
from curation.items.record import with_record_relations
from curation.items.synonyms import Synonyms
from curation.lib.slugs import numbered
from curation.models import Alias, Conflict, CuratedItem, DeletedItem, SourceDocument, Synonym

from .parse import ParsedFile

#: Minimum length, in characters, of a body that identifies an item. Shorter ones ("Read more at the source.") repeat.
MIN_IDENTIFYING_BODY = 100
#: The IDs of items, each with a field that has an open conflict.
OpenConflicts = frozenset[tuple[int, str]]


@dataclass(slots=True, eq=False)
class KnownItem:
    """An item, in the database or about to be created, as the batch has left it so far.

    `documents` has the primary one first, `aliases` are paths, `open_conflicts` names the fields with an open conflict.
    `is_taken_back`: it was in the bin when it was looked up, because an import was undone.
    """

    item: CuratedItem
    documents: list[SourceDocument] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    open_conflicts: set[str] = field(default_factory=set)
    is_taken_back: bool = False

    def __str__(self) -> str:
        """Name the item for a message: its title, its address, and the file it came from."""
        return _name(self.item.title, self.item.slug, self.documents[0].path if self.documents else "")

    @property
    def is_binned(self) -> bool:
        return self.item.status == CuratedItem.Status.BIN

    @property
    def gives_way(self) -> bool:
        """Whether it is in the bin because an import was undone, so that imports find its files and its slug free."""
        return self.is_binned and self.is_taken_back

    @property
    def primary(self) -> SourceDocument | None:
        return next((document for document in self.documents if document.is_primary), None)


@dataclass(slots=True)
class LinkHolders:
    """Items outside a batch that have one source link: their number, and the ID and name of the first."""

    count: int = 0
    first: int | None = None
    name: str = ""


class Lookup:
    """The known items of a batch by everything that identifies them. Takes a fixed number of queries.

    `count_other_items(link)` is the number of further items with a link that the database does not show (a dry run's).
    """

    def __init__(self, batch: Sequence[ParsedFile], count_other_items: Callable[[str], int] = lambda _key: 0) -> None:
        #: The items that have a row, by ID.
        self.items: dict[int, KnownItem] = {}
        self.by_path: dict[str, KnownItem] = {}
        self.by_external_id: dict[tuple[str, str], KnownItem] = {}
        self.by_md_name: dict[str, KnownItem] = {}
        self.by_given_slug: dict[str, KnownItem] = {}
        self.by_content_path: defaultdict[str, list[KnownItem]] = defaultdict(list)
        self.by_digest: defaultdict[str, list[KnownItem]] = defaultdict(list)
        self.by_slug: dict[str, KnownItem] = {}
        self.by_alias: dict[str, KnownItem] = {}
        #: A dict of items for each link, used as an ordered set.
        self.by_link: defaultdict[str, dict[KnownItem, None]] = defaultdict(dict)
        self._link_holders: dict[str, LinkHolders] = {}
        self._count_other_items = count_other_items
        self._numbered_slugs: dict[str, _NumberedSlugs] = {}
        #: The conflicts of the items before the batch.
        self.open_conflicts: OpenConflicts = frozenset()
        #: The identities of the files of the batch by path, and the items deleted for ever by identity.
        self._digests: dict[str, list[str]] = {}
        self._deleted: dict[str, DeletedItem] = {}
        #: What the names in the files of the batch stand for, and those in the files as of the last import.
        self.synonyms = Synonyms(())
        self._load(batch)

    def _load(self, batch: Sequence[ParsedFile]) -> None:
        aliases = {path for parsed in batch for path in parsed.record.aliases}
        pages = {page_path(parsed.record.slug) for parsed in batch}
        slugs = {path.rpartition("/")[2] for path in aliases | pages}
        links = {parsed.columns["source_url_key"] for parsed in batch} - {""}
        wanted = (
            Q(pk__in=_items_of_documents_like(batch))
            | Q(pk__in=set(Alias.objects.filter(path__in=aliases | pages).values_list("item", flat=True)))
            | Q(slug__in=slugs)
        )
        items = CuratedItem.objects.filter(wanted)
        if connection.in_atomic_block:
            # Locked, so that an editor's save during the batch is written after it, and not overwritten by it.
            items = items.select_for_update(of=("self",))
        for item in with_record_relations(items).prefetch_related("references__image"):
            known = self.items[item.pk] = KnownItem(item)
            self.add(known)
            self.set_aliases(known, (alias.path for alias in item.aliases.all()))
        for document in SourceDocument.objects.filter(item__in=self.items):
            self.add_document(self.items[document.item_id], document)
        self.open_conflicts = conflicts_of(self.items)
        for pk, name in self.open_conflicts:
            self.items[pk].open_conflicts.add(name)
        for pk in taken_back(known.item.pk for known in self.items.values() if known.is_binned):
            self.items[pk].is_taken_back = True
        self._link_holders = _link_holders(links, self.items)
        self._digests = {parsed.source.name: identity_of(parsed).digests() for parsed in batch}
        self._deleted = deleted_items_of(digest for digests in self._digests.values() for digest in digests)
        if Synonym.objects.exists():
            bases = (from_json(known.primary.record) for known in self.items.values() if known.primary)
            self.synonyms = Synonyms([*(parsed.record for parsed in batch), *bases])

    def add(self, known: KnownItem) -> None:
        """Register an item under its slug and link."""
        self.by_slug[known.item.slug] = known
        if known.item.source_url_key and not known.is_binned:
            self.by_link[known.item.source_url_key][known] = None

    def remove(self, known: KnownItem) -> None:
        """Unregister an item from its slug and link, if it has any."""
        if known.item.slug:
            self.by_slug.pop(known.item.slug, None)
        if known.item.source_url_key:
            self.by_link[known.item.source_url_key].pop(known, None)

    def set_aliases(self, known: KnownItem, aliases: Iterable[str]) -> None:
        """Give an item exactly these aliases."""
        for path in known.aliases:
            self.by_alias.pop(path, None)
        known.aliases = list(aliases)
        self.by_alias.update(dict.fromkeys(known.aliases, known))

    def add_document(self, known: KnownItem, document: SourceDocument) -> None:
        """Register a document of an item under its path and identity."""
        known.documents.append(document)
        self.by_path[document.path] = known
        if document.external_id:
            self.by_external_id[document.source_system, document.external_id] = known
        if document.md_name:
            self.by_md_name[document.md_name] = known
        if document.given_slug:
            self.by_given_slug.setdefault(document.given_slug, known)
        self.by_content_path[document.content_path].append(known)
        self.by_digest[document.sha256].append(known)
        if document.source_url_key and not document.is_primary:
            self.by_link[document.source_url_key][known] = None

    def page_of(self, path: str) -> KnownItem | None:
        """Return the item whose page a path is."""
        slug = path.rpartition("/")[2]
        return self.by_slug.get(slug) if path == page_path(slug) else None

    def others_with_link(self, known: KnownItem, link: str) -> tuple[str, int]:
        """Return the name of the first other item with a link (a `url_key`), and the number of all others."""
        outside = self._link_holders.get(link, LinkHolders())
        inside = self.by_link.get(link, {})
        first = next((other for other in islice(inside, 2) if other is not known), None)
        count = len(inside) - (known in inside) + outside.count + self._count_other_items(link)
        if first is None or (outside.first and outside.first < (first.item.pk or inf)):
            return outside.name or "another item", count
        return str(first), count

    def find(self, parsed: ParsedFile, seen: Set[str]) -> KnownItem | None:
        """Return the item that a file is, by the first identity that the file has (docs/front-matter.md).

        `seen` are the paths of the run. Their files exist, so none of them was renamed.
        """
        identity = parsed.document.identity
        # The path of an upload identifies nothing: many stories are called `article.md`.
        here = _unless_identified(None if parsed.source.is_upload else self.by_path.get(parsed.source.name))
        if identity.external_id:
            return self.by_external_id.get((identity.source_system, identity.external_id)) or here
        if identity.md_name:
            return self.by_md_name.get(identity.md_name) or here
        return self._find_by_given_slug(parsed, seen) or here or self._find_elsewhere(parsed, seen)

    @property
    def has_binned_items(self) -> bool:
        return any(known.is_binned for known in self.items.values())

    def find_deleted(self, parsed: ParsedFile) -> DeletedItem | None:
        """Return the item deleted for ever that a file is, by the first identity that the file has."""
        found = (self._deleted.get(digest) for digest in self._digests.get(parsed.source.name, ()))
        return next(filter(None, found), None)

    def _find_by_given_slug(self, parsed: ParsedFile, seen: Set[str]) -> KnownItem | None:
        """Return the item whose file gave the same slug.

        An item that got the slug in another way is meant if it has the same title and the same body, too.
        """
        if not (given := parsed.document.identity.given_slug):
            return None
        holder = _unless_identified(self.by_slug.get(parsed.record.slug))
        is_seen = holder is not None and any(document.path in seen for document in holder.documents)
        if holder and not is_seen and _has_same_content(holder.item, parsed.record, both=True):
            return holder
        return _unless_identified(self.by_given_slug.get(given))

    def _find_elsewhere(self, parsed: ParsedFile, seen: Set[str]) -> KnownItem | None:
        """Return the item of the same file in another folder (a fresh check-out, an archive) or under another name."""
        same_path = self.by_content_path.get(parsed.source.content_path, ())
        for known, path in self._candidates(parsed, same_path, seen):
            is_moved = not parsed.source.is_upload and is_gone_from_disk(path)
            if is_moved or _has_content(known, parsed.record):
                return known
        for known, _path in self._candidates(parsed, self.by_digest.get(parsed.sha256, ()), seen):
            return known
        slug = parsed.record.slug
        holders = [self.by_slug[slug]] if slug in self.by_slug else []
        for known, path in self._candidates(parsed, holders, seen):
            if is_gone(path, seen) and _has_content(known, parsed.record):
                return known
        return None

    @staticmethod
    def _candidates(
        parsed: ParsedFile, known_items: Iterable[KnownItem], seen: Set[str]
    ) -> Iterator[tuple[KnownItem, str]]:
        """Yield the items whose file was not seen in this run, each with the path of that file.

        An item with a stronger identity is left out. A slug that a file gives is one: two files that give two slugs are
        two items, whatever their paths.
        """
        given = parsed.document.identity.given_slug
        for known in known_items:
            primary = known.primary
            if primary is None or primary.path in seen or not _unless_identified(known):
                continue
            if not given or primary.given_slug in ("", given):
                yield known, primary.path

    def free_slug(self, slug: str) -> str:
        """Return a slug with the first number from 2 that no item has, nor an alias of one."""
        numbered_slugs = self._numbered_slugs.get(slug) or _NumberedSlugs(slug)
        self._numbered_slugs[slug] = numbered_slugs
        while numbered_slugs.current in self.by_slug:
            numbered_slugs.advance()
        return numbered_slugs.current


class _NumberedSlugs:
    """The slugs `slug-2`, `slug-3`, … that the database has no item or alias of."""

    def __init__(self, slug: str) -> None:
        self._slugs = _free_numbers(slug)
        self.current = next(self._slugs)

    def advance(self) -> None:
        self.current = next(self._slugs)


def _free_numbers(slug: str) -> Iterator[str]:
    """Yield `slug-2`, `slug-3`, …, without those that the database has. Each query asks for ten times more of them."""
    first, size = 2, 20
    while True:
        names = {page_path(name): name for name in (numbered(slug, n, MAX_SLUG) for n in range(first, first + size))}
        taken = set(CuratedItem.objects.filter(slug__in=names.values()).values_list("slug", flat=True))
        aliases = set(Alias.objects.filter(path__in=names).values_list("path", flat=True))
        yield from (name for path, name in names.items() if name not in taken and path not in aliases)
        first, size = first + size, size * 10


def _unless_identified(known: KnownItem | None) -> KnownItem | None:
    """Return an item unless an external ID or an `mdName`, which are stronger than slug and path, identifies it."""
    named = known is not None and any(document.external_id or document.md_name for document in known.documents)
    return None if named else known


def _has_content(known: KnownItem, record: ItemRecord) -> bool:
    """Whether an item, or its file as of the last import, has a record's title or body."""
    return _has_same_content(known.item, record) or (
        known.primary is not None and _has_same_content(from_json(known.primary.record), record)
    )


def _has_same_content(one: ItemRecord | CuratedItem, other: ItemRecord, *, both: bool = False) -> bool:
    """Whether two have the same title, or the same body if it is long enough; with `both`, the same title and body."""
    same_title, same_body = one.title == other.title, one.body == other.body
    if both:
        return same_title and same_body
    return same_title or (same_body and len(other.body) >= MIN_IDENTIFYING_BODY)


def _name(title: str, slug: str, path: str) -> str:
    """Name an item for a message: its title, its address, and the file it came from."""
    return f"“{title}” ({page_path(slug)}/{f', from {path}' if path else ''})"


def _link_holders(links: Set[str], known: Iterable[int]) -> dict[str, LinkHolders]:
    """Return the items that have some links, as source link or in a further document, without the items `known`.

    Takes three queries and loads the first item of each link only: one default link may be that of all stories.
    """
    items = CuratedItem.objects.not_binned().order_by().filter(source_url_key__in=links).exclude(pk__in=known)
    documents = SourceDocument.objects.order_by().filter(source_url_key__in=links, is_primary=False)
    documents = documents.exclude(item__status=CuratedItem.Status.BIN)
    further = documents.exclude(item__in=known).exclude(item__source_url_key=F("source_url_key"))
    found: defaultdict[str, LinkHolders] = defaultdict(LinkHolders)
    for key, count, first in (
        *items.values_list("source_url_key").annotate(Count("pk"), Min("pk")),
        *further.values_list("source_url_key").annotate(Count("item", distinct=True), Min("item")),
    ):
        found[key].count += count
        found[key].first = min(first, found[key].first or first)
    main = FilteredRelation("documents", condition=Q(documents__is_primary=True))
    firsts = CuratedItem.objects.filter(pk__in={holders.first for holders in found.values()})
    rows = firsts.annotate(main=main).values_list("pk", "title", "slug", "main__path")
    names = {pk: _name(title, slug, path or "") for pk, title, slug, path in rows}
    for holders in found.values():
        holders.name = names.get(holders.first or 0, "")
    return dict(found)


def identity_of(parsed: ParsedFile) -> FileIdentity:
    """Return everything that identifies a file. The path of an upload identifies nothing."""
    identity = parsed.document.identity
    return FileIdentity(
        identity.source_system,
        identity.external_id,
        identity.md_name,
        identity.given_slug,
        "" if parsed.source.is_upload else parsed.source.name,
        parsed.source.content_path,
        parsed.sha256,
        parsed.record.title,
    )


def conflicts_of(items: Iterable[int]) -> OpenConflicts:
    return frozenset(Conflict.objects.filter(item__in=items).values_list("item", "field"))


def _items_of_documents_like(batch: Sequence[ParsedFile]) -> set[int]:
    """Return the IDs of items with a document of the identity, path or bytes of a file of the batch."""
    identities = [parsed.document.identity for parsed in batch]
    systems = {identity.source_system for identity in identities}
    ids = {identity.external_id for identity in identities} - {""}
    items = SourceDocument.objects.order_by().values_list("item", flat=True)
    # One query a column, each with the condition of its partial index, so that none reads the whole table.
    by_path = items.filter(path__in=[parsed.source.name for parsed in batch]).exclude(path="")
    by_id = items.filter(source_system__in=systems, external_id__in=ids)
    by_name = items.filter(md_name__in={identity.md_name for identity in identities}).exclude(md_name="")
    found = set(by_path.union(by_id, by_name))
    # A file with an ID or a name is identified by that only (`find()`).
    others = [
        parsed for parsed in batch if not (parsed.document.identity.external_id or parsed.document.identity.md_name)
    ]
    if not others:
        return found
    given = {parsed.document.identity.given_slug for parsed in others}
    by_slug = items.filter(given_slug__in=given).exclude(given_slug="")
    unnamed = items.filter(external_id="", md_name="")
    below = unnamed.filter(content_path__in={parsed.source.content_path for parsed in others}).exclude(content_path="")
    same = unnamed.filter(sha256__in={parsed.sha256 for parsed in others})
    return found.union(by_slug.union(below, same))
