"""Write and read revisions. Every verb writes one for each item that it changed, in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from curation.db.bulk_rows import insert
from curation.models import BulkChange, CuratedItem, ImportRun, Revision

from .actors import Actor
from .named_rows import NamedRows, present_state
from .record import with_record_relations
from .state import State, changes_between, state_of, states_of

Verb = Revision.Verb
#: Verbs whose revisions count without a changed field. A draft over a live item is submitted and returned without one.
WITHOUT_CHANGES = frozenset(
    [Verb.CREATED, Verb.IMPORTED, Verb.SUBMITTED, Verb.RETURNED, Verb.APPROVED, Verb.NOT_TAKEN, Verb.UNDONE]
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an item: its ID, and the changed fields with the values before and after (`Revision.changes`).

    `base_id` is that of a draft which was discarded or replaced.
    """

    item_id: int
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    is_applied: bool = True
    base_id: int | None = None

    @property
    def pdf(self) -> str:
        """The PDF that the revision can give back (`Revision.pdf`)."""
        before, after = self.changes.get("pdf", ("", ""))
        return (before if self.is_applied else after) or ""


def record_changes(
    changes: Iterable[Change],
    verb: str,
    actor: Actor,
    *,
    reason: str = "",
    run: ImportRun | None = None,
    bulk_change: BulkChange | None = None,
) -> None:
    """Write a revision for each change, in one statement. A change of no field is left out, unless its verb is one of
    `WITHOUT_CHANGES`.
    """
    now = timezone.now()
    insert(
        Revision,
        (
            {
                "item_id": change.item_id,
                "created_at": now,
                "user_id": actor.user.pk if actor.user else None,
                "user_name": actor.name,
                "verb": verb,
                "reason": reason,
                "is_applied": change.is_applied,
                "bulk_change_id": bulk_change.pk if bulk_change else None,
                "run_id": run.pk if run else None,
                "changes": change.changes,
                "base_id": change.base_id,
                "pdf": change.pdf,
            }
            for change in changes
            if change.changes or verb in WITHOUT_CHANGES
        ),
    )


def record_since(before: Mapping[int, State], verb: str, actor: Actor, **options: Any) -> list[int]:
    """Write revisions for the items that differ from their states in `before`, by ID; return the IDs of these items.

    `options` are those of `record_changes()`. Read `before` with `states_of()` in the same transaction, after locking
    the items.
    """
    after = states_of(CuratedItem.objects.filter(pk__in=before))
    changes = [Change(pk, found) for pk, state in after.items() if (found := changes_between(before[pk], state))]
    record_changes(changes, verb, actor, **options)
    return [change.item_id for change in changes]


@contextmanager
def recording(ids: Iterable[int], verb: str, actor: Actor, **options: Any) -> Iterator[None]:
    """Write revisions for those of some items that the `with` block changes, in a transaction with it.

    `options` are those of `record_changes()`.
    """
    ids = set(ids)
    with transaction.atomic():
        list(CuratedItem.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))
        before = states_of(CuratedItem.objects.filter(pk__in=ids))
        yield
        record_since(before, verb, actor, **options)


def last_id(item: CuratedItem) -> int:
    """Return the ID of an item's last applied revision; 0 before the first."""
    ids = item.revisions.filter(is_applied=True).order_by("-id").values_list("id", flat=True)
    return ids.first() or 0


def state_at(item: CuratedItem, revision_id: int, live: State | None = None) -> dict[str, Any]:
    """Return the state that an item had right after one of its revisions; 0 stands for before the first.

    Rows that were renamed since have their present names. `live` is the item's present state, if the caller has it.
    """
    if live is None:
        live = state_of(with_record_relations(CuratedItem.objects.filter(pk=item.pk)).get())
    state = dict(live)
    later = item.revisions.filter(is_applied=True, pk__gt=revision_id).order_by("-id")
    former = [
        ({name: before for name, (before, _after) in revision.changes.items()}, revision.created_at)
        for revision in later
    ]
    rows = NamedRows(former)
    for values, at in former:
        state |= rows.present(values, at)
    return state


def typed_values(revision: Revision) -> dict[str, Any]:
    """Return the values that a revision gave, or would have given. Renamed rows have their present names."""
    return present_state({name: after for name, (_before, after) in revision.changes.items()}, revision.created_at)
