"""Prepare, preview and execute a `BulkChange`: one action on the items that an editor chose.

The items are fixed when the change is prepared. It is executed in batches, each a short transaction that also counts
the items that are done: a change whose worker died continues after its last batch.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from curation.db.timed_batches import TimedBatches
from curation.models import BulkChange, CuratedItem

from ..actors import Actor
from ..synonyms import wait_for_names
from ..workflow import state_label
from . import BulkResult, Refused, id_batches
from .actions import ACTIONS_BY_NAME, BulkAction
from .arguments import UNCHOSEN, RowGone

logger = logging.getLogger(__name__)

Outcome = BulkChange.Outcome

#: Maximum number of items that one transaction changes.
BATCH_SIZE = 300
#: Changes of more items are executed by a worker.
MAX_AT_ONCE = 100
#: Prepared changes that nobody confirmed are deleted after this time.
KEEP_PREPARED = timedelta(days=1)
#: Number of titles that a preview shows.
MAX_TITLES = 5
#: The outcomes of changes that have not ended.
UNDER_WAY = (Outcome.QUEUED, Outcome.RUNNING)

#: A function that changes some of the items of a change. It may add to the change's `counts`.
Runner = Callable[[BulkChange, Actor, Sequence[int]], BulkResult]


@dataclass(slots=True)
class ActionPreview:
    """What an action would do.

    `states` counts all items by state, `skipped` those that stay as they are by reason. The others are `changing`:
    readers would find `appearing` more at once, `later` more from a time in the future, and `disappearing` no longer;
    `shown` are seen before and after. `old_years` counts publication times long ago, by year. `titles` has the first of
    the changing items, `skipped_titles` of the skipped ones.
    """

    total: int = 0
    changing: int = 0
    appearing: int = 0
    later: int = 0
    disappearing: int = 0
    shown: int = 0
    states: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    old_years: Counter[int] = field(default_factory=Counter)
    titles: list[str] = field(default_factory=list)
    skipped_titles: list[str] = field(default_factory=list)


def action_of(change: BulkChange) -> BulkAction:
    """Return the action of a change. Raises `Refused` if this version of the site lacks it."""
    action = ACTIONS_BY_NAME.get(change.verb)
    if action is None:
        raise Refused(f"This site has no action “{change.verb}” any more.")
    return action


def actor_of(change: BulkChange) -> Actor:
    """Return who makes a change. Raises `Refused` if the user was deleted."""
    if change.user is None:
        raise Refused(f"{change.user_name} has no account any more.")
    return Actor.of(change.user)


def prepare(action: BulkAction, ids: Sequence[int], user: User) -> BulkChange:
    """Store an action on items, to be confirmed. Raises `PermissionError`."""
    actor = Actor.of(user)
    if not action.effect.may(actor):
        raise PermissionError(f"{actor.name} may not do this: {action.label}.")
    unconfirmed = BulkChange.objects.filter(outcome=Outcome.PREPARED, created_at__lt=timezone.now() - KEEP_PREPARED)
    unconfirmed.delete()
    return BulkChange.objects.create(
        verb=action.name, item_ids=list(ids), user=user, user_name=actor.name, outcome=Outcome.PREPARED
    )


def preview(change: BulkChange, value: Any = UNCHOSEN) -> ActionPreview:
    """Return what a change would do with a value of its argument. Only reads."""
    effect, actor, now, seen = action_of(change).effect, actor_of(change), timezone.now(), ActionPreview()
    for ids in id_batches(change.item_ids):
        for item in effect.load(CuratedItem.objects.filter(pk__in=ids), value):
            seen.total += 1
            seen.states[state_label(item)] += 1
            if reason := effect.refusal(item, value, actor):
                seen.skipped[reason] += 1
                if len(seen.skipped_titles) < MAX_TITLES:
                    seen.skipped_titles.append(str(item))
                continue
            seen.changing += 1
            after = effect.listed_at_after(item, value, now)
            is_seen_after = after is not None and after <= now
            seen.appearing += is_seen_after and not item.is_live
            seen.disappearing += item.is_live and not is_seen_after
            seen.shown += item.is_live and is_seen_after
            seen.later += after is not None and after > now
            if effect.is_old(item) and item.published_at:
                seen.old_years[item.published_at.year] += 1
            if len(seen.titles) < MAX_TITLES:
                seen.titles.append(str(item))
    return seen


def confirm(change: BulkChange, value: Any = UNCHOSEN) -> bool:
    """Queue a prepared change; return whether it was still prepared: somebody may press the button twice."""
    argument = action_of(change).argument
    arguments = {}
    if argument is not None and value is not UNCHOSEN:
        arguments = {"value": argument.to_json(value), "text": argument.describe(value)}
    prepared = BulkChange.objects.filter(pk=change.pk, outcome=Outcome.PREPARED)
    return bool(prepared.update(outcome=Outcome.QUEUED, arguments=arguments, created_at=timezone.now()))


def run_action(change: BulkChange, actor: Actor, ids: Sequence[int]) -> BulkResult:
    """Carry out the action of a change for some of its items, and log it. Raises `Refused`."""
    wait_for_names()
    action = action_of(change)
    if not action.effect.may(actor):
        raise Refused(f"{actor.name} may not do this any more: {action.label}.")
    value = UNCHOSEN
    if action.argument is not None and "value" in change.arguments:
        try:
            value = action.argument.from_json(change.arguments["value"])
        except RowGone as error:
            raise Refused(f"{error}. Choose the items and the action again.") from error
    result = action.effect.run(ids, value, actor, change)
    log(actor, result.changed, action.logged or f"{action.done.capitalize()} from the list.")
    return result


def log(actor: Actor, ids: Sequence[int], message: str) -> None:
    """Write a change to the log of each item, where Django's admin looks for it."""
    if actor.user is not None and ids:
        items: Any = CuratedItem.objects.filter(pk__in=ids).only("title")
        LogEntry.objects.log_actions(actor.user.pk, items, CHANGE, message)


