"""Single fields of many items, read and written in a fixed number of queries: those that bulk actions change.

A value is that of the column, the ID of an image, a `Publisher`, or for a relation the IDs of the rows that it leads
to, in their order, each with its entry in `items.state`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone

from curation.db.bulk_rows import update
from curation.frontmatter import to_json_value
from curation.frontmatter.record import OfferingRef, PublisherRef, TopicRef
from curation.models import CuratedItem, Publisher
from curation.models.items import DERIVED_COLUMNS, RELATIONS, ItemQuerySet, relation_with_rows
from curation.search.index import index
from curation.site_links.resolve import refresh_references

from ..actors import Actor
from ..record import RENAMED
from ..relations import RELATED, update_listed_at, write_related
from ..workflow import REFUSAL_COLUMNS, status_columns

#: The columns of an item that every bulk action reads.
COLUMNS = (
    *(*REFUSAL_COLUMNS, "title", "edited_at"),
    *("approved_at", "binned_at", "binned_by"),
)
#: The attribute of an item that has the value of a field, where it has another name.
_ATTRIBUTES = {**RENAMED, "image": "image_id"}
#: The columns that `CuratedItem.derive()` reads and sets.
_OF_BODIES = (*DERIVED_COLUMNS, "flavour", "source_url")
#: Fields whose change is not an editor's work on the text: readers see no “modified” for it.
_OF_PUBLICATION = frozenset(["status", "published_at"])

#: The entry of a row in `items.state`, by the field. `is_primary` matters to offerings alone.
_ENTRIES: Mapping[str, Callable[[Any, bool], Any]] = {
    "topics": lambda topic, _primary: to_json_value(TopicRef(topic.vocabulary.name, topic.label, topic.slug)),
    "offerings": lambda offering, primary: to_json_value(
        OfferingRef(offering.name, offering.slug, offering.external_id, is_primary=primary)
    ),
    "authors": lambda author, _primary: author.name,
    "tags": lambda tag, _primary: tag.name,
}


def load(items: ItemQuerySet, names: Iterable[str]) -> ItemQuerySet:
    """Load `COLUMNS` of items and some of their fields."""
    names = list(names)
    relations = [_relation_name(name) for name in names if name in RELATED]
    columns = [RENAMED.get(name, name) for name in names if name not in RELATED]
    columns += _OF_BODIES if "body" in columns else ()
    loaded = items.only(*COLUMNS, *columns).order_by("pk")
    if "publisher" in columns:
        loaded = loaded.select_related("publisher")
    return loaded.with_relations(*relations) if relations else loaded


def load_related(items: Sequence[CuratedItem], name: str) -> None:
    """Load the rows of a field of loaded items, if it is a relation."""
    if name in RELATED:
        prefetch_related_objects(items, relation_with_rows(_relation_name(name)))


def row_count(name: str, targets: Iterable[Model]) -> Coalesce:
    """Return an annotation of items: how many of these topics, offerings, authors or tags they have."""
    related = RELATED[name]
    ids = [target.pk for target in targets if target.pk is not None]
    rows = related.model._default_manager.filter(**{related.item: OuterRef("pk"), f"{related.target}__in": ids})
    counted = rows.order_by().values(related.item).annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _relation_name(name: str) -> str:
    return f"{RELATED[name].model._meta.model_name}_set"


def value_of(item: CuratedItem, name: str) -> Any:
    """Return the value of a field of an item that was loaded with it."""
    if name not in RELATED:
        return getattr(item, _ATTRIBUTES.get(name, name))
    target = RELATIONS[_relation_name(name)].partition("__")[0]
    rows = getattr(item, _relation_name(name)).all()
    return dict(with_entry(name, getattr(row, target), getattr(row, "is_primary", False)) for row in rows)


def with_entry(name: str, row: Model, is_primary: bool = False) -> tuple[int, Any]:
    """Return the ID of a topic, offering, author or tag, and its entry in `items.state`."""
    return row.pk, _ENTRIES[name](row, is_primary)


def as_json(name: str, value: Any) -> Any:
    """Return a value as `items.state` has it."""
    if name in RELATED:
        return list(value.values())
    if isinstance(value, Publisher):
        return to_json_value(PublisherRef(value.domain, value.name))
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else to_json_value(value)


def write(
    items: Sequence[CuratedItem], new: Mapping[int, Mapping[str, Any]], actor: Actor, *, is_edit: bool = True
) -> None:
    """Give items new values of some fields, by ID, and index them. The caller has loaded and locked the items.

    Readers see the change of a published item as one of its text if it `is_edit`.
    """
    changing = {item.pk: item for item in items if new.get(item.pk)}
    bodies = [item for item in changing.values() if "body" in new[item.pk]]
    for item in bodies:
        item.body = new[item.pk]["body"]
        item.derive()
    names = {name for values in new.values() for name in values}
    now = timezone.now()
    statuses = {pk: _status_columns(item, new[pk], actor, now) for pk, item in changing.items()}
    plain = [name for name in names if name not in RELATED and name != "status"]
    rows = [_row(item, new[pk], plain, statuses[pk], now) for pk, item in changing.items()]
    if not is_edit:
        rows = [{**row, "edited_at": changing[row["id"]].edited_at, "id": row["id"]} for row in rows]
    update(CuratedItem, rows)
    if names & _OF_PUBLICATION:
        update_listed_at(list(changing))
    for name in RELATED:
        wanted = {pk: _targets(name, new[pk][name]) for pk in changing if name in new[pk]}
        if wanted:
            write_related(name, changing, wanted)
    index(list(changing))
    refresh_references(CuratedItem.objects.filter(pk__in=[item.pk for item in bodies]))


def _targets(name: str, value: Mapping[int, Any]) -> dict[int, bool]:
    return {pk: name == "offerings" and entry["is_primary"] for pk, entry in value.items()}


def _status_columns(item: CuratedItem, new: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    if "status" in new:
        return status_columns(item, new["status"], actor, now)
    return {name: getattr(item, name) for name in status_columns(item, "", actor, now)}


def _row(
    item: CuratedItem, new: Mapping[str, Any], plain: Sequence[str], status: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return the columns of an item that are written, the primary key last."""
    columns: dict[str, Any] = {}
    for name in plain:
        value = new.get(name, value_of(item, name))
        column: Any = CuratedItem._meta.get_field(RENAMED.get(name, name))
        columns[column.attname] = value.pk if isinstance(value, Publisher) else value
    if "body" in plain:
        columns = {**{name: getattr(item, name) for name in DERIVED_COLUMNS}, **columns}
    # An item is listed again by the caller: its own columns are current now, too.
    item.status, item.published_at = status["status"], columns.get("published_at", item.published_at)
    edited_at = now if set(new) - _OF_PUBLICATION else item.edited_at
    return {**columns, **status, "edited_at": edited_at, "updated_at": now, "id": item.pk}
