"""The rows that former states of items name, found under their present names.

A state names topics and offerings by their slugs, publishers by their domains, authors and tags by their names. Who
renames a row changes no item, so no revision tells of it: `FormerName` tells which row had a name at the time of a
state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from curation.frontmatter.record import TopicRef
from curation.lib.names import name_key
from curation.models import Author, FormerName, Offering, Publisher, Tag, Topic
from curation.site_links.former_names import NAMES

from .related_rows import topic_slug


@dataclass(frozen=True, slots=True)
class _Reference:
    """How a field of a state names rows of a model.

    `column` is that of the name, whose former values have the `kind` of `FormerName`. `key(entry)` is the name in an
    entry of the field, `entry(row)` the present value of the entry, or the part of it that the row decides.
    `other_key(entry)` finds a row that was deleted and made again under another name. It begins with the value of
    `other_column`; where that is "", there is none.
    """

    model: type[Model]
    kind: str
    column: str
    key: Callable[[Any], str]
    entry: Callable[[Any], Any]
    other_column: str = "pk"
    other_key: Callable[[Any], tuple[str, ...]] = lambda _entry: ("",)


_REFERENCES: Mapping[str, _Reference] = {
    "topics": _Reference(
        Topic,
        "topic",
        "slug",
        # A file leaves the slug to the import.
        lambda entry: str(entry["slug"]) or topic_slug(TopicRef(entry["vocabulary"], entry["label"])),
        lambda topic: {"vocabulary": topic.vocabulary.name, "label": topic.label, "slug": topic.slug},
        "name_key",
        lambda entry: (name_key(entry["label"]), name_key(entry["vocabulary"])),
    ),
    "offerings": _Reference(
        Offering,
        "offering",
        "slug",
        lambda entry: str(entry["slug"]),
        lambda offering: {"name": offering.name, "slug": offering.slug, "external_id": offering.external_id},
        "external_id",
        lambda entry: (entry["external_id"],),
    ),
    "publisher": _Reference(
        Publisher,
        "publisher",
        "domain",
        lambda entry: str(entry["domain"]),
        lambda publisher: {"domain": publisher.domain, "name": publisher.name},
    ),
    "authors": _Reference(Author, NAMES[Author], "name_key", name_key, lambda author: author.name),
    "tags": _Reference(Tag, NAMES[Tag], "name_key", name_key, lambda tag: tag.name),
}


class NamedRows:
    """The rows that fields of some states name, each state with its time, in a fixed number of queries.

    `restored` are rows by field that an undo is about to bring back: they have their names again, whatever other row
    has taken them over since.
    """

    def __init__(
        self,
        states: Iterable[tuple[Mapping[str, Any], datetime]],
        restored: Mapping[str, Iterable[Model]] | None = None,
    ) -> None:
        keys: defaultdict[str, set[str]] = defaultdict(set)
        others: defaultdict[str, set[str]] = defaultdict(set)
        for values, _at in states:
            for name, entry in _entries(values):
                keys[name].add(_REFERENCES[name].key(entry))
                others[name].add(_REFERENCES[name].other_key(entry)[0])
        self._former = _former_names(keys)
        self._rows: dict[tuple[str, int | str | tuple[str, ...]], Any] = {}
        for name, wanted in keys.items():
            reference = _REFERENCES[name]
            ids = [former.row for key in wanted for former in self._former[reference.kind, key]]
            is_named = Q(pk__in=ids) | Q(**{f"{reference.column}__in": wanted})
            is_named |= Q(**{f"{reference.other_column}__in": others[name] - {""}})
            rows: Any = reference.model._default_manager.filter(is_named)
            for row in rows.select_related("vocabulary") if name == "topics" else rows:
                self._rows[name, row.pk] = self._rows[name, getattr(row, reference.column)] = row
                self._rows[name, reference.other_key(reference.entry(row))] = row
        self._restored = {
            (name, getattr(row, _REFERENCES[name].column)): row
            for name, rows in (restored or {}).items()
            for row in rows
        }

    def row(self, name: str, entry: Any, at: datetime) -> Any:
        """Return the row that an entry of a field named at a time; `None` if it was deleted."""
        reference = _REFERENCES[name]
        key = reference.key(entry)
        if restored := self._restored.get((name, key)):
            return restored
        holders = (former.row for former in self._former[reference.kind, key] if former.noted_at > at)
        row, other = self._rows.get((name, next(holders, key))), reference.other_key(entry)
        return self._rows.get((name, other)) if row is None and other[0] else row

    def present(self, values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """Return fields of a state of a time with the present names of rows. Deleted rows keep theirs."""
        return {name: self._present(name, value, at) for name, value in values.items()}

    def _present(self, name: str, value: Any, at: datetime) -> Any:
        if name not in _REFERENCES or not value:
            return value
        if isinstance(value, list):
            return self._present_list(name, value, at)
        return self._present_entry(name, value, at)

    def _present_list(self, name: str, entries: Sequence[Any], at: datetime) -> list[Any]:
        """Return the present entries of a list. Of rows that were merged since, the first stays, primary if one was."""
        found: dict[str, Any] = {}
        for entry in (self._present_entry(name, entry, at) for entry in entries):
            known = found.setdefault(_REFERENCES[name].key(entry), entry)
            if isinstance(entry, dict) and entry.get("is_primary") and not known["is_primary"]:
                found[_REFERENCES[name].key(entry)] = {**known, "is_primary": True}
        return [*found.values()]

    def _present_entry(self, name: str, entry: Any, at: datetime) -> Any:
        row = self.row(name, entry, at)
        if row is None:
            return entry
        found = _REFERENCES[name].entry(row)
        return {**entry, **found} if isinstance(entry, dict) else found


def present_state(values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return fields of a state of a time with the present names of the rows that they name."""
    return NamedRows([(values, at)]).present(values, at)


def _entries(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _REFERENCES.keys() & values.keys():
        value = values[name] or []
        for entry in value if isinstance(value, list) else [value]:
            yield name, entry


def _former_names(keys: Mapping[str, Iterable[str]]) -> defaultdict[tuple[str, str], list[FormerName]]:
    """Return the rows that had the names of fields, by kind and key, in their order."""
    wanted, found = Q(), defaultdict[tuple[str, str], list[FormerName]](list)
    for name, names in keys.items():
        wanted |= Q(kind=_REFERENCES[name].kind, key__in=names)
    for row in FormerName.objects.filter(wanted).order_by("noted_at", "pk") if keys else ():
        found[row.kind, row.key].append(row)
    return found
