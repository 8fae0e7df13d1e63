"""Bring a batch's lookup up to date with a plan: the one place through which later files see earlier plans."""

from .documents import DocumentChange
from .lookup import KnownItem, Lookup
from .plan import Plan


def apply(plan: Plan, lookup: Lookup) -> None:
    """Change a plan's item and documents in memory, as `write` will leave their rows, and the lookup with them."""
    known = plan.known
    for taken in plan.takes_aliases:
        former = lookup.by_alias[taken]
        lookup.set_aliases(former, [path for path in former.aliases if path != taken])
    if plan.takes_slug_of:
        _give_way(plan.takes_slug_of, lookup)
    lookup.set_aliases(known, plan.aliases)
    if plan.columns:
        lookup.remove(known)
        for column, value in plan.columns.items():
            setattr(known.item, column, value)
        lookup.add(known)
    known.open_conflicts -= plan.resolved_fields
    for change in plan.displaced:
        _set_columns(change)
    if plan.document:
        _apply_document(plan.document, known, lookup)
        lookup.by_path[plan.parsed.source.name] = known


def _give_way(known: KnownItem, lookup: Lookup) -> None:
    slug = lookup.free_slug(known.item.slug)
    lookup.remove(known)
    known.item.slug = slug
    lookup.add(known)


def _apply_document(change: DocumentChange, known: KnownItem, lookup: Lookup) -> None:
    _set_columns(change)
    if change.row not in known.documents:
        lookup.add_document(known, change.row)


def _set_columns(change: DocumentChange) -> None:
    for column, value in change.columns.items():
        setattr(change.row, column, value)
