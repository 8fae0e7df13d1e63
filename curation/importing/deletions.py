"""Files of items that were deleted here: imports leave them out, unless told to restore their items."""

from __future__ import annotations

from collections.abc import Iterable, Set

from curation.frontmatter.problems import Problem
from curation.items.actors import Actor
from curation.items.bin import deleted_when, restore
from curation.models import CuratedItem, DeletedItem, ImportRun

from .lookup import Lookup
from .parse import ParsedFile, SkippedFile

#: The option on the page of uploads. The command names its own (`HINTS` there).
OPTION = "“Restore deleted items”"


def skipped_file(parsed: ParsedFile, deleted: CuratedItem | DeletedItem) -> SkippedFile:
    """Return the outcome of a file whose item is in the bin, or was deleted for ever."""
    item = deleted.pk if isinstance(deleted, CuratedItem) else None
    return SkippedFile(parsed.source, "skipped", deleted.slug, item, (deleted_problem(deleted),))


def deleted_problem(deleted: CuratedItem | DeletedItem) -> Problem:
    """Return the warning that the item of a file was deleted here."""
    way = "restore it in the bin, or import" if isinstance(deleted, CuratedItem) else "to create it again, import"
    return Problem("warning", "deleted-here", f"deleted here {deleted_when(deleted)}; {way} with {OPTION}")


def restored_problem(deleted: CuratedItem | DeletedItem) -> Problem:
    """Return the note that an import restores the deleted item of a file."""
    verb = "restored" if isinstance(deleted, CuratedItem) else "created again"
    return Problem("note", "restored-here", f"was deleted here {deleted_when(deleted)}; it is {verb}")


def restore_items_of(
    files: Iterable[ParsedFile], lookup: Lookup, seen: Set[str], actor: Actor, run: ImportRun | None
) -> dict[int, Problem]:
    """Restore the items of files that are in the bin; return a note for each, by ID.

    The caller has to look the files up again if there are any.
    """
    found = (lookup.find(parsed, seen) for parsed in files if lookup.has_binned_items)
    binned = {known.item.pk: known.item for known in found if known and known.is_binned and not known.gives_way}
    if not binned:
        return {}
    notes = {pk: restored_problem(item) for pk, item in binned.items()}
    restore(CuratedItem.objects.filter(pk__in=binned), actor, run=run)
    return notes
