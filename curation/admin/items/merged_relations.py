"""The relations and redirects that a sent item form gives its item, merged with what others have changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from curation.items.concurrent_edits import ConcurrentEdit
from curation.items.saving import save_aliases
from curation.lib.names import name_key
from curation.models import Author, CuratedItem, Offering, Topic

from .relation_inlines import OfferingFormSet

Key = Callable[[Any], Hashable]


def topic_key(entry: Any) -> Hashable:
    if isinstance(entry, Topic):
        return name_key(entry.vocabulary.name), name_key(entry.label)
    return name_key(entry["vocabulary"]), name_key(entry["label"])


def _author_key(entry: Any) -> Hashable:
    return name_key(entry.name if isinstance(entry, Author) else entry)


def _offering_key(entry: Any) -> Hashable:
    if isinstance(entry, Offering):
        return entry.external_id or entry.slug
    return str(entry["external_id"] or entry["slug"])


def changed_relations(item: CuratedItem, edit: ConcurrentEdit | None, formsets: Any) -> dict[str, Any]:
    """Return the arguments of `set_relations()` for the relations of an item that its form changes.

    `formsets` are those of the form by field (`topics`, …). `edit` is `None` for a new item.
    """
    changed: dict[str, Any] = {}
    for name, key, live_rows in (
        ("topics", topic_key, [row.topic for row in item.itemtopic_set.select_related("topic__vocabulary")]),
        ("authors", _author_key, [row.author for row in item.itemauthor_set.select_related("author")]),
    ):
        ids = _merged_ids(name, key, formsets[name], live_rows, edit)
        if ids != [row.pk for row in live_rows]:
            changed[name] = ids
    offerings = list(item.itemoffering_set.select_related("offering"))
    ids = _merged_ids("offerings", _offering_key, formsets["offerings"], [row.offering for row in offerings], edit)
    primary = _primary_id(formsets["offerings"], edit)
    marked = {pk: pk == primary for pk in ids}
    if list(marked.items()) != [(row.offering_id, row.is_primary) for row in offerings]:
        changed["offerings"] = marked
    return changed


def _merged_ids(name: str, key: Key, formset: Any, live: Sequence[Any], edit: ConcurrentEdit | None) -> list[int]:
    chosen = [row[formset.key] for row in formset.chosen()]
    if edit is None:
        return [row.pk for row in chosen]
    ids = {key(row): row.pk for row in (*live, *chosen)}
    return [ids[found] for found in edit.merged(name, chosen, key)]


def _primary_id(formset: OfferingFormSet, edit: ConcurrentEdit | None) -> int | None:
    """Return the ID of the offering that the item is about: the editor's choice, unless only others have changed it."""
    mine = formset.primary
    if edit is not None and formset.takes_their_primary:
        keys = [_offering_key(entry) for entry in edit.live["offerings"] if entry["is_primary"]]
        found = Offering.objects.filter(itemoffering__item=formset.instance)
        return next((offering.pk for offering in found if _offering_key(offering) in keys), None)
    return mine.pk if mine else None


def save_changed_aliases(item: CuratedItem, edit: ConcurrentEdit, formset: Any) -> None:
    """Add and remove the redirects that the editor has added and removed; those of others stay."""
    before, mine = set(edit.base["aliases"]), set(formset.chosen())
    if before != mine:
        now = set(item.aliases.values_list("path", flat=True))
        save_aliases({item.pk: sorted(now - (before - mine) | (mine - before))})
