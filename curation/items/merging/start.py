"""What a merge would do, and its begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Model, Q

from curation.frontmatter.record_json import from_json_value
from curation.models import BulkChange, CuratedItem, ItemOffering, SourceDocument, Synonym, Topic

from ..actors import Actor
from ..bulk import Refused
from ..bulk.actions import MERGES
from ..bulk.changes import UNDER_WAY, Outcome
from ..synonyms import NAMINGS, Naming, entries_of
from .effect import MergeRows, RowMerge
from .mergeable import MERGEABLE, Mergeable
from .rows import name_obstacle

#: Maximum number of import files that a preview looks into.
MAX_FILES = 10_000


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge into `target` would do.

    `counts` has the number of items of each row by ID, those in the bin included; `total` items have one row at least,
    and `both` several. `moved` items change, `links` links to other rows move. `addresses` redirect, and files that say
    one of `names` are read as if they said the target's: `files` do, of the first `MAX_FILES` that may. The target gets
    the `name`, unless that is "".
    """

    target: Any
    sources: Sequence[Any]
    counts: dict[int, int]
    total: int
    both: int
    moved: int
    links: int
    addresses: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    files: int = 0
    name: str = ""


def rows_in(model: type[Model], ids: Sequence[int]) -> list[Any]:
    """Return some rows of a model, those with most items first."""
    rows: Any = model._default_manager.filter(pk__in=ids)
    rows = rows.select_related("vocabulary") if MERGEABLE[model].kind == "topic" else rows
    counts = item_counts(MERGEABLE[model], ids)
    return sorted(rows, key=lambda row: (-counts.get(row.pk, 0), row.pk))


def item_counts(mergeable: Mergeable, ids: Sequence[int]) -> dict[int, int]:
    """Return the number of items of some rows, by the ID of the row; rows without items are left out."""
    related = mergeable.related(ids)
    return dict(related.values_list(mergeable.target).annotate(number=Count("pk")))


def preview(target: Any, sources: Sequence[Any], name: str = "") -> MergePreview:
    """Return what a merge of rows into another one, which gets a name, would do; in a fixed number of queries."""
    mergeable = MERGEABLE[type(target)]
    ids = [target.pk, *(row.pk for row in sources)]
    related = mergeable.related(ids)
    counted = related.values(mergeable.item).annotate(number=Count("pk"))
    source_ids = [row.pk for row in sources]
    return MergePreview(
        target,
        sources,
        item_counts(mergeable, ids),
        total=counted.count(),
        both=counted.filter(number__gt=1).count(),
        moved=mergeable.related(source_ids).values(mergeable.item).distinct().count(),
        links=sum(_count(link, source_ids) for link in mergeable.links),
        addresses=list(map(mergeable.path_of, sources)),
        names=[name for row in sources for name in dict.fromkeys(NAMINGS[type(row)].names(row).values())],
        files=_count_files(mergeable, sources),
        name="" if name == getattr(target, mergeable.name_column) else name,
    )


def _count_files(mergeable: Mergeable, rows: Sequence[Any]) -> int:
    """Return the number of files of items with some rows, or with offerings of some topics, that name these rows."""
    naming, ids = NAMINGS[mergeable.model], [row.pk for row in rows]
    of_synonyms = Synonym.objects.filter(kind=naming.kind, row__in=ids).values_list("key", flat=True)
    keys = {key for row in rows for key in naming.names(row)}.union(of_synonyms)
    having = Q(item__in=mergeable.related(ids).values(mergeable.item))
    fields = [naming.field]
    if mergeable.model is Topic:
        fields.append("offerings")
        having |= Q(item__in=ItemOffering.objects.filter(offering__topics__in=ids).order_by().values("item"))
    documents = SourceDocument.objects.filter(having).order_by("pk")
    found = documents.values_list(*(f"record__{name}" for name in fields))[:MAX_FILES]
    return sum(not keys.isdisjoint(_keys(naming, fields, values)) for values in found)


def _keys(naming: Naming, fields: Sequence[str], values: Sequence[Any]) -> Iterator[str]:
    """Yield the keys by which fields of a file name rows; offerings name topics, too."""
    for name, value in zip(fields, values, strict=True):
        for entry in entries_of(name, from_json_value(name, value)) if value else ():
            yield from map(naming.key, [entry] if name == naming.field else entry.topics)


def _count(link: Any, ids: Sequence[int]) -> int:
    return int(link.table._default_manager.filter(**{f"{link.column}__in": ids}).count())


@transaction.atomic
def start(target: Any, sources: Sequence[Any], user: User, name: str = "") -> BulkChange:
    """Queue a merge of rows into another one, which gets a name. Raises `Refused`, or `PermissionError`."""
    mergeable, actor = MERGEABLE[type(target)], Actor.of(user)
    if getattr(target, "retired_at", None):
        raise Refused(f"“{target}” is retired; choose another one that stays, or offer it again first.")
    action = MERGES[type(target)]
    effect = action.effect
    assert isinstance(effect, MergeRows) and action.argument is not None  # noqa: S101, PT018  # for the types
    if not effect.may(actor):
        raise PermissionError(f"{actor.name} may not merge {mergeable.nouns}.")
    ids = {target.pk, *(row.pk for row in sources)}
    locked = mergeable.model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update()
    if len(locked.values_list("pk")) < len(ids):
        raise Refused(f"One of these {mergeable.nouns} was deleted meanwhile.")
    if other := _under_way(action.name, ids):
        raise Refused(f"{other.user_name} is merging one of these {mergeable.nouns} already.")
    item_ids = sorted(mergeable.related([row.pk for row in sources]).values_list(mergeable.item, flat=True).distinct())
    refuse_others_items(mergeable, item_ids, actor)
    if reason := name_obstacle(mergeable, target, sources, name):
        raise Refused(reason)
    merge = RowMerge(target, sources, name)
    return BulkChange.objects.create(
        verb=action.name,
        item_ids=item_ids,
        user=user,
        user_name=actor.name,
        outcome=Outcome.QUEUED,
        arguments={"value": action.argument.to_json(merge), "text": action.argument.describe(merge)},
    )


def refuse_others_items(mergeable: Mergeable, ids: Sequence[int], actor: Actor) -> None:
    """Raise `Refused` if an actor may not change all of some items."""
    if actor.may("change_any") or actor.user is None:
        return
    own = CuratedItem.objects.filter(created_by=actor.user, status=CuratedItem.Status.DRAFT, pk__in=ids).count()
    if own < len(ids):
        raise Refused(
            f"{len(ids) - own:,} of the items of these {mergeable.nouns} are not yours to change; ask an editor."
        )


def _under_way(verb: str, ids: set[int]) -> BulkChange | None:
    """Return a merge, or the undo of one, that has not ended and concerns one of some rows."""
    for change in BulkChange.objects.filter(verb=verb, outcome__in=UNDER_WAY).defer("item_ids"):
        stored = change.arguments["value"]
        if ids & {stored["into"], *stored["rows"]}:
            return change
    return None
