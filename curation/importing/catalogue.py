"""What the database knows of a batch of files: looked up once, and kept right while the batch is planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from math import inf

from django.db.models import Count, F, FilteredRelation, Min, Q

from curation.frontmatter import from_json
from curation.frontmatter.limits import SLUG
from curation.frontmatter.paths import page_path
from curation.frontmatter.records import ItemRecord
from curation.importing.discover import is_gone, is_gone_from_disk
from curation.importing.parse import Parsed
from curation.models import Alias, Conflict, CuratedItem, SourceDocument
from curation.slugs import numbered
from curation.snapshot import with_relations

#: Characters of a body from which on it tells an item; many a short one ("Read more at the source.") stands in several.
TELLING_TEXT = 100


@dataclass(slots=True, eq=False)
class Entry:
    """An item, in the database or about to be, with its documents (the primary one first) and its aliases to be.

    `undecided` are the fields with an open conflict.
    """

    item: CuratedItem
    documents: list[SourceDocument] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        """Name the item for a message: its title, its address, and the file it came from."""
        return _name(self.item.title, self.item.slug, self.documents[0].path if self.documents else "")

    @property
    def primary(self) -> SourceDocument | None:
        return next((document for document in self.documents if document.is_primary), None)


@dataclass(slots=True)
class LinkHolders:
    """Items beside those of a batch that have one link: how many, and the first (its ID and its name in messages)."""

    count: int = 0
    first: int | None = None
    name: str = ""


class Catalogue:
    """Items and documents that the files of a batch may be, or collide with. A fixed number of queries a batch.

    `held_elsewhere(key)` is the number of further items with a link that the database does not show (`rehearsal`).
    """

    def __init__(self, batch: Sequence[Parsed], held_elsewhere: Callable[[str], int] = lambda _key: 0) -> None:
        self.entries: dict[int, Entry] = {}
        self.by_path: dict[str, Entry] = {}
        self.by_external_id: dict[tuple[str, str], Entry] = {}
        self.by_md_name: dict[str, Entry] = {}
        self.by_given_slug: dict[str, Entry] = {}
        self.by_content_path: defaultdict[str, list[Entry]] = defaultdict(list)
        self.by_digest: defaultdict[str, list[Entry]] = defaultdict(list)
        self.by_slug: dict[str, Entry] = {}
        self.by_alias: dict[str, Entry] = {}
        self.by_link: defaultdict[str, dict[Entry, None]] = defaultdict(dict)  # in order, each once
        self.holders: dict[str, LinkHolders] = {}
        self.held_elsewhere = held_elsewhere
        self._free_slugs: dict[str, Iterator[str]] = {}
        self._load(batch)

    def _load(self, batch: Sequence[Parsed]) -> None:
        aliases = {path for parsed in batch for path in parsed.record.aliases}
        pages = {page_path(parsed.record.slug) for parsed in batch}
        slugs = {path.rpartition("/")[2] for path in aliases | pages}
        links = {parsed.columns["source_url_key"] for parsed in batch} - {""}
        wanted = (
            Q(pk__in=_documents_like(batch))
            | Q(pk__in=set(Alias.objects.filter(path__in=aliases | pages).values_list("item", flat=True)))
            | Q(slug__in=slugs)
        )
        # Locked, so that what an editor saves meanwhile is written after the batch, and not lost under it.
        items = CuratedItem.objects.filter(wanted).select_for_update(of=("self",))
        for item in with_relations(items).prefetch_related("references__image"):
            entry = Entry(item, aliases=[alias.path for alias in item.aliases.all()])
            self.entries[item.pk] = entry
            self.add(entry)
        for document in SourceDocument.objects.filter(item__in=self.entries):
            self.add_document(self.entries[document.item_id], document)
        for pk, name in Conflict.objects.filter(item__in=self.entries).values_list("item", "field"):
            self.entries[pk].undecided.add(name)
        self.holders = _link_holders(links, self.entries)

    def add(self, entry: Entry) -> None:
        """Register an item under its slug, link and aliases."""
        self.by_slug[entry.item.slug] = entry
        self.by_alias.update(dict.fromkeys(entry.aliases, entry))
        if entry.item.source_url_key:
            self.by_link[entry.item.source_url_key][entry] = None

    def forget(self, entry: Entry, slug: str, link: str) -> None:
        """Take an item away from a slug and link that it had."""
        if slug:
            self.by_slug.pop(slug, None)
        self.by_link[link].pop(entry, None)

    def page_of(self, path: str) -> Entry | None:
        """Return the item whose page a path is."""
        slug = path.rpartition("/")[2]
        return self.by_slug.get(slug) if path == page_path(slug) else None

    def add_document(self, entry: Entry, document: SourceDocument) -> None:
        """Register a document of an item under its path and identity."""
        entry.documents.append(document)
        self.by_path[document.path] = entry
        if document.external_id:
            self.by_external_id[document.source_system, document.external_id] = entry
        if document.md_name:
            self.by_md_name[document.md_name] = entry
        if document.given_slug:
            self.by_given_slug.setdefault(document.given_slug, entry)
        self.by_content_path[document.content_path].append(entry)
        self.by_digest[document.sha256].append(entry)
        if document.source_url_key and not document.is_primary:
            self.by_link[document.source_url_key][entry] = None

    def others_with_link(self, entry: Entry) -> tuple[str, int]:
        """Return the name of the first other item with an entry's link, and the number of all others."""
        key = entry.item.source_url_key
        holders = self.holders.get(key, LinkHolders())
        inside = self.by_link[key]
        first = next((other for other in islice(inside, 2) if other is not entry), None)
        count = len(inside) - (entry in inside) + holders.count + self.held_elsewhere(key)
        if first is None or (holders.first and holders.first < (first.item.pk or inf)):
            return holders.name or "another item", count
        return str(first), count

    def find(self, parsed: Parsed, seen: Set[str]) -> Entry | None:
        """Return the item that a file is, by the first identity that the file has (docs/front-matter.md).

        `seen` are the paths of the run: their files are there, so none of them was renamed.
        """
        identity = parsed.document.identity
        # The path of an upload says nothing: many a story is called `article.md`.
        here = _unnamed(None if parsed.source.is_upload else self.by_path.get(parsed.source.name))
        if identity.external_id:
            return self.by_external_id.get((identity.source_system, identity.external_id)) or here
        if identity.md_name:
            return self.by_md_name.get(identity.md_name) or here
        return self._given(parsed, seen) or here or self._elsewhere(parsed, seen)

    def _given(self, parsed: Parsed, seen: Set[str]) -> Entry | None:
        """Return the item of a slug that a file gives; one that got it otherwise if it has title and text, too."""
        if not (given := parsed.document.identity.given_slug):
            return None
        holder = _unnamed(self.by_slug.get(parsed.record.slug))
        is_seen = holder is not None and any(document.path in seen for document in holder.documents)
        if holder and not is_seen and _is_like(holder.item, parsed.record, both=True):
            return holder
        return _unnamed(self.by_given_slug.get(given))

    def _elsewhere(self, parsed: Parsed, seen: Set[str]) -> Entry | None:
        """Return the item of the same file in another folder (a fresh check-out, an archive) or under another name."""
        for entry, path in self._candidates(parsed, self.by_content_path[parsed.source.content_path], seen):
            is_left = not parsed.source.is_upload and is_gone_from_disk(path)
            if is_left or _knows(entry, parsed.record):
                return entry
        for entry, _path in self._candidates(parsed, self.by_digest[parsed.sha256], seen):
            return entry
        slug = parsed.record.slug
        holders = [self.by_slug[slug]] if slug in self.by_slug else []
        for entry, path in self._candidates(parsed, holders, seen):
            if is_gone(path, seen) and _knows(entry, parsed.record):
                return entry
        return None

    @staticmethod
    def _candidates(parsed: Parsed, entries: Iterable[Entry], seen: Set[str]) -> Iterator[tuple[Entry, str]]:
        """Yield the items whose file was not seen in this run, with its path; those known by a name are not meant.

        A slug that a file gives is such a name: two files that give two slugs are two items, whatever their paths.
        """
        given = parsed.document.identity.given_slug
        for entry in entries:
            primary = entry.primary
            if primary is None or primary.path in seen or not _unnamed(entry):
                continue
            if not given or primary.given_slug in ("", given):
                yield entry, primary.path

    def free_slug(self, slug: str) -> str:
        """Return a slug, with the first number from 2 that no item has, nor an alias of one."""
        names = self._free_slugs.setdefault(slug, _free_numbers(slug))
        return next(name for name in names if name not in self.by_slug)


