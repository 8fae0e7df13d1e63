"""Who else has an item open, and what they have saved since: for the notes at the top of the item form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from curation.models import CuratedItem, Presence, Revision

#: Time after which an editor who was not heard of has left.
MAX_AGE = timedelta(seconds=60)
#: Maximum number of revisions that are named at once.
MAX_REVISIONS = 20


def renew(item: CuratedItem, user: User, field: str, *, is_dirty: bool) -> None:
    """Note that a user has the form of an item open. Deletes the rows of all who have left."""
    now = timezone.now()
    Presence.objects.filter(seen_at__lte=now - MAX_AGE).delete()
    values = {"field": field[:64], "is_dirty": is_dirty, "seen_at": now}
    Presence.objects.update_or_create(item=item, user=user, defaults=values)


def leave(item: CuratedItem, user: User) -> None:
    Presence.objects.filter(item=item, user=user).delete()


def others_at(item: CuratedItem, user: User) -> Sequence[Presence]:
    """Return the other editors who have an item open, the first to open it first."""
    present = Presence.objects.filter(item=item, seen_at__gt=timezone.now() - MAX_AGE).exclude(user=user)
    return list(present.select_related("user").order_by("since", "pk"))


def saved_since(item: CuratedItem, revision_id: int) -> Sequence[Revision]:
    """Return the applied revisions of an item after one of them, the newest first; at most `MAX_REVISIONS`."""
    later = item.revisions.filter(pk__gt=revision_id, is_applied=True)
    return list(later.order_by("-id")[:MAX_REVISIONS])
