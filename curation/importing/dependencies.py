"""Which files of a run depend on one another, so that a dry run can write them again together.

Files depend on one another if they share an identity, an address or a link. What earlier files named (topics,
authors, …) concerns every later file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from curation.frontmatter.reading.paths import page_path
from curation.frontmatter.record import ItemRecord
from curation.importing.sources.discover import SourceFile
from curation.lib.web_urls import url_key

from .lookup import KnownItem, Lookup
from .parse import ParsedFile
from .plan import Plan

#: The fields of a record that name rows which an import creates.
NAMES = ("topics", "offerings", "authors", "tags")
_LINK = "link "
_EMPTY = ItemRecord("", "", "", "", "draft", None)


class FileDependencies:
    """The files that were written, in their order, by their keys: the identities, addresses and links that they share.

    Keeps the path and the keys of each file; of files that share a link, their number. `named` are records with
    nothing but the names that files have used, each name once.
    """

    def __init__(self) -> None:
        self.named: list[ItemRecord] = []
        self._seen_names: set[tuple[str, Hashable]] = set()
        self._batches: list[list[SourceFile]] = []
        self._keys: dict[SourceFile, set[str]] = {}
        self._files: defaultdict[str, list[SourceFile]] = defaultdict(list)
        #: The links that a file gave its item, all together, and those of the files that `related()` returned last.
        self._new_links: dict[SourceFile, set[str]] = {}
        self._link_counts: Counter[str] = Counter()
        self._related_link_counts: Counter[str] = Counter()

    @property
    def has_files(self) -> bool:
        return bool(self._keys)

    def related(self, keys: Iterable[str]) -> list[list[SourceFile]]:
        """Return the files that have one of some keys, or share a key with such a file, batch by batch as written."""
        found: set[SourceFile] = set()
        done: set[str] = set()
        waiting = set(keys)
        while waiting:
            key = waiting.pop()
            done.add(key)
            new = [file for file in self._files.get(key, ()) if file not in found]
            found.update(new)
            waiting.update(*(self._keys[file] - done for file in new))
        self._related_link_counts = Counter(link for file in found for link in self._new_links[file])
        batches = ([file for file in batch if file in found] for batch in self._batches) if found else ()
        return [batch for batch in batches if batch]

    def count_other_items(self, link: str) -> int:
        """Return the number of items that got a link (a `url_key`) by files that `related()` has not returned last."""
        key = next(_link_keys(link), "")
        return self._link_counts[key] - self._related_link_counts[key]

    def note(self, plans: Sequence[Plan], before: Mapping[KnownItem, Set[str]]) -> None:
        """Remember the written files of a batch, except those written again. `before` are the keys that items had."""
        new = [plan for plan in plans if plan.parsed.source not in self._keys]
        self._batches.append([plan.parsed.source for plan in new])
        noted: set[KnownItem] = set()
        for plan in new:
            had, has = before.get(plan.known, set()), set(_keys_of_item(plan.known))
            links = set() if plan.known in noted else {key for key in has - had if _is_link(key)}
            noted.add(plan.known)
            self._note_file(plan.parsed, had, has, links)
            if plan.record:
                self._note_names(plan.record)

    def _note_file(self, parsed: ParsedFile, had: Set[str], has: Set[str], new_links: set[str]) -> None:
        """Remember a file. `had` and `has` are the keys of its item before and after it was written."""
        keys = self._keys[parsed.source] = {*keys_of(parsed), *had, *has}
        self._new_links[parsed.source] = new_links
        self._link_counts.update(new_links)
        for key in keys:
            # Of the items that share a link, the first and those that lost it are enough: the others are counted.
            if not _is_link(key) or key in had - has or (key in has and key not in self._files):
                self._files[key].append(parsed.source)

    def _note_names(self, record: ItemRecord) -> None:
        """Add a record to `named` with those of its names that no earlier file has used."""
        new: dict[str, Any] = {name: self._new_names(name, getattr(record, name)) for name in NAMES}
        new["publisher"] = next(iter(self._new_names("publisher", filter(None, [record.publisher]))), None)
        if any(new.values()):
            self.named.append(replace(_EMPTY, **new))

    def _new_names(self, field: str, refs: Iterable[Hashable]) -> tuple[Hashable, ...]:
        new = tuple(ref for ref in refs if (field, ref) not in self._seen_names)
        self._seen_names.update((field, ref) for ref in new)
        return new


def path_key(path: str) -> str:
    return f"path {path}"


def keys_of(file: ParsedFile) -> Iterator[str]:
    """Yield the keys of a file: its path, identities, addresses and link."""
    identity, record = file.document.identity, file.record
    yield from (path_key(file.source.name), page_path(record.slug), *record.aliases)
    yield from _identity_keys(identity.source_system, identity.external_id, identity.md_name, identity.given_slug)
    yield from (f"content {file.source.content_path}", f"bytes {file.sha256}")
    yield from _link_keys(url_key(record.source_url))


def keys_of_items(lookup: Lookup) -> dict[KnownItem, set[str]]:
    """Return the keys of the items of a lookup."""
    return {known: set(_keys_of_item(known)) for known in lookup.items.values()}


def _keys_of_item(known: KnownItem) -> Iterator[str]:
    yield from (page_path(known.item.slug), *known.aliases)
    yield from _link_keys(known.item.source_url_key)
    for document in known.documents:
        yield path_key(document.path)
        yield from _identity_keys(document.source_system, document.external_id, document.md_name, document.given_slug)
        yield from (f"content {document.content_path}", f"bytes {document.sha256}")
        yield from _link_keys(document.source_url_key)


def _identity_keys(system: str, external_id: str, md_name: str, given_slug: str) -> Iterator[str]:
    if external_id:
        yield f"id {system} {external_id}"
    if md_name:
        yield f"name {md_name}"
    if given_slug:
        yield f"slug {given_slug}"


def _link_keys(key: str) -> Iterator[str]:
    if key:
        yield f"{_LINK}{key}"


def _is_link(key: str) -> bool:
    return key.startswith(_LINK)
