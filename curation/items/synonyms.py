"""Names in files that stand for rows of other names: those of merged, renamed, moved and retired rows.

An import reads a file as if it named the row that a synonym stands for, so that it does not bring the old row back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Model, Q
from django.db.models.signals import post_delete, post_save, pre_save

from curation.frontmatter.comparison import ENTRY_KEYS
from curation.frontmatter.record import ItemRecord, OfferingRef, PublisherRef, TopicRef
from curation.lib.names import name_key
from curation.models import Author, Offering, Publisher, Synonym, Tag, Topic, Vocabulary

#: The key of the advisory lock of PostgreSQL that a change of names holds alone, and who looks names
#: up or writes relations shares.
LOCK = "curation names"


def topic_key(vocabulary: str, label: str) -> str:
    """Return the key of a topic's name, from the names or `name_key()`s of its parts."""
    return f"{name_key(vocabulary)}: {name_key(label)}"


def offering_keys(slug: str, external_id: str) -> tuple[str, ...]:
    """Return the keys of an offering, that by which a file finds it first."""
    by_id = (f"id:{external_id}",) if external_id else ()
    return (*by_id, f"slug:{slug}")


@dataclass(frozen=True, slots=True)
class Naming:
    """How files name the rows of a model.

    `kind` is that of `Synonym`, `field` the field of an `ItemRecord`, `columns` are those of the names of a row.
    `names(row)` maps the keys of a row to its names as people write them, `key(entry)` is the key of an entry of the
    field, and `entry(row, entry)` the entry for a row in place of that one.
    """

    kind: str
    field: str
    columns: tuple[str, ...]
    names: Callable[[Any], Mapping[str, str]]
    key: Callable[[Any], str]
    entry: Callable[[Any, Any], Any]


def _offering_entry(row: Offering, entry: OfferingRef) -> OfferingRef:
    return OfferingRef(row.name, row.slug, row.external_id, entry.topics, entry.is_primary)


NAMINGS: Mapping[type[Model], Naming] = {
    Topic: Naming(
        "topic",
        "topics",
        ("vocabulary", "label"),
        lambda row: {topic_key(row.vocabulary.name, row.label): str(row)},
        lambda entry: topic_key(entry.vocabulary, entry.label),
        lambda row, _entry: TopicRef(row.vocabulary.name, row.label, row.slug),
    ),
    Offering: Naming(
        "offering",
        "offerings",
        ("slug", "external_id"),
        lambda row: dict.fromkeys(offering_keys(row.slug, row.external_id), row.name),
        lambda entry: offering_keys(entry.slug, entry.external_id)[0],
        _offering_entry,
    ),
    Publisher: Naming(
        "publisher",
        "publisher",
        ("domain",),
        lambda row: {row.domain: row.domain},
        lambda entry: str(entry.domain),
        lambda row, _entry: PublisherRef(row.domain, row.name),
    ),
    Author: Naming(
        "author",
        "authors",
        ("name",),
        lambda row: {name_key(row.name): row.name},
        name_key,
        lambda row, _entry: row.name,
    ),
    Tag: Naming(
        "tag", "tags", ("name",), lambda row: {name_key(row.name): row.name}, name_key, lambda row, _entry: row.name
    ),
}


class Synonyms:
    """The rows that names of some records stand for, in a query for the names and one a model for the rows."""

    def __init__(self, records: Iterable[ItemRecord]) -> None:
        keys: defaultdict[str, set[str]] = defaultdict(set)
        for record in records:
            for naming in NAMINGS.values():
                keys[naming.kind].update(map(naming.key, entries_of(naming.field, getattr(record, naming.field))))
            for offering in record.offerings:
                keys["topic"].update(map(NAMINGS[Topic].key, offering.topics))
        self._rows = _rows_of(keys)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def read(self, record: ItemRecord, ours: ItemRecord | None = None) -> ItemRecord:
        """Return a record with the names of the rows that its names stand for, each row once.

        A name that the item itself still has, in its record `ours`, stands for itself: the topic was retired.
        """
        if not self._rows:
            return record
        changes = {naming.field: self._field(naming, record, ours) for naming in NAMINGS.values()}
        return replace(record, **changes)

    def _field(self, naming: Naming, record: ItemRecord, ours: ItemRecord | None) -> Any:
        own = set(map(naming.key, entries_of(naming.field, getattr(ours, naming.field)))) if ours else set()
        entries = [self._entry(naming, entry, own) for entry in entries_of(naming.field, getattr(record, naming.field))]
        if naming.field == "publisher":
            return entries[0] if entries else None
        if naming.field == "offerings":
            topics = NAMINGS[Topic]
            entries = [
                replace(entry, topics=_once("topics", [self._entry(topics, topic, set()) for topic in entry.topics]))
                for entry in entries
            ]
        return _once(naming.field, entries)

    def _entry(self, naming: Naming, entry: Any, own: set[str]) -> Any:
        key = naming.key(entry)
        row = None if key in own else self._rows.get((naming.kind, key))
        return entry if row is None else naming.entry(row, entry)


def entries_of(field: str, value: Any) -> tuple[Any, ...]:
    """Return the entries of a field of a record; that of the publisher has one at most."""
    if field == "publisher":
        return (value,) if value else ()
    return tuple(value)


