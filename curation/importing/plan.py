"""What is to be done with each parsed file: create an item, change it, remember a repeat, or reject it.

Planning reads the catalogue and writes nothing to the database; `upsert` carries a plan out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from django.utils import timezone

from curation import frontmatter
from curation.bulk import JsonText
from curation.frontmatter.paths import page_path
from curation.frontmatter.records import ItemRecord, Level, MediaRef, Problem, Rejected, bounded
from curation.importing import media
from curation.importing.catalogue import Catalogue, Entry
from curation.importing.columns import columns_of
from curation.importing.discover import SourceFile, is_gone
from curation.importing.library import Library
from curation.importing.merge import Conflicting, merge
from curation.importing.options import OnConflict, Options
from curation.importing.parse import Parsed
from curation.links import is_front_page
from curation.models import CuratedItem, Image, SourceDocument
from curation.references import BODY, page_name
from curation.snapshot import snapshot, state


@dataclass(slots=True)
class Plan:
    """One accepted file. `record` is what the item shall hold, `None` where only a repeat is remembered.

    `media` is what `SourceDocument.media` remembers; `takes` names the uses that the item takes from it (image, pdf, or
    body for its files).
    `displaced` are other documents that the plan changes in passing; it `robs` another item of an alias where its own
    page is to be. `conflicts` are left to an editor, those of the fields `decided` are not. `before` is the item's
    state, `None` for one that is made. `keeps_document` is whether the document shall say what the file says; `slug` is
    the one that the file gave its item.
    """

    parsed: Parsed
    entry: Entry
    record: ItemRecord | None
    document: SourceDocument = field(default_factory=SourceDocument)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    takes: set[str] = field(default_factory=set)
    displaced: list[SourceDocument] = field(default_factory=list)
    robs: bool = False
    problems: list[Problem] = field(default_factory=list)
    conflicts: tuple[Conflicting, ...] = ()
    decided: Set[str] = frozenset()
    before: dict[str, Any] | None = None
    keeps_document: bool = True
    slug: str = ""
    writes_document: bool = True
    outcome: Literal["created", "updated", "conflicted", "unchanged"] = "updated"

    @property
    def writes(self) -> bool:
        """Whether there is anything to write: the item, or what is remembered of the file."""
        return self.outcome != "unchanged" or self.writes_document

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the file, and with what it is to become."""
        return bounded((*self.parsed.document.problems, *self.problems))

    def warn(self, code: str, field: str, message: str) -> None:
        self.problems.append(Problem("warning", code, message, field))


