"""The verbs that change what readers see of an item: publish, withdraw, archive, rename.

The first three take a queryset, so that one item and a thousand go the same way. Their number of queries is fixed (up
to `BATCH` items), and the relations' `listed_at` follows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from curation.models import Alias, CuratedItem, ItemAuthor, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet
from curation.models.redirects import normalise_path
from curation.resolving import arrived, released
from curation.search.index import index

Status = CuratedItem.Status

#: How many ids one statement names; databases limit its parameters.
BATCH = 10_000


class SlugTaken(Exception):
    """A slug is the address of another item, `holder`."""

    def __init__(self, holder: CuratedItem) -> None:
        super().__init__(f"The slug “{holder.slug}” belongs to the item “{holder.title}”.")
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Change:
    """What a verb did: the ids of the items that it changed, and how many were so already.

    `scheduled` of the changed ones have a publication time to come. `expired` were not published, as their expiry time
    has passed.
    """

    changed: list[int]
    unchanged: int
    scheduled: int = 0
    expired: int = 0


def publication_time(status: str, published_at: datetime | None) -> datetime | None:
    """Return when an item of this status was or will be published: now, if it is published and nothing was said."""
    return timezone.now() if status == Status.PUBLISHED and published_at is None else published_at


def publish(items: ItemQuerySet) -> Change:
    """Show items to readers from their publication time on; an item without one gets the present time.

    Items whose expiry time has passed stay as they are: nobody would see them.
    """
    return _move(items, Status.PUBLISHED, published_at=Coalesce("published_at", timezone.now()))


def withdraw(items: ItemQuerySet) -> Change:
    """Take items away from readers, back to draft. The publication time stays, for when they come back."""
    return _move(items, Status.DRAFT)


def archive(items: ItemQuerySet) -> Change:
    """Take items away from readers for good, but keep them."""
    return _move(items, Status.ARCHIVED)


@transaction.atomic
def _move(items: ItemQuerySet, status: str, **values: Any) -> Change:
    now = timezone.now()
    # A queryset filtered by status would no longer find its items after the change, so the ids come first.
    chosen = CuratedItem.objects.filter(pk__in=items.values("pk")).select_for_update()
    rows = list(chosen.values_list("pk", "status", "published_at", "expires_at"))
    expired = {pk for pk, *_, end in rows if status == Status.PUBLISHED and end is not None and end <= now}
    changed = [(pk, time) for pk, old_status, time, _ in rows if old_status != status and pk not in expired]
    ids = [pk for pk, _ in changed]
    for start in range(0, len(ids), BATCH):
        batch = CuratedItem.objects.filter(pk__in=ids[start : start + BATCH])
        batch.update(status=status, updated_at=now, **values)
        _relist(batch, status)
    index(ids)
    scheduled = sum(time is not None and time > now for _, time in changed)
    unchanged = len(rows) - len(ids) - len(expired)
    return Change(ids, unchanged, scheduled if status == Status.PUBLISHED else 0, len(expired))


def _relist(items: ItemQuerySet, status: str) -> None:
    """Do what `CuratedItem.relist()` does, for many items that have got the same status."""
    time = CuratedItem.objects.filter(pk=OuterRef("item")).values("published_at")
    for relation in (ItemTopic, ItemOffering, ItemAuthor):
        rows = relation.objects.filter(item__in=items.values("pk"))
        rows.update(listed_at=Subquery(time) if status == Status.PUBLISHED else None)


@transaction.atomic
def rename(item: CuratedItem, slug: str) -> None:
    """Give a saved item a new slug; its old address becomes an alias of it. Raise `SlugTaken` if another item has it.

    Where the old address is the alias of another item (it stood there before), the alias becomes this item's, the last
    to live there.
    """
    if slug == item.slug:
        return
    if holder := CuratedItem.objects.filter(slug=slug).exclude(pk=item.pk).first():
        raise SlugTaken(holder)
    old_path = address(item)
    item.slug = slug
    item.save(update_fields=["slug", "updated_at"])
    claim_addresses([item])
    Alias.objects.update_or_create(path=old_path, defaults={"item": item})
    arrived([item])


def claim_addresses(items: Iterable[CuratedItem]) -> None:
    """Delete the aliases, whoever's, at the addresses of items: pages are there now, and no alias leads past a page."""
    paths = [address(item) for item in items]
    gone, _ = Alias.objects.filter(path__in=paths).delete()
    if gone:
        released(paths)


def address(item: CuratedItem) -> str:
    """Return the path of an item's page in the form that aliases are kept in."""
    return normalise_path(item.get_absolute_url())
