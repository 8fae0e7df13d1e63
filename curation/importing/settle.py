"""Open conflicts settled: the value here stays, or the file's takes its place."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from curation import frontmatter
from curation.importing.columns import columns_of
from curation.importing.references import References
from curation.importing.upsert import Filled, save_items
from curation.models import Conflict, CuratedItem
from curation.publishing import SlugTaken, rename
from curation.snapshot import snapshot, with_relations


class CannotSettle(Exception):
    """A value that the item cannot take; the message says why."""


def current(conflict: Conflict) -> Any:
    """Return what the item holds now, as JSON values: it may have changed since the conflict arose."""
    item = with_relations(CuratedItem.objects.filter(pk=conflict.item_id)).get()
    return frontmatter.plain(getattr(snapshot(item), conflict.field))


def keep_ours(conflict: Conflict) -> None:
    """Keep the item's value: the file's is known by now, and not taken until it changes again."""
    conflict.delete()


@transaction.atomic
def take_theirs(conflict: Conflict) -> None:
    """Give the item the file's value. Raises `CannotSettle`, and then has changed nothing."""
    put(conflict, conflict.theirs)
    conflict.delete()


def put(conflict: Conflict, value: Any) -> None:
    """Give the field of a conflict a value, by the way that imports take. Raises `CannotSettle`."""
    item = with_relations(CuratedItem.objects.filter(pk=conflict.item_id)).get()
    record = frontmatter.from_json(frontmatter.to_json(snapshot(item)) | {conflict.field: value})
    try:
        if conflict.field == "slug":
            rename(item, record.slug)
            return
        for column, column_value in columns_of(record).items():
            setattr(item, column, column_value)
        item.full_clean(validate_unique=False)
    except SlugTaken as taken:
        raise CannotSettle(str(taken)) from taken
    except ValidationError as error:
        raise CannotSettle(" ".join(error.messages)) from error
    save_items([Filled(item, record)], References([record]))
