"""The states of an item and the transitions between them, declared once, and the function that carries one out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from curation.models import BulkChange, CuratedItem, ImportRun, Revision
from curation.models.items import ItemQuerySet
from curation.search.index import index

from .actors import Actor
from .bulk import BulkResult, id_batches
from .checks import REFUSALS, failure_annotations, was_published
from .relations import update_listed_at
from .revisions import Change, record_changes

Status = CuratedItem.Status
Verb = Revision.Verb


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of status: from one of `sources` to `target`, by somebody with a permission on items.

    `target` is `None` for a restore, which gives back the status that the item had before it came to the bin. `done`
    completes the sentence “3 items …”. `is_checked`: items that fail a check of `checks.REFUSALS` are left as they are.
    """

    verb: Verb
    label: str
    done: str
    sources: frozenset[str]
    target: str | None
    permission: str
    is_checked: bool = False


def _from(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


TRANSITIONS = {
    transition.verb: transition
    for transition in (
        Transition(
            Verb.SUBMITTED, "Submit for review", "submitted", _from(Status.DRAFT), Status.REVIEW, "change", True
        ),
        Transition(Verb.RETURNED, "Return with a note", "returned", _from(Status.REVIEW), Status.DRAFT, "review"),
        Transition(Verb.APPROVED, "Approve", "approved", _from(Status.REVIEW), Status.REVIEW, "review", True),
        Transition(
            Verb.PUBLISHED,
            "Publish",
            "published",
            _from(Status.DRAFT, Status.REVIEW, Status.ARCHIVED),
            Status.PUBLISHED,
            "publish",
            is_checked=True,
        ),
        Transition(
            Verb.SCHEDULED,
            "Schedule",
            "scheduled",
            _from(Status.DRAFT, Status.REVIEW, Status.ARCHIVED, Status.PUBLISHED),
            Status.PUBLISHED,
            "publish",
            is_checked=True,
        ),
        Transition(
            Verb.WITHDRAWN,
            "Withdraw to draft",
            "withdrawn to draft",
            _from(Status.PUBLISHED, Status.ARCHIVED),
            Status.DRAFT,
            "publish",
        ),
        Transition(
            Verb.ARCHIVED,
            "Archive",
            "archived",
            _from(Status.DRAFT, Status.REVIEW, Status.PUBLISHED),
            Status.ARCHIVED,
            "publish",
        ),
        Transition(
            Verb.BINNED,
            "Move to the bin",
            "moved to the bin",
            _from(Status.DRAFT, Status.REVIEW, Status.PUBLISHED, Status.ARCHIVED),
            Status.BIN,
            "delete",
        ),
        Transition(Verb.RESTORED, "Restore", "restored", _from(Status.BIN), None, "delete"),
    )
}


def may_change(actor: Actor, item: CuratedItem) -> bool:
    """Whether an actor may change an item: everybody with the permission their own drafts, others every item."""
    if not actor.may("change"):
        return False
    status = item.binned_from or item.status
    own_draft = actor.user is not None and item.created_by_id == actor.user.pk and status == Status.DRAFT
    return own_draft or actor.may("change_any")


def may(actor: Actor, item: CuratedItem, verb: str) -> bool:
    """Whether an actor may carry out a transition of an item. Its state does not matter here."""
    permission = TRANSITIONS[Verb(verb)].permission
    if permission == "change":
        return may_change(actor, item)
    is_published = (item.binned_from or item.status) == Status.PUBLISHED
    # To and from the bin, a published item leaves the site, and comes back.
    return actor.may(permission) and (permission != "delete" or not is_published or actor.may("publish"))


#: The models beside items whose rows imports make.
MADE_BY_IMPORTS = ("alias", "author", "image", "offering", "publisher", "tag", "topic", "vocabulary")


def may_import(actor: Actor) -> bool:
    """Whether an actor may import files: that adds, changes and publishes items, and adds the rows that they name."""
    may_add = (actor.user is None or actor.user.has_perm(f"curation.add_{model}") for model in MADE_BY_IMPORTS)
    return all(map(actor.may, ("add", "change", "change_any", "publish"))) and all(may_add)


def may_undo(actor: Actor) -> bool:
    """Whether an actor may undo imports and changes of many items, which may move items to the bin."""
    return may_import(actor) and actor.may("delete")


def perform(
    verb: str,
    items: ItemQuerySet,
    actor: Actor,
    *,
    reason: str = "",
    at: datetime | None = None,
    now_if_before: datetime | None = None,
    run: ImportRun | None = None,
    bulk_change: BulkChange | None = None,
) -> BulkResult:
    """Carry out a transition of items, in a transaction, with a fixed number of queries for up to `BATCH` of them.

    `at` is the publication time of a schedule. Drafts and items in review that are published with a publication time
    before `now_if_before` get the current time instead. Items that `refusal()` refuses are left as they are. Raises
    `PermissionError` if the actor lacks the transition's permission.
    """
    transition = TRANSITIONS[Verb(verb)]
    if not actor.may(transition.permission):
        raise PermissionError(f"{actor.name} may not do this: {transition.label}.")
    now = timezone.now()
    with transaction.atomic():
        # Ids first: a queryset filtered by status would no longer find its items after the change.
        locked = CuratedItem.objects.filter(pk__in=items.values("pk")).select_for_update()
        chosen = list(load_for_refusal(locked.order_by("pk")))
        reasons = {item.pk: refusal(transition, item, actor, at, now) for item in chosen}
        changing = [item for item in chosen if not reasons[item.pk]]
        values = {item.pk: _new_values(transition, item, actor, at, now_if_before, now) for item in changing}
        _write(values, now)
        changes = [Change(item.pk, _changes(item, values[item.pk])) for item in changing]
        record_changes(changes, verb, actor, reason=reason, run=run, bulk_change=bulk_change)
        index(list(values))
    publishes = transition.target == Status.PUBLISHED
    times = [values[item.pk].get("published_at", item.published_at) for item in changing if publishes]
    return BulkResult(
        list(values),
        skipped={pk: reason for pk, reason in reasons.items() if reason},
        scheduled=sum(time is not None and time > now for time in times),
    )


def _write(values: dict[int, dict[str, Any]], now: datetime) -> None:
    """Give items new columns, and their relations the time at which they are listed."""
    for same, ids in _grouped(values):
        for batch in id_batches(ids):
            CuratedItem.objects.filter(pk__in=batch).update(updated_at=now, **dict(same))
            update_listed_at(batch)


#: The columns that `refusal()`, `time_when_published()` and `perform()` read.
REFUSAL_COLUMNS = ("status", "published_at", "expires_at", "binned_from", "created_by")
#: The columns that are fields of `items.state`.
_STATE_COLUMNS = ("status", "published_at")
#: Each status as a reason against a transition: “4 skipped: 3 archived, 1 in the bin”.
_REASONS = {
    Status.DRAFT: "still drafts",
    Status.REVIEW: "in review",
    Status.PUBLISHED: "published",
    Status.ARCHIVED: "archived",
    Status.BIN: "in the bin",
}


def load_for_refusal(items: ItemQuerySet, *columns: str) -> ItemQuerySet:
    """Load what `refusal()`, `time_when_published()` and `perform()` read of items, and further columns."""
    checked = items.annotate(**failure_annotations(REFUSALS), was_published=was_published())
    return checked.only(*REFUSAL_COLUMNS, *columns)


def refusal(transition: Transition, item: CuratedItem, actor: Actor, at: datetime | None, now: datetime) -> str:
    """Return why an item does not take part in a transition, as in “4 skipped: 3 published already”; "" if it does.

    The item was loaded by `load_for_refusal()`. Items that no reader would see because of their expiry time are not
    published.
    """
    if item.status not in transition.sources:
        reason = _REASONS[Status(item.status)]
        return f"{reason.removeprefix('still ')} already" if item.status == transition.target else reason
    if transition.verb == Verb.SCHEDULED and item.is_live:
        return "live already, and a schedule would take them off the site: withdraw them first"
    if transition.target == Status.PUBLISHED and item.expires_at is not None and item.expires_at <= (at or now):
        return "past their expiry time: empty it or give a later one first"
    if at is not None and item.status == Status.PUBLISHED and item.published_at == at:
        return "scheduled for then already"
    if not may(actor, item, transition.verb):
        is_of_publishers = transition.permission == "delete"
        return (
            "published, so for publishers alone"
            if is_of_publishers
            else "of others, or no drafts, so not yours to change"
        )
    failed = [check.noun for check in REFUSALS if transition.is_checked and getattr(item, check.annotation)]
    return " and ".join(failed)


def state_label(item: CuratedItem) -> str:
    """Return an item's state as readers see it: Live, Scheduled, Expired, Approved, or the label of its status."""
    if item.has_expired:
        return "Expired"
    if item.status == Status.PUBLISHED and not item.is_live:
        return "Scheduled"
    if item.approved_at is not None:
        return "Approved"
    return "Live" if item.is_live else item.get_status_display()


def status_columns(item: CuratedItem, status: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the columns of an item that gets a status, beside the publication time."""
    columns: dict[str, Any] = {
        "status": status,
        "approved_at": None,
        "binned_at": None,
        "binned_by": "",
        "binned_from": "",
    }
    if status == Status.BIN:
        columns |= {"binned_at": now, "binned_by": actor.name, "binned_from": item.status}
    return columns


def _new_values(
    transition: Transition,
    item: CuratedItem,
    actor: Actor,
    at: datetime | None,
    now_if_before: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the columns that a transition gives an item."""
    values = status_columns(item, transition.target or item.binned_from or Status.DRAFT, actor, now)
    if values["status"] == Status.PUBLISHED:
        time = at or time_when_published(item, now_if_before, now)
        if time != item.published_at:
            values["published_at"] = time
    elif transition.verb == Verb.APPROVED:
        values["approved_at"] = now
    return values


def time_when_published(item: CuratedItem, now_if_before: datetime | None, now: datetime) -> datetime:
    """Return the publication time that an item gets when it is published: its own, or now.

    An item whose own time is before `now_if_before` gets the current time when it is published for the first time.
    """
    time = item.published_at
    is_new = item.status in (Status.DRAFT, Status.REVIEW) and not item.was_published  # type: ignore[attr-defined]
    return now if time is None or (is_new and now_if_before is not None and time < now_if_before) else time


def _changes(item: CuratedItem, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the changed fields of an item's state, as JSON."""
    pairs = {name: (getattr(item, name), values.get(name, getattr(item, name))) for name in _STATE_COLUMNS}
    return {name: [_as_json(before), _as_json(after)] for name, (before, after) in pairs.items() if before != after}


def _as_json(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _grouped(values: dict[int, dict[str, Any]]) -> Sequence[tuple[tuple[tuple[str, Any], ...], list[int]]]:
    """Return the IDs of items by the columns that they get: one update for those that get the same."""
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for pk, columns in values.items():
        groups.setdefault(tuple(columns.items()), []).append(pk)
    return list(groups.items())
