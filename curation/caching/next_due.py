"""The time at which the next item is published or expires, per content version."""

from __future__ import annotations

from datetime import datetime
from math import inf

from django.utils import timezone

from curation.models import CuratedItem

#: The version asked about last, and when an item is next due at it. Replaced as a whole, so threads may share it.
_last: tuple[str, datetime | None] = ("", None)


def next_due(version: str) -> float:
    """Return the Unix time at which the next item is published or expires; infinity where none is due.

    Costs one query for each version of the content, and one more whenever that time has come.
    """
    global _last  # noqa: PLW0603  # one value for the whole process
    known, due = _last
    if known != version or (due and due <= timezone.now()):
        due = CuratedItem.objects.next_due()
        _last = version, due
    return due.timestamp() if due else inf
