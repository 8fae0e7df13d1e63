"""Signed links by which people without an account see an item before it is published, for seven days.

A link holds the item's primary key, the version of its links, the item's last revision and the time of its making,
signed with `SECRET_KEY`. It is valid for `MAX_AGE`, unless somebody withdraws the links of the item, or takes the item
off the site, archives or deletes it: the revisions since tell of that, whoever wrote them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.db.models import F
from django.utils import timezone

from curation.models import CuratedItem, Image, PreviewLink
from curation.site_links.resolve import resolved_references

from .drafts import draft_of
from .in_memory import give_state
from .revisions import last_id

Status = CuratedItem.Status

MAX_AGE = timedelta(days=7)
_signer = TimestampSigner(salt="curation.items.preview_links")


@dataclass(frozen=True, slots=True)
class SharedPreview:
    """What a valid link shows: an item as its draft would make it, if it has one, and until when."""

    item: CuratedItem
    is_draft: bool
    expires_at: datetime


def make_token(item: CuratedItem) -> tuple[str, datetime]:
    """Return the token of a new link to an item, and when it expires."""
    link, _is_new = PreviewLink.objects.get_or_create(item=item)
    return _signer.sign(f"{item.pk}:{link.version}:{last_id(item)}"), timezone.now() + MAX_AGE


def withdraw(item: CuratedItem) -> None:
    """End all links to an item that were made so far."""
    PreviewLink.objects.filter(item=item).update(version=F("version") + 1)


def find_preview(token: str) -> SharedPreview | None:
    """Return what the link with a token shows; `None` if it is invalid, has expired, or was withdrawn."""
    try:
        pk, version, revision = _signer.unsign(token, max_age=MAX_AGE).split(":")
    except (BadSignature, ValueError):  # links of former releases have no revision
        return None
    items = CuratedItem.objects.not_binned().select_related("image", "publisher__icon")
    item = items.filter(pk=pk, preview_link__version=version).first()
    if item is None or _was_taken_away(item, int(revision)):
        return None
    made = datetime.fromtimestamp(b62_decode(token.split(":")[3]), UTC)
    draft = draft_of(item)
    if draft:
        give_state(item, draft.state, draft.updated_at)
    return SharedPreview(item, draft is not None, made + MAX_AGE)


def _was_taken_away(item: CuratedItem, revision: int) -> bool:
    """Whether an item was taken off the site, archived or deleted after one of its revisions, even if it is back."""
    later = item.revisions.filter(is_applied=True, pk__gt=revision).order_by()
    changes: Iterable[Any] = later.values_list("changes", flat=True)
    statuses = [found["status"] for found in changes if "status" in found]
    return any(
        after in (Status.ARCHIVED, Status.BIN) or (before == Status.PUBLISHED and after != Status.PUBLISHED)
        for before, after in statuses
    )


def shows_file(token: str, name: str) -> bool:
    """Whether the page of a link shows or links to a stored file, or to a rendition of it."""
    preview = find_preview(token)
    if preview is None:
        return False
    references = resolved_references(preview.item)
    if name in {str(preview.item.pdf), *(row.document for row in references)}:
        return True
    images = {pk for pk in (preview.item.image_id, *(row.image_id for row in references)) if pk}
    digests = Image.objects.filter(pk__in=images).values_list("sha256", flat=True)
    return any(
        name.startswith((f"images/{sha256[:2]}/{sha256}.", f"images/{sha256[:2]}/{sha256}/")) for sha256 in digests
    )