class Planner:
    """Plans the files of a batch in path order, each seeing what those before it will have done.

    `seen` holds every path of the run, to tell a file that was renamed from one that is still there.
    """

    def __init__(self, catalogue: Catalogue, library: Library, seen: Set[str], options: Options) -> None:
        self.catalogue = catalogue
        self.library = library
        self.seen = seen
        self.options = options

    def plan(self, parsed: Parsed) -> Plan:
        """Return what to do with a file. Raises `Rejected`, and then has changed nothing."""
        entry = self.catalogue.find(parsed, self.seen)
        if entry is None:
            record = replace(parsed.record, status=self.options.status) if self.options.status else parsed.record
            return self._accept(Plan(parsed, Entry(CuratedItem()), record, outcome="created"), record)
        primary = entry.primary
        if primary is None:
            return self._adopt(parsed, entry)
        if primary.path == parsed.source.name or is_gone(primary.path, self.seen):
            return self._update(parsed, entry, primary, primary)
        if primary.path not in self.seen:
            if parsed.source.is_upload:
                return self._update(parsed, entry, primary, None)
            if primary.content_path == parsed.source.content_path:  # another check-out
                return self._update(parsed, entry, primary, primary)
        return self._repeat(parsed, entry, primary)

    def _adopt(self, parsed: Parsed, entry: Entry) -> Plan:
        """Take a file that says what an item made in the admin says as that item's document."""
        ours = snapshot(entry.item)
        plan = self._accept(Plan(parsed, entry, ours), parsed.record)
        if not merge(ours, parsed.record, ours).changes and "body" not in plan.takes:
            plan.outcome = "unchanged"
        return plan

    def _update(self, parsed: Parsed, entry: Entry, primary: SourceDocument, document: SourceDocument | None) -> Plan:
        """Merge a file into its item. `document` is the row that will stand for the file, `primary` the merge base.

        No row stands for an uploaded copy of a file that is still there: what it changes counts as an editor's change.
        """
        base, ours = frontmatter.from_json(primary.record), snapshot(entry.item)
        choice = self.options.on_conflict
        theirs = self._with_slug(parsed, primary, base, ours)
        merged = merge(base, theirs, ours, overwrite=choice == "overwrite", undecided=entry.undecided)
        problems = [_conflict(conflict, choice) for conflict in merged.conflicts]
        if problems and choice == "fail":
            raise Rejected(*problems)
        plan = Plan(parsed, entry, merged.record, problems=problems, before=state(entry.item, ours))
        plan.document, plan.keeps_document, plan.slug = document or primary, document is not None, theirs.slug
        plan.conflicts = merged.conflicts if choice == "keep" else ()
        before = _beside_record(entry)
        self._accept(plan, base, primary.media)
        if choice == "overwrite":
            plan.decided = entry.undecided | {conflict.field for conflict in merged.conflicts}
            entry.undecided = set()
        if plan.conflicts:
            plan.outcome = "conflicted"
        elif not (merged.changes or plan.takes or plan.robs or self._brings_icon(plan)):
            plan.outcome = "unchanged" if before == _beside_record(entry) else "updated"
        return plan

    def _with_slug(self, parsed: Parsed, primary: SourceDocument, base: ItemRecord, ours: ItemRecord) -> ItemRecord:
        """Return what a file says, with the slug that its item has got as long as the file gives no other one."""
        if parsed.document.identity.given_slug == primary.given_slug:
            return replace(parsed.record, slug=base.slug)
        holder = self.catalogue.by_slug.get(parsed.record.slug)
        if holder is None or holder.item.slug == ours.slug:
            return parsed.record
        return replace(parsed.record, slug=ours.slug)

    def _repeat(self, parsed: Parsed, entry: Entry, primary: SourceDocument) -> Plan:
        """Take a further file of an item: the first in path order speaks for it, the others are remembered."""
        base, item = frontmatter.from_json(primary.record), entry.item
        if (parsed.record.title, parsed.record.body) not in ((base.title, base.body), (item.title, item.body)):
            raise Rejected(_other_content(primary))
        known = next((document for document in entry.documents if document.path == parsed.source.name), None)
        document = known or SourceDocument(is_primary=False)
        if primary.path < parsed.source.name:
            plan, before = Plan(parsed, entry, None, document), _beside_record(entry)
            identity = parsed.document.identity
            is_copy = not (identity.external_id or identity.md_name or identity.given_slug)  # its slug was never a page
            pages = [] if is_copy else [page_path(parsed.record.slug)]
            self._set_aliases(plan, [*pages, *parsed.record.aliases, *entry.aliases])
            self._remember(plan)
            if before == _beside_record(entry):
                plan.outcome = "unchanged"
        else:
            plan = self._update(parsed, entry, primary, document)
            primary.is_primary, document.is_primary = False, True
            primary.media = {}  # as of any further file
            plan.displaced.append(primary)
        plan.warn("repeat", "", f"the same item as {primary.path}; its address and link were kept with that item")
        return plan

    def _accept(self, plan: Plan, base: ItemRecord, base_media: media.Found | None = None) -> Plan:
        """Check a plan against the rest of the catalogue, then fill its item and register what it takes."""
        assert plan.record is not None  # noqa: S101  # a plan with no record is not for an item to take
        record, item = self._with_free_slug(plan, plan.record), plan.entry.item
        columns = plan.parsed.columns if record is plan.parsed.record else columns_of(record)
        old_slug, old_link = item.slug, item.source_url_key
        self._read_media(plan, base_media or {})
        _fill(plan, columns, base)
        self._set_aliases(plan, [*record.aliases, *([page_path(old_slug)] if old_slug else [])])
        if item.source_url_key != old_link:
            self._warn_of_same_link(plan)
        self.catalogue.forget(plan.entry, old_slug, old_link)
        self.catalogue.add(plan.entry)
        self._remember(plan)
        return plan

    def _with_free_slug(self, plan: Plan, record: ItemRecord) -> ItemRecord:
        """Return a plan's record, its slug with a number where another item has it: an address once given stays."""
        holder = self.catalogue.by_slug.get(record.slug)
        if holder not in (None, plan.entry):
            slug = self.catalogue.free_slug(record.slug)
            message = f"“{record.slug}” is the address of {holder}; this one got {page_path(slug)}/"
            if plan.parsed.document.identity.given_slug:
                plan.warn("slug-taken", "slug", f"{message}, give it another slug if that is not right")
            else:
                plan.problems.append(Problem("note", "slug-taken", f"{message}, which it keeps", "slug"))
            record = plan.record = replace(record, slug=slug)
        plan.slug = plan.slug or record.slug
        return record

    def _read_media(self, plan: Plan, base: media.Found) -> None:
        """Read what the file points to; what cannot be used is a warning, and the item keeps what it has."""
        refs, here = _refs(plan.parsed.record), _digests(plan.entry.item)
        for use in media.KEYS:
            was = base.get(use, {}).get("sha256", "")
            digest = self._read_one(plan, use, refs[use].href, was) if use in refs else ""
            picture = _picture(plan.entry.item, use)
            if picture and self.library.is_copy(digest, picture):
                plan.media[use]["sha256"] = digest = picture.sha256
            if use in here and here[use] == was != digest:
                plan.takes.add(use)
        self._read_body(plan, base)

    def _read_body(self, plan: Plan, base: media.Found) -> None:
        """Read the pictures and PDFs of the body."""
        item = plan.entry.item
        shown = {row.href: row.image for row in item.references.all() if row.image} if item.pk else {}
        for reference in plan.parsed.references:
            if not reference.is_file:
                continue
            use = BODY + reference.href
            if reference.is_picture and media.is_pdf(use):
                refusal = media.MediaRefused("is a PDF, which cannot be shown as a picture; link to it")
                plan.problems.append(media.warning(use, reference.href, refusal))
                continue
            digest = self._read_one(plan, use, reference.href, base.get(use, {}).get("sha256", ""))
            picture = shown.get(reference.href)
            if picture and self.library.is_copy(digest, picture):
                plan.media[use]["sha256"] = picture.sha256
        before, now = media.of_body(base), media.of_body(plan.media)
        if before != now:
            plan.takes.add("body")

    def _read_one(self, plan: Plan, use: str, href: str, was: str) -> str:
        """Read one file and return its digest; `was` is the digest that stays where the file cannot be used."""
        found = plan.media[use] = {"href": href, "sha256": was}
        try:
            located = self.library.find(use, href, plan.parsed.source)
            if located.beside:
                found["beside"] = located.beside
            found["sha256"] = self.library.read(use, located.place, located.stamp)
            found.update(located.stamp)
        except media.MediaRefused as error:
            found.update(located.stamp)
            plan.problems.append(media.warning(use, href, error))
        except media.MediaMissing as error:
            if not (was and plan.parsed.source.is_upload):  # an upload need not bring what is here
                plan.problems.append(media.warning(use, href, error))
        return str(found["sha256"])

    def _brings_icon(self, plan: Plan) -> bool:
        """Whether the item's publisher has waited for the file's icon."""
        publisher = plan.entry.item.publisher
        icon = plan.media.get("icon", {}).get("sha256", "")
        return publisher is not None and publisher.icon_id is None and self.library.has(icon)

    def _warn_of_same_link(self, plan: Plan) -> None:
        """Say once how many other items have the link: a pipeline's default link is that of all its stories."""
        first, count = self.catalogue.others_with_link(plan.entry)
        if not count:
            return
        more = f" and {count - 1:,} more item{'s' * (count > 2)}" if count > 1 else ""
        if is_front_page(plan.entry.item.source_url_key):
            message = f"a front page, and the link of {first}{more}, too; link the story's own page if there is one"
            plan.problems.append(Problem("note", "same-link", message, "link"))
        else:
            plan.warn("same-link", "link", f"the link of {first}{more}, too; keep one of them, or all if they differ")

    def _set_aliases(self, plan: Plan, wanted: Iterable[str]) -> None:
        """Give the entry the aliases it may have: a page of another item, or an alias of one, stays with that item."""
        entry, own = plan.entry, page_path(plan.entry.item.slug)
        robbed = self.catalogue.by_alias.get(own)
        if robbed not in (None, entry):
            robbed.aliases.remove(own)
            plan.robs = True
            plan.warn("alias-live", "slug", f"{own} was an alias of {robbed}; it is this item's own page now")
        allowed = []
        for path in dict.fromkeys(wanted):
            holder = self.catalogue.by_alias.get(path) or self.catalogue.page_of(path)
            if holder not in (None, entry):
                plan.warn("alias-taken", "aliases", f"{path} leads to {holder} and was left there; remove it here")
            elif path != own:
                allowed.append(path)
        entry.aliases = allowed

    def _remember(self, plan: Plan) -> None:
        """Make the document say what the file says now, and take its path from a document that had it before."""
        if not plan.keeps_document:
            plan.writes_document = False
            return
        path = plan.parsed.source.name
        former = self.catalogue.by_path.get(path)
        if former not in (None, plan.entry):
            for document in former.documents:
                if document.path == path:
                    document.path = document.content_path = ""
                    plan.displaced.append(document)
        known = (plan.document.path, plan.document.sha256, plan.document.media, plan.document.is_primary)
        if plan.before is not None and plan.document.pk:
            was = plan.document.record
            plan.before["document"] = json.loads(was) if isinstance(was, str) else was
            plan.before["document_media"] = plan.document.media
        plan.writes_document = known != (path, plan.parsed.sha256, plan.media, True)
        if plan.writes_document:
            _describe(plan.document, plan.parsed, plan.media, plan.slug or plan.parsed.record.slug)
        if plan.document not in plan.entry.documents:
            self.catalogue.add_document(plan.entry, plan.document)
        self.catalogue.by_path[path] = plan.entry


