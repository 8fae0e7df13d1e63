"""Sentences about bulk actions: what one would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping

from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin_site.times import zoned_time_text
from curation.items.actors import Actor
from curation.items.bulk.actions import ACTIONS_BY_NAME
from curation.items.bulk.arguments import Time
from curation.items.bulk.changes import ActionPreview, as_counts
from curation.items.bulk.undo import obstacle
from curation.models import BulkChange

#: How the number of items in a state is followed, for one item and for several.
STATES = {
    "Live": ("is live now", "are live now"),
    "Scheduled": ("is scheduled", "are scheduled"),
    "Draft": ("is a draft", "are drafts"),
    "In review": ("is in review", "are in review"),
    "Approved": ("is approved", "are approved"),
    "Archived": ("is archived", "are archived"),
    "Expired": ("has expired", "have expired"),
    "In the bin": ("is in the bin", "are in the bin"),
}


def items(number: int) -> str:
    """Return a number of items: “1 item”, “1,234 items”."""
    return f"{number:,} item{pluralize(number)}"


def pages(number: int, more: str = "") -> str:
    return f"{number:,} {more}page{pluralize(number)}"


def states(preview: ActionPreview) -> str:
    """Return the items of an action by state: “183 items: 171 are live now, 12 are drafts.”"""
    counted = [f"{number:,} {STATES[state][number != 1]}" for state, number in preview.states.most_common()]
    return f"{items(preview.total)}: {', '.join(counted)}." if counted else "None of these items exists any more."


def consequence(preview: ActionPreview) -> str:
    """Return what readers notice of an action."""
    sentences = []
    if preview.disappearing:
        sentences.append(f"Readers will no longer find {pages(preview.disappearing)}.")
    if preview.appearing:
        sentences.append(f"Readers will find {pages(preview.appearing, 'more ')} at once.")
    if preview.later:
        sentences.append(f"{pages(preview.later)} will appear at a later time.")
    if preview.shown:
        sentences.append(f"Readers see the change on {pages(preview.shown)} at once.")
    return " ".join(sentences) or "Readers notice nothing."


def skipped(counts: Mapping[str, int]) -> str:
    """Return the number of skipped items with the reasons; "" if there are none."""
    return f"{sum(counts.values()):,} skipped: {as_counts(counts)}." if counts else ""


def old_years(preview: ActionPreview) -> str:
    """Return how many items have an old publication time, and in which years they would stand."""
    number = preview.old_years.total()
    years = [f"{year} ({count:,})" for year, count in sorted(preview.old_years.items())]
    has = "has" if number == 1 else "have"
    return (
        f"{items(number)} {has} a publication time of more than 30 days ago and would stand in {', '.join(years)}, "
        "where readers of the front page and of feeds do not meet them."
    )


def title(change: BulkChange) -> str:
    """Return the name of a change: “Withdraw to draft”, “Undo: Withdraw to draft”."""
    action = ACTIONS_BY_NAME.get(change.verb)
    label = action.label if action else change.verb
    return f"Undo: {label}" if change.undo_of_id else label


def argument_text(change: BulkChange) -> str:
    """Return the value that an editor chose for a change; "" if there is none."""
    action = ACTIONS_BY_NAME.get(change.verb)
    if action and isinstance(action.argument, Time) and "value" in change.arguments:
        return zoned_time_text(action.argument.from_json(change.arguments["value"]))
    return str(change.arguments.get("text", ""))


def outcome(change: BulkChange) -> str:
    """Return what a change did: “183 items withdrawn to draft. 4 skipped: …”"""
    action, counts = ACTIONS_BY_NAME.get(change.verb), change.counts
    done = action.done if action else "changed"
    text = items(counts.get("changed", 0)) + (" put back" if change.undo_of_id else f" {done}")
    if counts.get("scheduled") and change.verb == "publish":
        text += f", {counts['scheduled']:,} of them scheduled for later"
    sentences = [f"{text}.", skipped(counts.get("skipped", {}))]
    if kept := counts.get("kept_fields"):
        sentences.append(f"{kept:,} field{pluralize(kept)} left as {'it is' if kept == 1 else 'they are'}.")
    return " ".join(filter(None, sentences))


def message(change: BulkChange, actor: Actor) -> SafeString:
    """Return what a change did, with links to its undo and to the items that it changed."""
    return format_html("{} {} {}", outcome(change), undo_link(change, actor), changed_link(change))


def undo_link(change: BulkChange, actor: Actor) -> SafeString | str:
    if obstacle(change, actor):
        return ""
    return format_html(
        '<a class="in-message" href="{}">Undo</a>', reverse("admin:curation_bulkchange_undo", args=[change.pk])
    )


def changed_link(change: BulkChange) -> SafeString | str:
    if not change.counts.get("changed"):
        return ""
    is_in_bin = change.verb == "bin" and not change.undo_of_id and change.outcome != BulkChange.Outcome.UNDONE
    name = "admin:curation_binneditem_changelist" if is_in_bin else "admin:curation_curateditem_changelist"
    url = reverse(name, query={"bulk": change.pk})
    return format_html('<a href="{}">Show what changed</a>', url)
