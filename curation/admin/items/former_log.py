"""The entries of the admin's log about an item from before revisions were kept, without the internals of forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from curation.models import CuratedItem

#: Fields of former item forms that are none of the item, as the log names them.
FORM_INTERNALS = frozenset(["save_anyway", "save anyway", "version shown", "version"])


@dataclass(frozen=True, slots=True)
class LoggedChange:
    time: datetime
    user_name: str
    message: str


def former_log(item: CuratedItem) -> Iterator[LoggedChange]:
    """Yield the entries from before an item's first revision, the last first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(CuratedItem), object_id=str(item.pk)
    ).select_related("user")
    first = item.revisions.order_by("pk").values_list("created_at", flat=True).first()
    if first is not None:
        entries = entries.filter(action_time__lt=first)
    for entry in entries.order_by("-action_time", "-pk"):
        yield LoggedChange(entry.action_time, entry.user.get_full_name() or entry.user.get_username(), message(entry))


def message(entry: LogEntry) -> str:
    """Return the message of an entry in words, without the fields of forms that are none of the item."""
    try:
        parts = json.loads(entry.change_message)
    except ValueError:
        return entry.get_change_message()
    if not isinstance(parts, list):
        return entry.get_change_message()
    kept = [part for part in map(_without_internals, parts) if part]
    return LogEntry(change_message=json.dumps(kept)).get_change_message() if kept else "Changed."


def _without_internals(part: dict[str, Any]) -> dict[str, Any] | None:
    changed = part.get("changed")
    if not (isinstance(changed, dict) and "fields" in changed):
        return part
    fields = [name for name in changed["fields"] if str(name).lower() not in FORM_INTERNALS]
    return {"changed": {**changed, "fields": fields}} if fields else None
