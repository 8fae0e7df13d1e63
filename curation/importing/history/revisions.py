"""The revisions of the items that a batch of files creates or changes: one for each item, without a further query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from curation.frontmatter import to_json
from curation.importing.lookup import KnownItem, Lookup
from curation.importing.plan import Plan
from curation.items.actors import Actor
from curation.items.related_rows import RelatedRows
from curation.items.revisions import Change, record_changes
from curation.items.state import State, changes_between, labels_of, state_of, state_with_record
from curation.models import ImportRun, Revision

Verb = Revision.Verb


class BatchRevisions:
    """The states that the items of a batch had before it, from which their revisions follow."""

    def __init__(self) -> None:
        self._before: dict[KnownItem, State] = {}

    def note(self, plan: Plan, lookup: Lookup) -> None:
        """Keep the states of the items that a plan changes. To be called before `apply()` of each plan."""
        if plan.outcome != "unchanged":
            self._keep(plan.known)
        for path in plan.takes_aliases:
            self._keep(lookup.by_alias[path])
        if plan.takes_slug_of:
            self._keep(plan.takes_slug_of)

    def _keep(self, known: KnownItem) -> None:
        if known.item.pk is not None and known not in self._before:
            self._before[known] = state_of(known.item)

    def record(self, plans: Sequence[Plan], related_rows: RelatedRows, run: ImportRun, actor: Actor) -> None:
        """Write the revisions of a batch, whose `plans` have been written."""
        created = [plan.known.item.pk for plan in plans if plan.has_new_item]
        record_changes((Change(pk) for pk in created), Verb.CREATED, actor, run=run)
        restored = {plan.known for plan in plans if plan.outcome == "created"}
        written = {plan.known: plan for plan in plans if plan.record and plan.outcome != "unchanged"}
        by_verb: dict[tuple[Verb, str], list[Change]] = {}
        for known, before in self._before.items():
            plan = written.get(known)
            reason = _reason(plan) if plan else ""
            changes = changes_between(before, _state_after(known, before, plan, related_rows))
            if changes or reason:
                verb = Verb.RESTORED if known in restored else Verb.IMPORTED
                by_verb.setdefault((verb, reason), []).append(Change(known.item.pk, changes))
        for (verb, reason), changed in by_verb.items():
            record_changes(changed, verb, actor, reason=reason, run=run)


def _state_after(known: KnownItem, before: State, plan: Plan | None, related_rows: RelatedRows) -> State:
    """Return the state of an item after the batch, from the last plan that wrote its columns, if any."""
    if plan is None or plan.record is None:
        return {**before, "slug": known.item.slug, "aliases": sorted(known.aliases)}
    record = replace(related_rows.stored_form(plan.record), aliases=tuple(sorted(known.aliases)))
    return state_with_record(known.item, to_json(record))


def _reason(plan: Plan) -> str:
    """Name the fields that an import left to an editor."""
    if not plan.conflicts:
        return ""
    labels = ", ".join(labels_of(conflict.field for conflict in plan.conflicts))
    return f"Changed both here and in the file: {labels}. The value here was kept; an editor decides."
