"""What the review page shows of an item: the changes, the checks, the notes, and the buttons of a role."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.items.comparison import ComparedField, compare
from curation.admin_site.framing import FRAMED
from curation.admin_site.moments import MomentInput
from curation.admin_site.times import desk_time, time_text
from curation.items import drafts, reviews
from curation.items.actors import Actor
from curation.items.checks import CHECKS, Check, failures
from curation.items.in_memory import give_state
from curation.items.workflow import may, may_change
from curation.lib.time_zones import to_utc
from curation.models import CuratedItem, ItemDraft, Revision

from .decisions import MAX_NOTE_CHARS, TIME, Decision, version_of

Verb = Revision.Verb


def contents(item: CuratedItem, draft: ItemDraft | None, actor: Actor, decision: Decision | None) -> dict[str, Any]:
    """Return the template context of an item, or of the draft over it. `decision` is one that was refused."""
    revisions = reviews.newest_revisions(item)
    failed = failures(_in_memory(item, draft) if draft else item)
    title, changes = _changes(item, draft, revisions)
    is_new = not draft and reviews.last_decision(revisions) is None
    page = reverse(f"admin:curation_curateditem_{'draft_page' if draft else 'page'}", args=[item.pk])
    return {
        "item": item,
        "draft": draft,
        "framed_url": f"{page}?{FRAMED}=1",
        "changes_title": title,
        "changes": changes,
        "is_new": is_new,
        "failed": failed,
        "number_passed": len(CHECKS) - len(failed),
        "notes": reviews.notes(revisions),
        "version": version_of(item, draft),
        "note": decision.note if decision else "",
        "max_note_chars": MAX_NOTE_CHARS,
        **(_draft_buttons(item, actor) if draft else _buttons(item, failed, actor, decision)),
    }


def _in_memory(item: CuratedItem, draft: ItemDraft) -> CuratedItem:
    """Return the item as its draft would make it."""
    to_come = copy(item)
    give_state(to_come, draft.state, draft.updated_at)
    return to_come


def _changes(
    item: CuratedItem, draft: ItemDraft | None, revisions: Sequence[Revision]
) -> tuple[str | SafeString, list[ComparedField]]:
    """Return the fields that differ, and a heading that says since when."""
    if draft:
        live, to_come = drafts.live_state(item), drafts.state_in(draft)
        return "What the draft changes on the live version", compare(live, to_come, in_one=True)
    found = reviews.changes_since_decision(revisions)
    if found.since is None:
        return "New: nobody has decided about it before", []
    title = format_html(
        "What changed since it was {} by {}, {}",
        found.since.get_verb_display().lower(),
        found.since.user_name,
        desk_time(found.since.created_at),
    )
    return title, compare(found.before, found.after, in_one=True)


def _draft_buttons(item: CuratedItem, actor: Actor) -> dict[str, Any]:
    label = "Publish the changes" if may_change(actor, item) else ""
    return {"approve_verb": Verb.PUBLISHED, "approve_label": label, "return_label": "Return the draft"}


def _buttons(item: CuratedItem, failed: Sequence[Check], actor: Actor, decision: Decision | None) -> dict[str, Any]:
    """Return the labels of the buttons, and the time that a schedule offers."""
    may_publish = may(actor, item, Verb.PUBLISHED)
    is_planned = item.published_at is not None and item.published_at > timezone.now()
    publish = "Approve and publish now" if is_planned else "Approve and publish"
    shown = decision.time if decision and any(decision.time[:2]) else _offered_time(item)
    return {
        "approve_verb": Verb.PUBLISHED if may_publish else Verb.APPROVED,
        "approve_label": publish if may_publish else "Approve",
        "return_label": "Return",
        "is_planned": is_planned,
        "time_input": _time_input(shown) if may_publish else "",
        "old_date": time_text(item.published_at) if item.published_at and _is_old(failed) and may_publish else "",
        "dating": decision.dating if decision else "",
    }


def _is_old(failed: Sequence[Check]) -> bool:
    return any(check.code == "old-date" for check in failed)


def _time_input(value: datetime | list[str]) -> SafeString:
    widget = MomentInput()
    widget.label = "Publication time"
    return widget.render(TIME, value, {"id": f"id_{TIME}", "required": True})


def _offered_time(item: CuratedItem) -> datetime:
    """Return an item's own publication time if it is to come, else tomorrow at the desk's usual hour."""
    if item.published_at and item.published_at > timezone.now():
        return item.published_at
    tomorrow = timezone.localdate() + timedelta(days=1)
    return to_utc(datetime.combine(tomorrow, settings.DESK_HOUR), timezone.get_current_timezone())