def _beside_record(entry: Entry) -> tuple[str, set[str]]:
    """Return what an import may change of an item that a merge of records does not tell."""
    item = entry.item
    return item.image_alt if item.image_id else "", set(entry.aliases)


def _picture(item: CuratedItem, use: str) -> Image | None:
    """Return what readers see of an item for a use of media, where that is a picture."""
    icon = item.publisher.icon if use == "icon" and item.publisher else None
    return item.image if use == "image" else icon


def _digests(item: CuratedItem) -> dict[str, str]:
    return {
        "image": item.image.sha256 if item.image else "",
        "pdf": Path(item.pdf.name or "").stem,
    }


def _fill(plan: Plan, columns: dict[str, Any], base: ItemRecord) -> None:
    item, theirs = plan.entry.item, plan.parsed.record
    for column, value in columns.items():
        setattr(item, column, value)
    if item.image_alt == _alt(base) or plan.outcome == "created":
        item.image_alt = _alt(theirs)
    item.media_provenance = {use: {"href": ref.href, **ref.provenance} for use, ref in _refs(theirs).items()}


def _refs(record: ItemRecord) -> dict[str, MediaRef]:
    refs = {"image": record.image, "pdf": record.pdf, "icon": record.icon}
    return {use: ref for use, ref in refs.items() if ref}


