"""Reviews: the items that wait for one, what changed since the last, and a decision undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from curation.models import CuratedItem, ItemDraft, Revision

from .actors import Actor
from .bulk import fields
from .named_rows import NamedRows
from .revisions import Change, last_id, record_changes
from .workflow import TRANSITIONS

Status, Verb = CuratedItem.Status, Revision.Verb

#: Verbs that decide about an item: what changed is compared with the item as the last of them left it.
DECISIONS = frozenset([Verb.RETURNED, Verb.PUBLISHED, Verb.SCHEDULED, Verb.WITHDRAWN, Verb.ARCHIVED])
#: Verbs whose revisions are the notes of a review.
NOTED = frozenset([Verb.SUBMITTED, Verb.RETURNED, Verb.APPROVED])
#: Verbs that `undo_decision()` undoes.
UNDOABLE = frozenset([Verb.PUBLISHED, Verb.SCHEDULED, Verb.APPROVED, Verb.RETURNED])
#: Maximum number of revisions, from the newest, that are read of an item.
MAX_REVISIONS = 200
#: Maximum number of notes that are shown.
MAX_NOTES = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits for a review; with `is_draft`, the draft over it waits."""

    pk: int
    is_draft: bool


def waiting_for(actor: Actor) -> list[Waiting]:
    """Return the items that wait for a decision of an actor, the longest first, in one query.

    An approved item waits for publishers alone.
    """
    if not actor.may("review"):
        return []
    submitted = Revision.objects.filter(item=OuterRef("pk"), verb=Verb.SUBMITTED).order_by("-id")
    rows = CuratedItem.objects.not_binned().filter(_in_review(actor) | Q(draft__is_submitted=True))
    since = Coalesce(Subquery(submitted.values("created_at")[:1]), "updated_at")
    ordered = rows.order_by(since, "pk").values_list("pk", "status")
    return [Waiting(pk, is_draft=status != Status.REVIEW) for pk, status in ordered]


def _in_review(actor: Actor) -> Q:
    in_review = Q(status=Status.REVIEW)
    return in_review if actor.may("publish") else in_review & Q(approved_at=None)


def waiting_rows(actor: Actor) -> tuple[QuerySet[Any], ...]:
    """Return the items and, second, the drafts over other items that wait for a decision of an actor: as querysets.

    Together they are as many as `waiting_for()` has, and each is read by an index.
    """
    if not actor.may("review"):
        return ()
    drafts = ItemDraft.objects.filter(is_submitted=True).exclude(item__status__in=[Status.BIN, Status.REVIEW])
    return CuratedItem.objects.filter(_in_review(actor)), drafts


def newest_revisions(item: CuratedItem) -> Sequence[Revision]:
    """Return the applied revisions of an item, the newest first; at most `MAX_REVISIONS`."""
    return list(item.revisions.filter(is_applied=True).order_by("-id")[:MAX_REVISIONS])


@dataclass(frozen=True, slots=True)
class ReviewedChanges:
    """The fields that changed since a decision, `since`, before and after; since ever, if that is `None`."""

    since: Revision | None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def changes_since_decision(revisions: Sequence[Revision]) -> ReviewedChanges:
    """Return what changed since the last decision about an item, of its revisions, the newest first.

    Rows that were renamed since have their present names. The status is left out.
    """
    since = last_decision(revisions)
    if since is None:
        return ReviewedChanges(None)
    later = [row for row in revisions if row.pk > since.pk]
    pairs = [
        ({name: values[side] for name, values in row.changes.items() if name != "status"}, row.created_at)
        for row in reversed(later)
        for side in (0, 1)
    ]
    rows, found = NamedRows(pairs), ReviewedChanges(since)
    for (former, at), (later_values, _at) in zip(pairs[::2], pairs[1::2], strict=True):
        for name, value in rows.present(former, at).items():
            found.before.setdefault(name, value)
        found.after.update(rows.present(later_values, at))
    return found


def last_decision(revisions: Sequence[Revision]) -> Revision | None:
    """Return the last decision that was not undone, of revisions, the newest first."""
    return next((row for row, newer in _with_newer(revisions) if row.verb in DECISIONS and not _undoes(newer)), None)


def _with_newer(revisions: Sequence[Revision]) -> Iterator[tuple[Revision, Revision | None]]:
    yield from ((row, None) for row in revisions[:1])
    yield from ((row, newer) for newer, row in pairwise(revisions))


def _undoes(revision: Revision | None) -> bool:
    return revision is not None and revision.verb == Verb.UNDONE and revision.run_id is None


def notes(revisions: Sequence[Revision]) -> list[Revision]:
    """Return who submitted, returned and approved an item, the newest first."""
    return [row for row, newer in _with_newer(revisions) if row.verb in NOTED and not _undoes(newer)][:MAX_NOTES]


class CannotUndoDecision(Exception):
    """A decision that is not undone. The message gives the reason."""


@transaction.atomic
def undo_decision(number: int, actor: Actor) -> CuratedItem:
    """Undo a decision of the actor, a revision of this ID: the item is in review again. Raises `CannotUndoDecision`.

    The publication time is the former one. An approval that the decision ended is gone.
    """
    revision = Revision.objects.filter(pk=number, verb__in=UNDOABLE, is_applied=True).first()
    if revision is None or actor.user is None or revision.user_id != actor.user.pk:
        raise CannotUndoDecision("this is no decision of yours")
    if not actor.may(TRANSITIONS[Verb(revision.verb)].permission):
        raise CannotUndoDecision("you may not decide about items any more")
    locked = CuratedItem.objects.filter(pk=revision.item_id).select_for_update(of=("self",))
    (item,) = fields.load(locked, ["status", "published_at"])
    if last_id(item) != revision.pk or item.status == Status.BIN:
        raise CannotUndoDecision("the item was changed since; its history has the former version")
    if not (revision.changes or revision.verb == Verb.APPROVED):
        _submit_again(item)
    else:
        _review_again(item, revision, actor)
    pairs = {name: values[::-1] for name, values in revision.changes.items()}
    record_changes([Change(item.pk, pairs)], Verb.UNDONE, actor, reason=f"{revision.get_verb_display()}: undone.")
    return item


def _review_again(item: CuratedItem, revision: Revision, actor: Actor) -> None:
    if revision.verb != Verb.APPROVED and revision.changes.get("status", [""])[0] != Status.REVIEW:
        raise CannotUndoDecision("it was not in review before")
    values: dict[str, Any] = {"status": Status.REVIEW}
    if "published_at" in revision.changes:
        former = revision.changes["published_at"][0]
        values["published_at"] = datetime.fromisoformat(former) if former else None
    fields.write([item], {item.pk: values}, actor)


def _submit_again(item: CuratedItem) -> None:
    """Let a draft wait for its review again that was returned."""
    if not ItemDraft.objects.filter(item=item, is_submitted=False).update(is_submitted=True, note=""):
        raise CannotUndoDecision("the draft is not there any more")
