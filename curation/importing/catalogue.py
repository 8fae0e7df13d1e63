"""What the database knows of a batch of files: looked up once, and kept right while the batch is planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from django.db.models import Q

from curation.frontmatter.paths import page_path
from curation.importing.parse import Parsed
from curation.links import url_key
from curation.models import Alias, Conflict, CuratedItem, SourceDocument
from curation.snapshot import with_relations


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
        origin = f", from {self.documents[0].path}" if self.documents and self.documents[0].path else ""
        return f"“{self.item.title}” ({page_path(self.item.slug)}/{origin})"

    @property
    def primary(self) -> SourceDocument | None:
        return next((document for document in self.documents if document.is_primary), None)


class Catalogue:
    """Items and documents that the files of a batch may be, or collide with. A fixed number of queries a batch."""

    def __init__(self, batch: Sequence[Parsed]) -> None:
        self.entries: dict[int, Entry] = {}
        self.by_path: dict[str, Entry] = {}
        self.by_external_id: dict[tuple[str, str], Entry] = {}
        self.by_md_name: dict[str, Entry] = {}
        self.by_slug: dict[str, Entry] = {}
        self.by_alias: dict[str, Entry] = {}
        self.by_link: defaultdict[str, list[Entry]] = defaultdict(list)
        self._load(batch)

    def _load(self, batch: Sequence[Parsed]) -> None:
        aliases = {path for parsed in batch for path in parsed.record.aliases}
        pages = {page_path(parsed.record.slug) for parsed in batch}
        slugs = {path.rpartition("/")[2] for path in aliases | pages}
        links = {url_key(parsed.record.source_url) for parsed in batch} - {""}
        wanted = (
            Q(pk__in=_documents_like(batch, links))
            | Q(pk__in=set(Alias.objects.filter(path__in=aliases | pages).values_list("item", flat=True)))
            | Q(slug__in=slugs)
            | Q(source_url_key__in=links)
        )
        # Locked, so that what an editor saves meanwhile is written after the batch, and not lost under it.
        items = CuratedItem.objects.filter(wanted).select_for_update(of=("self",))
        for item in with_relations(items):
            entry = Entry(item, aliases=[alias.path for alias in item.aliases.all()])
            self.entries[item.pk] = entry
            self.add(entry)
        for document in SourceDocument.objects.filter(item__in=self.entries):
            self.add_document(self.entries[document.item_id], document)
        for pk, name in Conflict.objects.filter(item__in=self.entries).values_list("item", "field"):
            self.entries[pk].undecided.add(name)

    def add(self, entry: Entry) -> None:
        """Register an item under its slug, link and aliases."""
        self.by_slug[entry.item.slug] = entry
        self.by_alias.update(dict.fromkeys(entry.aliases, entry))
        if entry.item.source_url_key:
            self.by_link[entry.item.source_url_key].append(entry)

    def forget(self, entry: Entry, slug: str, link: str) -> None:
        """Take an item away from a slug and link that it had."""
        if slug:
            self.by_slug.pop(slug, None)
        if entry in self.by_link[link]:
            self.by_link[link].remove(entry)

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
        if document.source_url_key and not document.is_primary:
            self.by_link[document.source_url_key].append(entry)

    def find(self, parsed: Parsed) -> Entry | None:
        """Return the item that a file is, by the first identity that the file has (docs/front-matter.md).

        The path of an upload says nothing: many a story is called `article.md`.
        """
        identity = parsed.document.identity
        if identity.external_id:
            return self.by_external_id.get((identity.source_system, identity.external_id))
        if identity.md_name:
            return self.by_md_name.get(identity.md_name)
        same_path = None if parsed.source.is_upload else self.by_path.get(parsed.source.name)
        return next(filter(_known_by_slug, (self.by_slug.get(identity.slug), same_path)), None)


def _documents_like(batch: Sequence[Parsed], links: Set[str]) -> set[int]:
    """Return the ids of items with a document of the same path, external id or `mdName` as a file of the batch, or with
    a further one that has one of the links.
    """
    identities = [parsed.document.identity for parsed in batch]
    systems = {identity.source_system for identity in identities}
    ids = {identity.external_id for identity in identities} - {""}
    items = SourceDocument.objects.order_by().values_list("item", flat=True)
    # One by one, and saying what each index leaves out: so they are looked up, and no table is read from end to end.
    by_path = items.filter(path__in=[parsed.source.name for parsed in batch]).exclude(path="")
    by_id = items.filter(source_system__in=systems, external_id__in=ids)
    by_name = items.filter(md_name__in={identity.md_name for identity in identities}).exclude(md_name="")
    by_link = items.filter(source_url_key__in=links, is_primary=False)
    return set(by_path.union(by_id, by_name, by_link))


def _known_by_slug(entry: Entry | None) -> bool:
    """Whether nothing stronger than its slug says which file an item is."""
    return entry is not None and not any(document.external_id or document.md_name for document in entry.documents)