def execute(change: BulkChange, runner: Runner) -> None:
    """Execute a change to its end, or continue it, and keep its outcome. An error fails it, and is raised again."""
    batches = TimedBatches(BATCH_SIZE)
    try:
        for rest in _rests(change):
            batches.write(rest, lambda batch: _execute_batch(change.pk, runner, len(batch)))
    except (Refused, PermissionError) as error:
        _fail(change, str(error))
    except Exception:
        logger.exception("%s failed", change)
        _fail(change, "The server failed; its log has the reason. Continue the action, or undo it.")
        raise


def _rests(change: BulkChange) -> Iterator[range]:
    """Yield a range as long as the items that are left, until the change is over: it may get further items."""
    rest = len(change.item_ids) - change.done
    while True:
        yield range(max(rest, 1))
        present = BulkChange.objects.filter(pk=change.pk, outcome__in=UNDER_WAY).first()
        if present is None:
            return
        rest = len(present.item_ids) - present.done


def _execute_batch(pk: int, runner: Runner, size: int) -> int:
    """Execute a change for its next items, at most `size`, in the caller's transaction; return `size`.

    The row of the change is locked: two workers that execute the same change take turns.
    """
    rows = BulkChange.objects.select_related("user", "undo_of").defer("undo_of__item_ids")
    change = rows.select_for_update(of=("self",)).get(pk=pk)
    if change.outcome not in UNDER_WAY:
        return size
    ids = change.item_ids[change.done : change.done + size]
    is_over = _is_over_after(change, runner, ids)
    change.heartbeat_at = timezone.now()
    change.outcome = Outcome.FINISHED if is_over else Outcome.RUNNING
    change.finished_at = change.heartbeat_at if is_over else None
    change.save(update_fields=["done", "counts", "heartbeat_at", "outcome", "finished_at"])
    if is_over and change.undo_of_id:
        BulkChange.objects.filter(pk=change.undo_of_id).update(outcome=Outcome.UNDONE)
    return size


def _is_over_after(change: BulkChange, runner: Runner, ids: Sequence[int]) -> bool:
    """Execute a change for some items; return whether it is over.

    An effect that changes rows has a last step, and its undo a first one, each in a transaction without items.
    """
    actor, effect = actor_of(change), action_of(change).effect
    if change.undo_of and effect.changes_rows and not change.counts.get("has_rows"):
        effect.start_undo(change.undo_of, actor)
        change.counts = {**change.counts, "has_rows": True}
        return False
    has_last_step = effect.changes_rows and not change.undo_of_id
    if has_last_step and not ids:
        further = effect.finish(change, actor)
        change.item_ids = [*change.item_ids, *further]
        change.save(update_fields=["item_ids", "arguments"])
        return not further
    add_counts(change, ids, runner(change, actor, ids))
    change.done += len(ids)
    return not has_last_step and change.done >= len(change.item_ids)


def add_counts(change: BulkChange, ids: Sequence[int], result: BulkResult) -> None:
    """Add the result of a batch to the counts of a change."""
    gone = len(ids) - len(result.changed) - len(result.skipped)
    skipped = Counter(change.counts.get("skipped", {})) + Counter(result.skipped.values())
    if gone:
        skipped["deleted meanwhile"] += gone
    change.counts = {
        **change.counts,
        "changed": change.counts.get("changed", 0) + len(result.changed),
        "scheduled": change.counts.get("scheduled", 0) + result.scheduled,
        "skipped": skipped,
    }


def _fail(change: BulkChange, message: str) -> None:
    failed = BulkChange.objects.filter(pk=change.pk, outcome__in=UNDER_WAY)
    failed.update(outcome=Outcome.FAILED, message=message, finished_at=timezone.now())


def may_continue(change: BulkChange, actor: Actor) -> bool:
    """Whether an actor may continue a failed change: the one who confirmed it, or for an undo any publisher.

    The user of an undo may be gone or have lost the permission, and a change has one undo at most.
    """
    is_own = actor.user is not None and change.user_id == actor.user.pk
    may = is_own or (change.undo_of_id is not None and actor.may("publish"))
    return may and change.outcome == Outcome.FAILED and not BulkChange.objects.filter(undo_of=change).exists()


def continue_failed(change: BulkChange, actor: Actor) -> bool:
    """Queue the rest of a change that failed, in the name of an actor; return whether it had failed."""
    failed = BulkChange.objects.filter(pk=change.pk, outcome=Outcome.FAILED)
    columns = {"user": actor.user, "user_name": actor.name, "message": "", "finished_at": None}
    return bool(failed.update(outcome=Outcome.QUEUED, **columns))


def as_counts(counts: Mapping[str, int]) -> str:
    """Return numbers by reason as text: “3 archived, 1 in the bin”. A single reason has no number."""
    ordered = sorted(counts.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{number:,} {reason}" for reason, number in ordered) if len(ordered) > 1 else "".join(counts)
