"""Delete rows that items refer to: each item that loses one gets a revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.text import capfirst

from curation.frontmatter import to_json_value
from curation.models import (
    Author,
    CuratedItem,
    Image,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    Publisher,
    Revision,
    Tag,
    Topic,
)

from .actors import Actor
from .bulk import id_batches
from .record import offering_ref, topic_ref
from .revisions import Change, record_changes

#: Maximum number of deleted rows that the reason of a revision names.
MAX_NAMED = 5


@transaction.atomic
def delete_with_revisions(rows: Iterable[Model], actor: Actor, delete: Callable[[], object]) -> None:
    """Record that items lose rows of one model, then call `delete()`, which deletes the rows.

    Takes a fixed number of statements for every `bulk.BATCH` items.
    """
    rows = list(rows)
    if rows:
        for changes in _LOSSES[type(rows[0])](rows):
            record_changes(changes, Revision.Verb.CHANGED, actor, reason=_reason(rows))
    delete()


def _reason(rows: Sequence[Model]) -> str:
    names = ", ".join(f"“{row}”" for row in rows[:MAX_NAMED])
    more = f" and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    name = rows[0]._meta.verbose_name if len(rows) == 1 else rows[0]._meta.verbose_name_plural
    return f"{capfirst(str(name))} deleted: {names}{more}."


def _related(
    model: type[Model], key: str, field: str, entry: Callable[[Any], Any], path: str = "", item: str = "item"
) -> Callable[[Sequence[Model]], Iterator[list[Change]]]:
    """Return a function that yields the changes of items whose rows of a relation are deleted, a batch at a time.

    `key` and `item` are the foreign keys of the relation's rows, `field` is that of the state. `path` leads from a row
    to everything that `entry(row)`, its value in the state, reads.
    """

    def losses(rows: Sequence[Model]) -> Iterator[list[Change]]:
        deleted = {row.pk for row in rows}
        related: Any = model._default_manager
        ids = set(related.filter(**{f"{key}__in": deleted}).order_by().values_list(item, flat=True))
        for batch in id_batches(sorted(ids)):
            _lock(batch)
            values: defaultdict[int, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
            for row in related.filter(**{f"{item}__in": batch}).select_related(path or key):
                before, after = values[getattr(row, f"{item}_id")]
                value = to_json_value(entry(row))
                before.append(value)
                if getattr(row, f"{key}_id") not in deleted:
                    after.append(value)
            yield [Change(pk, {field: [before, after]}) for pk, (before, after) in values.items()]

    return losses


def _lost_publishers(rows: Sequence[Model]) -> Iterator[list[Change]]:
    refs = {row.pk: {"domain": row.domain, "name": row.name} for row in rows if isinstance(row, Publisher)}
    items = CuratedItem.objects.filter(publisher__in=refs).order_by("pk").values_list("pk", "publisher_id")
    yield from _lost_columns("publisher", ((pk, refs[publisher]) for pk, publisher in items))


def _lost_images(rows: Sequence[Model]) -> Iterator[list[Change]]:
    items = CuratedItem.objects.filter(image__in=[row.pk for row in rows]).order_by("pk").values_list("pk", "image_id")
    yield from _lost_columns("image", items)


def _lost_columns(field: str, former: Iterable[tuple[int, Any]]) -> Iterator[list[Change]]:
    values = dict(former)
    for batch in id_batches(list(values)):
        _lock(batch)
        yield [Change(pk, {field: [values[pk], None]}) for pk in batch]


def _lock(ids: Sequence[int]) -> None:
    list(CuratedItem.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))


_LOSSES: dict[type[Model], Callable[[Sequence[Model]], Iterator[list[Change]]]] = {
    Topic: _related(ItemTopic, "topic", "topics", topic_ref, "topic__vocabulary"),
    Offering: _related(ItemOffering, "offering", "offerings", offering_ref),
    Author: _related(ItemAuthor, "author", "authors", lambda row: row.author.name),
    Tag: _related(ItemTag, "tag", "tags", lambda row: row.tag.name, item="content_object"),
    Publisher: _lost_publishers,
    Image: _lost_images,
}