def _alt(record: ItemRecord) -> str:
    return record.image.alt if record.image else ""


def _describe(document: SourceDocument, parsed: Parsed, found: dict[str, dict[str, Any]], slug: str) -> None:
    identity = parsed.document.identity
    document.source_system, document.external_id = identity.source_system, identity.external_id
    document.md_name, document.dialect = identity.md_name, parsed.document.dialect
    document.given_slug, document.content_path = identity.given_slug, _content_path(document, parsed.source)
    document.path, document.sha256 = parsed.source.name, parsed.sha256
    document.inherited = dict(parsed.inherited)
    document.front_matter_format, document.front_matter = parsed.document.format, parsed.document.front_matter
    document.opening, document.closing = parsed.document.opening, parsed.document.closing
    document.raw_body = parsed.document.raw_body
    record = parsed.record
    document.record = JsonText(parsed.json if slug == record.slug else frontmatter.to_text(replace(record, slug=slug)))
    document.source_url = record.source_url
    document.source_url_key, document.page_name = parsed.columns["source_url_key"], page_name(parsed.source.name)
    document.media = found
    document.imported_at = timezone.now()


def _content_path(document: SourceDocument, source: SourceFile) -> str:
    """Return the path to remember: the longer one of a file that was imported with a folder above once."""
    here, is_same = source.content_path, document.path == source.name
    return document.content_path if is_same and document.content_path.endswith(f"/{here}") else here


def _conflict(conflict: Conflicting, choice: OnConflict) -> Problem:
    what_to_do = {
        "keep": "the value here was kept, settle it in the admin",
        "overwrite": "the file's was taken, undo the import to have the other back",
        "fail": "settle it by hand, or import with --on-conflict keep",
    }
    level: Level = "error" if choice == "fail" else "warning"
    return Problem(level, "conflict", f"changed both here and in the file; {what_to_do[choice]}", conflict.field)


def _other_content(primary: SourceDocument) -> Problem:
    message = f"the same item as {primary.path}, but with another title or body; remove one of the two files"
    return Problem("error", "identity", message, "id" if primary.external_id else "slug")