def _once(field: str, entries: Iterable[Any]) -> tuple[Any, ...]:
    """Return the entries of a list, the first of those that are the same; it is primary if one of them is."""
    found: dict[Any, Any] = {}
    for entry in entries:
        key = ENTRY_KEYS[field](entry)
        known = found.setdefault(key, entry)
        if getattr(entry, "is_primary", False) and not known.is_primary:
            found[key] = replace(known, is_primary=True)
    return tuple(found.values())


def _rows_of(keys: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], Any]:
    """Return the rows that keys of names stand for, by kind and key."""
    wanted = Q(pk__in=())
    for kind, some in keys.items():
        wanted |= Q(kind=kind, key__in=set(some))
    ids: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for kind, key, row in Synonym.objects.filter(wanted).order_by().values_list("kind", "key", "row"):
        ids[kind][key] = row
    found: dict[tuple[str, str], Any] = {}
    for model, naming in NAMINGS.items():
        if of_kind := ids.get(naming.kind):
            related = ("vocabulary", "successor__vocabulary") if model is Topic else ()
            rows = model._default_manager.select_related(*related).in_bulk(set(of_kind.values()))
            found.update({(naming.kind, key): _current(rows[row]) for key, row in of_kind.items() if row in rows})
    return found


def _current(row: Any) -> Any:
    """Return a row, or the successor of a topic that was retired."""
    return getattr(row, "successor", None) or row


def add_synonyms(kind: str, names: Mapping[str, str], row: int) -> None:
    """Let names stand for a row from now on, by their keys. Runs in a transaction."""
    if names:
        change_names_alone()
    for key, name in names.items():
        Synonym.objects.update_or_create(kind=kind, key=key, defaults={"name": name[:400], "row": row})


def synonyms_of(row: Model) -> list[Synonym]:
    """Return the names that stand for a row."""
    return list(Synonym.objects.filter(kind=NAMINGS[type(row)].kind, row=row.pk).order_by("name"))


def change_names_alone() -> None:
    """Wait for transactions that look up names or write relations, and let others wait until the end of this one.

    To be called before items are locked: who writes their relations may wait for this while holding their locks.
    """
    _lock("pg_advisory_xact_lock")


def wait_for_names() -> None:
    """Wait for changes of names, and let others wait until the end of the transaction.

    Names that are looked up later lead to the rows that they stand for now.
    """
    _lock("pg_advisory_xact_lock_shared")


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":  # SQLite has one writer at a time
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(hashtext(%s))", [LOCK])


# Names that rows give up or take


def connect() -> None:
    """Let a name that a saved row gives up stand for it, and a name that it takes stand for itself."""
    for model in NAMINGS:
        pre_save.connect(_note_former_names, sender=model)
        post_save.connect(_take_names, sender=model)
        post_delete.connect(_forget_synonyms, sender=model)
    pre_save.connect(_note_names_of_topics, sender=Vocabulary)


def _note_former_names(instance: Any, update_fields: Any = None, raw: bool = False, **_kwargs: Any) -> None:
    naming = NAMINGS[type(instance)]
    if raw or instance.pk is None or not _writes(naming, update_fields):
        return
    former = type(instance)._default_manager.filter(pk=instance.pk).first()
    if former is None or all(getattr(former, name) == getattr(instance, name) for name in naming.columns):
        return
    present = naming.names(instance)
    given_up = {key: name for key, name in naming.names(former).items() if key not in present}
    add_synonyms(naming.kind, given_up, instance.pk)


def _writes(naming: Naming, update_fields: Any) -> bool:
    return update_fields is None or bool({*update_fields}.intersection(naming.columns))


def _take_names(instance: Any, update_fields: Any = None, raw: bool = False, **_kwargs: Any) -> None:
    naming = NAMINGS[type(instance)]
    if raw or getattr(instance, "retired_at", None) or not _writes(naming, update_fields):
        return
    Synonym.objects.filter(kind=naming.kind, key__in=naming.names(instance)).delete()


def _forget_synonyms(instance: Any, **_kwargs: Any) -> None:
    Synonym.objects.filter(kind=NAMINGS[type(instance)].kind, row=instance.pk).delete()


def _note_names_of_topics(instance: Vocabulary, raw: bool = False, **_kwargs: Any) -> None:
    """Let files that have the former name of a vocabulary find its topics, and those that have the new one find the
    rows that its former topics stand for.
    """
    former = None if raw or instance.pk is None else Vocabulary.objects.filter(pk=instance.pk).first()
    if former is None or name_key(former.name) == name_key(instance.name):
        return
    topics = Topic.objects.filter(vocabulary=instance.pk)
    names = {topic_key(former.name, topic.label): (f"{former.name}: {topic.label}", topic.pk) for topic in topics}
    beginning = topic_key(former.name, "")
    for synonym in Synonym.objects.filter(kind="topic", key__startswith=beginning):
        label = synonym.name.partition(": ")[2]
        names.setdefault(topic_key(instance.name, label), (f"{instance.name}: {label}", synonym.row))
    Synonym.objects.bulk_create(
        (Synonym(kind="topic", key=key, name=name[:400], row=row) for key, (name, row) in names.items()),
        ignore_conflicts=True,
    )