def _free_numbers(slug: str) -> Iterator[str]:
    """Yield `slug-2`, `slug-3`, … but those that the database has; ever more of them are asked for at once."""
    first, size = 2, 20
    while True:
        names = {page_path(name): name for name in (numbered(slug, n, SLUG) for n in range(first, first + size))}
        taken = set(CuratedItem.objects.filter(slug__in=names.values()).values_list("slug", flat=True))
        aliases = set(Alias.objects.filter(path__in=names).values_list("path", flat=True))
        yield from (name for path, name in names.items() if name not in taken and path not in aliases)
        first, size = first + size, size * 10


def _unnamed(entry: Entry | None) -> Entry | None:
    """Return an item unless something stronger than a slug or a path says which file it is."""
    named = entry is not None and any(document.external_id or document.md_name for document in entry.documents)
    return None if named else entry


def _knows(entry: Entry, record: ItemRecord) -> bool:
    """Whether an item, or its file as the last import read it, has a record's title or text."""
    return _is_like(entry.item, record) or (
        entry.primary is not None and _is_like(from_json(entry.primary.record), record)
    )


def _is_like(one: ItemRecord | CuratedItem, other: ItemRecord, *, both: bool = False) -> bool:
    """Whether two have one title, or one text that is long enough to be of one item; with `both`, title and text."""
    same_title, same_body = one.title == other.title, one.body == other.body
    return (same_title and same_body) if both else same_title or (same_body and len(other.body) >= TELLING_TEXT)


