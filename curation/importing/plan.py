"""Plan each parsed file: create an item, change it, store a duplicate, or reject the file.

Planning changes nothing, in memory or in the database. `apply` makes later files of the batch see a plan, `write`
carries it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from curation import frontmatter
from curation.frontmatter.problems import Level, Problem, Rejected, bounded
from curation.frontmatter.reading.paths import page_path
from curation.frontmatter.record import ItemRecord
from curation.importing.media_files.files import DocumentMedia
from curation.importing.media_files.plan import media_refs, plan_media
from curation.importing.media_files.store import MediaStore
from curation.importing.sources.discover import is_gone
from curation.items.item_columns import columns_of
from curation.items.merge import FieldConflict, merge
from curation.items.record import record_of, undo_state
from curation.lib.web_urls import is_front_page
from curation.markdown import Rendered
from curation.models import CuratedItem, DeletedItem, SourceDocument

from .deletions import restored_problem, skipped_file
from .documents import DocumentChange, document_change, document_state, further_document
from .lookup import KnownItem, Lookup
from .options import OnConflict, Options
from .parse import ParsedFile, RefusedFile, SkippedFile


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The decision about one accepted file.

    The outcome is `created` too where an item is taken up again that an undo moved to the bin (`Planner._take_up`).

    `known` is the file's item, which stays as it is until `apply()`. `record` is what the item will hold and `columns`
    are its columns by name; `None` and {} where the file is a duplicate. `aliases` are all that the item will have;
    `takes_aliases` are paths that were aliases of other items: that of its page, and those of items that give way.
    `takes_slug_of` is an item that gives way and had its slug.

    `media` becomes the document's `media`; `media_to_replace` is as in `MediaPlan`. `document` is the file's own,
    `None` if the file gets no row; `displaced` are other documents that lose their path or their primacy.

    `conflicts` are left to an editor; those of the fields in `resolved_fields` are closed. `before` is the state of the
    item before the import, `None` for a new item. `revives` is the tombstone of an item deleted for ever that is
    created again.
    """

    parsed: ParsedFile
    known: KnownItem
    outcome: Literal["created", "updated", "conflicted", "unchanged"]
    record: ItemRecord | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    takes_aliases: tuple[str, ...] = ()
    takes_slug_of: KnownItem | None = None
    media: DocumentMedia = field(default_factory=dict)
    media_to_replace: Set[str] = frozenset()
    document: DocumentChange | None = None
    displaced: tuple[DocumentChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()
    resolved_fields: Set[str] = frozenset()
    before: Mapping[str, Any] | None = None
    failed_checks: tuple[str, ...] = ()
    revives: DeletedItem | None = None

    @property
    def is_written(self) -> bool:
        """Whether there is anything to write: to the item or to the document."""
        return self.outcome != "unchanged" or self.writes_document

    @property
    def has_new_item(self) -> bool:
        """Whether the file makes an item that had no row before."""
        return self.outcome == "created" and not self.known.is_taken_back

    @property
    def writes_document(self) -> bool:
        return self.document is not None and bool(self.document.columns)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """The problems of the file, and those that planning and writing it have met."""
        return bounded((*self.parsed.document.problems, *self.problems))


#: The outcome of a file: its plan, or the reason for which it has none.
FileOutcome = Plan | RefusedFile | SkippedFile


class Planner:
    """Plans files in path order against a lookup in which the plans of earlier files have been applied.

    `seen` holds every path of the run, to tell a file that was renamed from one that still exists. `restored` has a
    note for each item that was just restored from the bin, by ID.
    """

    def __init__(
        self,
        lookup: Lookup,
        media_store: MediaStore,
        seen: Set[str],
        options: Options,
        restored: Mapping[int, Problem] | None = None,
    ) -> None:
        self._lookup = lookup
        self._media_store = media_store
        self._seen = seen
        self._options = options
        self._restored = restored or {}

    def plan(self, parsed: ParsedFile) -> Plan | SkippedFile:
        """Return the plan of a file, or the reason why it is left out: its item was deleted. Raises `Rejected`."""
        known = self._lookup.find(parsed, self._seen)
        if known is None:
            deleted = self._lookup.find_deleted(parsed)
            if deleted and not self._options.restore_deleted:
                return skipped_file(parsed, deleted)
            plan = self._create(parsed)
            note = (restored_problem(deleted),) if deleted else ()
            return replace(plan, revives=deleted, problems=(*note, *plan.problems))
        if known.gives_way and known.primary:
            return self._take_up(parsed, known, known.primary)
        if known.is_binned:
            return skipped_file(parsed, known.item)
        plan = self._plan_known(parsed, known)
        if (restored := self._restored.get(known.item.pk)) and plan.record:
            # Written even where nothing but the status has changed, so that the run lists it.
            outcome = "updated" if plan.outcome == "unchanged" else plan.outcome
            return replace(plan, outcome=outcome, problems=(restored, *plan.problems))
        return plan

    def _plan_known(self, parsed: ParsedFile, known: KnownItem) -> Plan:
        """Plan a file of an item that exists."""
        primary = known.primary
        if primary is None:
            return self._adopt(parsed, known)
        if primary.path == parsed.source.name or is_gone(primary.path, self._seen):
            return self._update(parsed, known, primary, primary)
        if primary.path not in self._seen:
            if parsed.source.is_upload:
                return self._update(parsed, known, primary, None)
            if primary.content_path == parsed.source.content_path:  # in another check-out
                return self._update(parsed, known, primary, primary)
        if primary.path < parsed.source.name:
            return self._plan_duplicate(parsed, known, primary)
        return self._replace_primary(parsed, known, primary)

    def _create(self, parsed: ParsedFile) -> Plan:
        """Plan a new item."""
        record = self._with_status(self._lookup.synonyms.read(parsed.record))
        return self._plan_item(parsed, KnownItem(CuratedItem()), record, record, SourceDocument(), outcome="created")

    def _with_status(self, record: ItemRecord) -> ItemRecord:
        """Return the record of a new item, with the status that the options give it."""
        status = self._options.status
        return replace(record, status=status) if status else record

    def _take_up(self, parsed: ParsedFile, known: KnownItem, primary: SourceDocument) -> Plan:
        """Plan a file whose item is in the bin because an import was undone: the item is restored, and filled as if it
        were new.

        It keeps its address where the file asks for the same one, and the redirects from its former addresses.
        """
        base = replace(frontmatter.from_json(primary.record), slug=known.item.slug)
        record = self._with_status(self._lookup.synonyms.read(self._with_slug(parsed, primary, base, known.item.slug)))
        former = [path for path in known.aliases if path not in base.aliases]
        record = replace(record, aliases=tuple(dict.fromkeys([*record.aliases, *former])))
        rows = (document for document in known.documents if document.path == parsed.source.name)
        document = next(rows, primary)
        holder = self._lookup.by_slug.get(parsed.record.slug)
        is_taken = record.slug != parsed.record.slug and holder is not None and not holder.gives_way
        plan = self._plan_item(
            parsed,
            known,
            record,
            base,
            document,
            outcome="created",
            media=primary.media,
            file_slug=record.slug,
            problems=[_slug_problem(parsed, parsed.record.slug, holder, record.slug)] if holder and is_taken else (),
        )
        plan = replace(plan, columns={**plan.columns, "binned_at": None, "binned_by": "", "binned_from": ""})
        return plan if document is primary else _with_primary(plan, document, primary)

    def _adopt(self, parsed: ParsedFile, known: KnownItem) -> Plan:
        """Make a file the document of an item that was created in the admin; the item's own values stay."""
        ours = record_of(known.item)
        plan = self._plan_item(parsed, known, ours, parsed.record, SourceDocument())
        if merge(ours, parsed.record, ours).changes or "body" in plan.media_to_replace:
            return plan
        return replace(plan, outcome="unchanged")

    def _update(
        self, parsed: ParsedFile, known: KnownItem, primary: SourceDocument, document: SourceDocument | None
    ) -> Plan:
        """Merge a file into its item. `document` is the file's row, `primary` the base of the merge.

        An uploaded copy of a file that still exists has no row: its changes count as an editor's.
        """
        base, ours = frontmatter.from_json(primary.record), record_of(known.item)
        choice = self._options.on_conflict
        theirs = self._with_slug(parsed, primary, base, ours.slug)
        before, now = (self._lookup.synonyms.read(record, ours) for record in (base, theirs))
        merged = merge(before, now, ours, overwrite=choice == "overwrite", open_conflicts=known.open_conflicts)
        problems = tuple(_conflict_problem(conflict, choice) for conflict in merged.conflicts)
        if problems and choice == "fail":
            raise Rejected(*problems)
        plan = self._plan_item(
            parsed, known, merged.record, base, document, media=primary.media, file_slug=theirs.slug, problems=problems
        )
        conflicts = merged.conflicts if choice == "keep" else ()
        resolved = {conflict.field for conflict in merged.conflicts} | known.open_conflicts
        return replace(
            plan,
            outcome="conflicted" if conflicts else self._update_outcome(plan, changes=bool(merged.changes)),
            conflicts=conflicts,
            resolved_fields=resolved if choice == "overwrite" else frozenset(),
            before=undo_state(known.item, ours) | document_state(document),
        )

    def _with_slug(self, parsed: ParsedFile, primary: SourceDocument, base: ItemRecord, slug: str) -> ItemRecord:
        """Return a file's record, with the slug that its item got earlier unless the file gives a new one.

        `slug` is that of the item now.
        """
        if parsed.document.identity.given_slug == primary.given_slug:
            return replace(parsed.record, slug=base.slug)
        holder = self._lookup.by_slug.get(parsed.record.slug)
        if holder is None or holder.gives_way or holder.item.slug == slug:
            return parsed.record
        return replace(parsed.record, slug=slug)

    def _update_outcome(self, plan: Plan, *, changes: bool) -> Literal["updated", "unchanged"]:
        """Return the outcome of a plan that has no conflict. `changes` is whether its record changes the item."""
        known, item = plan.known, plan.known.item
        if changes or plan.media_to_replace or plan.takes_aliases or self._sets_publisher_icon(plan):
            return "updated"
        same_alt = not item.image_id or item.image_alt == plan.columns["image_alt"]
        return "unchanged" if same_alt and set(known.aliases) == set(plan.aliases) else "updated"

    def _sets_publisher_icon(self, plan: Plan) -> bool:
        """Whether the item's publisher has no icon yet and gets the file's."""
        publisher = plan.known.item.publisher
        icon = plan.media.get("icon", {}).get("sha256", "")
        return publisher is not None and publisher.icon_id is None and self._media_store.has(icon)

    def _plan_duplicate(self, parsed: ParsedFile, known: KnownItem, primary: SourceDocument) -> Plan:
        """Plan to store a further file of an item. The first file in path order determines the item's content."""
        _require_same_content(parsed, known, primary)
        identity = parsed.document.identity
        # The slug of a mere copy was never the address of a page.
        is_copy = not (identity.external_id or identity.md_name or identity.given_slug)
        pages = [] if is_copy else [page_path(parsed.record.slug)]
        wanted = [*pages, *parsed.record.aliases, *known.aliases]
        aliases = self._plan_aliases(known, known.item.slug, wanted)
        return Plan(
            parsed,
            known,
            "unchanged" if set(aliases.paths) == set(known.aliases) else "updated",
            aliases=aliases.paths,
            takes_aliases=aliases.taken,
            document=document_change(parsed, further_document(parsed, known), {}, parsed.record.slug),
            displaced=self._displaced(parsed, known),
            problems=(*aliases.problems, _repeat_problem(primary)),
        )

    def _replace_primary(self, parsed: ParsedFile, known: KnownItem, primary: SourceDocument) -> Plan:
        """Plan to make a file that comes before an item's primary one in path order the item's primary file."""
        _require_same_content(parsed, known, primary)
        document = further_document(parsed, known)
        plan = _with_primary(self._update(parsed, known, primary, document), document, primary)
        return replace(plan, problems=(*plan.problems, _repeat_problem(primary)))

    def _plan_item(
        self,
        parsed: ParsedFile,
        known: KnownItem,
        record: ItemRecord,
        base: ItemRecord,
        document: SourceDocument | None,
        *,
        outcome: Literal["created", "updated"] = "updated",
        media: DocumentMedia | None = None,
        file_slug: str = "",
        problems: Sequence[Problem] = (),
    ) -> Plan:
        """Return the plan by which an item gets a record, checked against all other items.

        `base` and `media` are the file's record and `SourceDocument.media` as of the last import. `file_slug` is the
        slug that the file gives its item, if that is not the record's.
        """
        item = known.item
        record, slug_problems = self._with_free_slug(parsed, known, record)
        holder = self._lookup.by_slug.get(record.slug)
        columns = _columns_of(record, parsed)
        media_plan = plan_media(parsed, item, media or {}, self._media_store)
        former_page = [page_path(item.slug)] if item.slug else []
        aliases = self._plan_aliases(known, record.slug, [*record.aliases, *former_page])
        link_problems = self._same_link_problems(known, columns["source_url_key"])
        follows_file = outcome == "created" or item.image_alt == _alt(base)
        columns = {
            **columns,
            "image_alt": _alt(parsed.record) if follows_file else item.image_alt,
            "media_provenance": _media_provenance(parsed.record),
        }
        return Plan(
            parsed,
            known,
            outcome,
            record=record,
            columns=columns,
            aliases=aliases.paths,
            takes_aliases=aliases.taken,
            takes_slug_of=None if holder is known else holder,
            media=media_plan.found,
            media_to_replace=media_plan.to_replace,
            document=document_change(parsed, document, media_plan.found, file_slug or record.slug),
            displaced=self._displaced(parsed, known) if document else (),
            problems=(*problems, *slug_problems, *media_plan.problems, *aliases.problems, *link_problems),
        )

    def _with_free_slug(
        self, parsed: ParsedFile, known: KnownItem, record: ItemRecord
    ) -> tuple[ItemRecord, tuple[Problem, ...]]:
        """Return a record, with a number added to its slug if another item has it, and the problem that this is.

        The other item keeps its address, because addresses are stable; one that gives way gets the number itself.
        """
        holder = self._lookup.by_slug.get(record.slug)
        if holder is None or holder is known or holder.gives_way:
            return record, ()
        slug = self._lookup.free_slug(record.slug)
        return replace(record, slug=slug), (_slug_problem(parsed, record.slug, holder, slug),)

    def _plan_aliases(self, known: KnownItem, slug: str, wanted: Iterable[str]) -> _AliasPlan:
        """Return those of the wanted aliases that an item may have. Pages and aliases of other items stay with them.

        Taken from others are the path of the item's own page, and the aliases of items that give way.
        """
        own_path = page_path(slug)
        allowed: list[str] = []
        taken: list[str] = []
        problems: list[Problem] = []
        for path in dict.fromkeys([own_path, *wanted]):
            holder = self._lookup.by_alias.get(path)
            if holder and holder is not known and (holder.gives_way or path == own_path):
                taken.append(path)
                if not holder.gives_way:
                    message = f"{path} was an alias of {holder}; it is this item's own page now"
                    problems.append(_warning("alias-live", "slug", message))
            elif path != own_path and (holder := holder or self._lookup.page_of(path) or known) is not known:
                message = f"{path} leads to {holder} and was left there; remove it here"
                problems.append(_warning("alias-taken", "aliases", message))
                continue
            if path != own_path:
                allowed.append(path)
        return _AliasPlan(tuple(allowed), tuple(taken), tuple(problems))

    def _same_link_problems(self, known: KnownItem, link: str) -> Sequence[Problem]:
        """Return the problem that an item's new link is that of other items, too."""
        if link == known.item.source_url_key and not known.is_binned:
            return ()
        first, count = self._lookup.others_with_link(known, link)
        if not count:
            return ()
        more = f" and {count - 1:,} more item{'s' * (count > 2)}" if count > 1 else ""
        if is_front_page(link):
            message = f"a front page, and the link of {first}{more}, too; link the story's own page if there is one"
            return (Problem("note", "same-link", message, "link"),)
        message = f"the link of {first}{more}, too; keep one of them, or all if they differ"
        return (_warning("same-link", "link", message),)

    def _displaced(self, parsed: ParsedFile, known: KnownItem) -> tuple[DocumentChange, ...]:
        """Return the changes of other items' documents that had the path of a file before."""
        path = parsed.source.name
        former = self._lookup.by_path.get(path, known)
        if former is known:
            return ()
        without_path = {"path": "", "content_path": ""}
        return tuple(DocumentChange(row, without_path) for row in former.documents if row.path == path)


@dataclass(frozen=True, slots=True)
class _AliasPlan:
    """The aliases that an item gets, and the paths that are taken from other items."""

    paths: tuple[str, ...]
    taken: tuple[str, ...]
    problems: tuple[Problem, ...]


def _columns_of(record: ItemRecord, parsed: ParsedFile) -> Mapping[str, Any]:
    """Return the columns of an item's record, as far as they are the file's without rendering or validating again."""
    if record == parsed.record:
        return parsed.columns
    is_same_body = (record.body, record.flavour) == (parsed.record.body, parsed.record.flavour)
    rendered = Rendered(parsed.columns["body_html"], parsed.columns["body_text"]) if is_same_body else None
    return columns_of(record, rendered, parsed.columns)


def _warning(code: str, field: str, message: str) -> Problem:
    return Problem("warning", code, message, field)


def _with_primary(plan: Plan, document: SourceDocument, primary: SourceDocument) -> Plan:
    """Return a plan that makes `document` the primary one of its item, in place of `primary`."""
    columns = plan.document.columns if plan.document else {}
    return replace(
        plan,
        document=DocumentChange(document, {**columns, "is_primary": True}),
        displaced=(*plan.displaced, DocumentChange(primary, {"is_primary": False, "media": {}})),
    )


def _slug_problem(parsed: ParsedFile, wanted: str, holder: KnownItem, slug: str) -> Problem:
    """Return the problem that another item has the slug that a file wants, whose item gets another one."""
    message = f"“{wanted}” is the address of {holder}; this one got {page_path(slug)}/"
    if parsed.document.identity.given_slug:
        return _warning("slug-taken", "slug", f"{message}, give it another slug if that is not right")
    return Problem("note", "slug-taken", f"{message}, which it keeps", "slug")


def _require_same_content(parsed: ParsedFile, known: KnownItem, primary: SourceDocument) -> None:
    """Raise `Rejected` for a file of an item that has neither the item's content nor that of its primary file."""
    base, item = frontmatter.from_json(primary.record), known.item
    if (parsed.record.title, parsed.record.body) not in ((base.title, base.body), (item.title, item.body)):
        message = f"the same item as {primary.path}, but with another title or body; remove one of the two files"
        raise Rejected(Problem("error", "identity", message, "id" if primary.external_id else "slug"))


def _repeat_problem(primary: SourceDocument) -> Problem:
    message = f"the same item as {primary.path}; its address and link were kept with that item"
    return _warning("repeat", "", message)


def _conflict_problem(conflict: FieldConflict, choice: OnConflict) -> Problem:
    hints = {
        "keep": "the value here was kept, resolve it in the admin",
        "overwrite": "the file's was taken, undo the import to have the other back",
        "fail": "resolve it by hand, or let the import keep the value here",
    }
    level: Level = "error" if choice == "fail" else "warning"
    return Problem(level, "conflict", f"changed both here and in the file; {hints[choice]}", conflict.field)


def _alt(record: ItemRecord) -> str:
    return record.image.alt if record.image else ""


def _media_provenance(record: ItemRecord) -> dict[str, dict[str, object]]:
    return {use: {"href": ref.href, **ref.provenance} for use, ref in media_refs(record).items()}
