"""What the batches of a dry run have to know of one another, though each of them is taken back at once.

A dry run keeps nothing, so nobody who writes shall wait for its end: it holds what it writes no longer than an import
does, a batch. To a later batch, what an earlier one did would be unknown. So a file that has to do with earlier ones,
by its identity, an address or a link, is imported after these were once more; and what earlier files named is made
again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from curation.frontmatter.paths import page_path
from curation.frontmatter.records import ItemRecord
from curation.importing.catalogue import Catalogue, Entry
from curation.importing.discover import SourceFile
from curation.importing.parse import Parsed
from curation.importing.plan import Plan
from curation.links import url_key

#: The fields of a record that hold names of rows which imports make.
NAMES = ("topics", "offerings", "authors", "tags")
_LINK = "link "
_NOTHING = ItemRecord("", "", "", "", "draft", None)


class Rehearsal:
    """The files that a dry run would have written something for, in their order, by all that they have to do with.

    Of each, memory holds its path and these keys; of files that share a link, how many. `named` are records without
    more than the names that came up.
    """

    def __init__(self) -> None:
        self.named: list[ItemRecord] = []
        self._seen: set[tuple[str, Hashable]] = set()
        self._batches: list[list[SourceFile]] = []
        self._keys: dict[SourceFile, set[str]] = {}
        self._files: defaultdict[str, list[SourceFile]] = defaultdict(list)
        self._new_links: dict[SourceFile, set[str]] = {}
        self._holders: Counter[str] = Counter()
        self._done_again: Counter[str] = Counter()

    @property
    def is_begun(self) -> bool:
        return bool(self._keys)

    def related(self, keys: Iterable[str]) -> list[list[SourceFile]]:
        """Return the files that have to do with some keys, or with such a file, batch by batch as they were written."""
        found: set[SourceFile] = set()
        done: set[str] = set()
        waiting = set(keys)
        while waiting:
            key = waiting.pop()
            done.add(key)
            new = [file for file in self._files.get(key, ()) if file not in found]
            found.update(new)
            waiting.update(*(self._keys[file] - done for file in new))
        self._done_again = Counter(link for file in found for link in self._new_links[file])
        batches = ([file for file in batch if file in found] for batch in self._batches) if found else ()
        return [batch for batch in batches if batch]

    def held_elsewhere(self, link: str) -> int:
        """Return how many items were given a link (a `url_key`) that are not among those of the last `related()`."""
        key = next(_link_key(link), "")
        return self._holders[key] - self._done_again[key]

    def note(self, plans: Sequence[Plan], before: Mapping[Entry, Set[str]]) -> None:
        """Remember what was written for a batch, unless it is done again; `before` are the keys that items had."""
        new = [plan for plan in plans if plan.parsed.source not in self._keys]
        self._batches.append([plan.parsed.source for plan in new])
        noted: set[Entry] = set()
        for plan in new:
            had, has = before.get(plan.entry, set()), set(_keys_of_entry(plan.entry))
            keys = self._keys[plan.parsed.source] = {*keys_of(plan.parsed), *had, *has}
            links = set() if plan.entry in noted else {key for key in has - had if _is_link(key)}
            noted.add(plan.entry)
            self._new_links[plan.parsed.source] = links
            self._holders.update(links)
            for key in keys:
                # Of the items that share a link, the first and those that lost it are enough: the others are counted.
                if not _is_link(key) or key in had - has or (key in has and key not in self._files):
                    self._files[key].append(plan.parsed.source)
            if plan.record:
                self._note_names(plan.record)

    def _note_names(self, record: ItemRecord) -> None:
        """Keep of a record the names that have not come up."""
        new: dict[str, Any] = {name: self._unseen(name, getattr(record, name)) for name in NAMES}
        new["publisher"] = next(iter(self._unseen("publisher", filter(None, [record.publisher]))), None)
        if any(new.values()):
            self.named.append(replace(_NOTHING, **new))

    def _unseen(self, name: str, refs: Iterable[Hashable]) -> tuple[Hashable, ...]:
        unseen = tuple(ref for ref in refs if (name, ref) not in self._seen)
        self._seen.update((name, ref) for ref in unseen)
        return unseen


def path_key(path: str) -> str:
    return f"path {path}"


def keys_of(file: Parsed) -> Iterator[str]:
    """Yield what a file has to do with: its path, identity, addresses and link."""
    identity, record = file.document.identity, file.record
    yield from (path_key(file.source.name), page_path(record.slug), *record.aliases)
    yield from _identity_keys(identity.source_system, identity.external_id, identity.md_name, identity.given_slug)
    yield from (f"content {file.source.content_path}", f"bytes {file.sha256}")
    yield from _link_key(url_key(record.source_url))


def keys_of_entries(catalogue: Catalogue) -> dict[Entry, set[str]]:
    """Return what the items of a catalogue have to do with, as long as nothing is planned."""
    return {entry: set(_keys_of_entry(entry)) for entry in catalogue.entries.values()}


def _keys_of_entry(entry: Entry) -> Iterator[str]:
    yield from (page_path(entry.item.slug), *entry.aliases)
    yield from _link_key(entry.item.source_url_key)
    for document in entry.documents:
        yield path_key(document.path)
        yield from _identity_keys(document.source_system, document.external_id, document.md_name, document.given_slug)
        yield from (f"content {document.content_path}", f"bytes {document.sha256}")
        yield from _link_key(document.source_url_key)


def _identity_keys(system: str, external_id: str, md_name: str, given_slug: str) -> Iterator[str]:
    if external_id:
        yield f"id {system} {external_id}"
    if md_name:
        yield f"name {md_name}"
    if given_slug:
        yield f"slug {given_slug}"


def _link_key(key: str) -> Iterator[str]:
    if key:
        yield f"{_LINK}{key}"


def _is_link(key: str) -> bool:
    return key.startswith(_LINK)