def _name(title: str, slug: str, path: str) -> str:
    """Name an item for a message: its title, its address, and the file it came from."""
    return f"“{title}” ({page_path(slug)}/{f', from {path}' if path else ''})"


def _link_holders(links: Set[str], besides: Iterable[int]) -> dict[str, LinkHolders]:
    """Return who has some links, by source link or in a further document, in three queries; `besides` some items.

    Only the first of each is loaded: a default link of a pipeline is that of all its stories.
    """
    items = CuratedItem.objects.order_by().filter(source_url_key__in=links).exclude(pk__in=besides)
    documents = SourceDocument.objects.order_by().filter(source_url_key__in=links, is_primary=False)
    further = documents.exclude(item__in=besides).exclude(item__source_url_key=F("source_url_key"))
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


def _documents_like(batch: Sequence[Parsed]) -> set[int]:
    """Return the ids of items with a document of an identity, a path or the bytes of a file of the batch."""
    identities = [parsed.document.identity for parsed in batch]
    systems = {identity.source_system for identity in identities}
    ids = {identity.external_id for identity in identities} - {""}
    items = SourceDocument.objects.order_by().values_list("item", flat=True)
    # One by one, and saying what each index leaves out: so they are looked up, and no table is read from end to end.
    by_path = items.filter(path__in=[parsed.source.name for parsed in batch]).exclude(path="")
    by_id = items.filter(source_system__in=systems, external_id__in=ids)
    by_name = items.filter(md_name__in={identity.md_name for identity in identities}).exclude(md_name="")
    found = set(by_path.union(by_id, by_name))
    # A file with an id or a name is known by that alone (`find()`).
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
