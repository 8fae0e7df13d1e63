"""The part of a merge that concerns the rows themselves, in one transaction, and its undo.

What the undo needs is kept as JSON (`Former`) in the arguments of the `BulkChange`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.core import serializers
from django.db.models import Model, Q

from curation.db.bulk_rows import insert
from curation.lib.names import name_key
from curation.models import FormerName, MergedRow, Synonym, Vocabulary
from curation.site_links.former_names import lead_references
from curation.site_links.resolve import refresh_references_to

from ..actors import Actor
from ..synonyms import NAMINGS, add_synonyms
from .mergeable import MERGEABLE, LinkTable, Mergeable

#: What an undo needs: the merged `rows`, the `blanks` that were filled, the `links`, `former_names` and `synonyms` that
#: were moved or made, and the names of the row that stays, if it was `renamed`.
Former = dict[str, Any]


# Merging


def merge_rows(mergeable: Mergeable, sources: Sequence[Any], target: Any, actor: Actor, name: str = "") -> Former:
    """Lead everything of some rows but their items to another one, and delete them. Return what an undo needs.

    With a `name`, the other one is renamed.
    """
    ids = [row.pk for row in sources]
    former: Former = {
        "merged_rows": _note_merged_rows(mergeable, ids, target.pk),
        "rows": _serialised(mergeable, sources),
        "links": [_move_links(link, ids, target.pk) for link in mergeable.links],
        "former_names": _move_former_names(mergeable, sources, target.pk),
        "synonyms": _move_synonyms(mergeable, sources, target.pk),
        "pointers": {column: _move_pointers(mergeable, column, ids, target.pk) for column in mergeable.pointers},
    }
    column = mergeable.address_column
    for row in sources:
        lead_references(mergeable.kind, getattr(row, column), getattr(target, column))
    values = [{name: getattr(row, name) for name in mergeable.blanks} for row in sources]
    for row in sources:
        _log(actor, row, DELETION, f"Merged into “{target}”.")
        row.delete()
    former["blanks"] = _fill_blanks(mergeable, target, values)
    former["renamed"] = _rename(mergeable, target, name)
    names = ", ".join(f"“{row}”" for row in sources)
    _log(actor, target, CHANGE, f"Merged with {names}.")
    return former


def _serialised(mergeable: Mergeable, rows: Sequence[Model]) -> list[Any]:
    columns = [field.name for field in mergeable.model._meta.concrete_fields if not field.primary_key]
    return json.loads(serializers.serialize("json", rows, fields=columns))  # type: ignore[no-any-return]


def _move_links(link: LinkTable, sources: Sequence[int], target: int) -> dict[str, Any]:
    """Give a row the links of others; return theirs, as pairs of IDs, and the IDs of those that it lacked."""
    rows: Any = link.table._default_manager
    pairs = sorted(rows.filter(**{f"{link.column}__in": sources}).values_list(link.column, link.other))
    own = set(rows.filter(**{link.column: target}).values_list(link.other, flat=True))
    added = sorted({other for _, other in pairs} - own)
    rows.filter(**{f"{link.column}__in": sources}).delete()
    insert(link.table, ({link.column: target, link.other: other} for other in added))
    return {"pairs": [list(pair) for pair in pairs], "added": added}


def _move_former_names(mergeable: Mergeable, sources: Sequence[Any], target: int) -> dict[str, Any]:
    kinds = mergeable.name_columns
    moved = FormerName.objects.filter(kind__in=kinds, row__in=[row.pk for row in sources])
    former = list(moved.order_by("pk").values_list("pk", "row"))
    moved.update(row=target)
    made = [
        FormerName.objects.create(kind=kind, key=getattr(row, column), row=target).pk
        for row in sources
        for kind, column in kinds.items()
    ]
    return {"moved": [list(pair) for pair in former], "made": made}


def _move_synonyms(mergeable: Mergeable, sources: Sequence[Any], target: int) -> list[dict[str, Any]]:
    """Let the names of rows, and those that stand for them, stand for another one; return the synonyms as they were."""
    naming = NAMINGS[mergeable.model]
    names = {key: name for row in sources for key, name in naming.names(row).items()}
    touched = Synonym.objects.filter(kind=naming.kind).filter(Q(key__in=names) | Q(row__in=[row.pk for row in sources]))
    former: list[Any] = list(touched.order_by("pk").values("key", "name", "row"))
    touched.update(row=target)
    add_synonyms(naming.kind, names, target)
    return former


def _note_merged_rows(mergeable: Mergeable, sources: Sequence[int], target: int) -> list[list[int]]:
    """Lead the IDs of rows, and those that led to them, to another row; return the latter as they were."""
    leading = MergedRow.objects.filter(kind=mergeable.kind, row__in=sources).order_by("pk")
    former = [list(pair) for pair in leading.values_list("former", "row")]
    leading.update(row=target)
    MergedRow.objects.bulk_create(MergedRow(kind=mergeable.kind, former=pk, row=target) for pk in sources)
    return former


def row_that_stayed(model: type[Model], pk: int) -> Any:
    """Return the row of a model that a row with an ID was merged into; `None` if it was not, or that one is gone."""
    if model not in MERGEABLE:
        return None
    leading = MergedRow.objects.filter(kind=MERGEABLE[model].kind, former=pk).values("row")
    return model._default_manager.filter(pk__in=leading).first()


def _move_pointers(mergeable: Mergeable, column: str, sources: Sequence[int], target: int) -> list[list[int]]:
    """Lead a foreign key of other rows to another row; return the IDs of these rows, each with the former target."""
    pointing = mergeable.model._default_manager.filter(**{f"{column}__in": sources}).order_by("pk")
    former = [list(pair) for pair in pointing.values_list("pk", column)]
    pointing.update(**{column: target})
    return former


def _fill_blanks(mergeable: Mergeable, target: Any, values: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Fill the empty columns of a row with the first values of others; return the columns, before and after."""
    filled = {}
    for name in mergeable.blanks:
        found = next(filter(None, (of_row[name] for of_row in values)), None)
        if found and not getattr(target, name):
            filled[name] = [_plain(getattr(target, name)), _plain(found)]
            setattr(target, name, found)
    if filled:
        target.save(update_fields=filled)
    return filled


def name_obstacle(mergeable: Mergeable, target: Any, sources: Sequence[Any], name: str) -> str:
    """Return why the row that stays cannot get a name, as a sentence; "" if it can, or keeps its own."""
    if not name:
        return ""
    named = copy(target)
    setattr(named, mergeable.name_column, name)
    named.name_key = name_key(name)
    rows: Any = mergeable.model._default_manager
    other = rows.filter(_same_name(mergeable, named)).exclude(pk__in=[target.pk, *(row.pk for row in sources)]).first()
    return f"“{other}” has this name; choose another one, or merge it as well." if other else ""


def _same_name(mergeable: Mergeable, row: Any) -> Q:
    """Return the condition of rows with the name of a row, of which there may be only one."""
    if mergeable.field in ("authors", "tags"):
        return Q(name_key=row.name_key)
    return Q(vocabulary=row.vocabulary_id, name_key=row.name_key) if mergeable.field == "topics" else Q(pk__in=())


def _rename(mergeable: Mergeable, target: Any, name: str) -> dict[str, Any] | None:
    """Give a row a new name. Return its names before and after, and the synonyms that were its name."""
    column, naming = mergeable.name_column, NAMINGS[mergeable.model]
    before = getattr(target, column)
    if name in ("", before):
        return None
    setattr(target, column, name)
    taken = Synonym.objects.filter(kind=naming.kind, key__in=naming.names(target))
    former = {"before": before, "after": name, "synonyms": list(taken.values("key", "name", "row"))}
    target.save(update_fields=[column])
    return former


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def _log(actor: Actor, row: Model, flag: int, message: str) -> None:
    if actor.user is not None:
        LogEntry.objects.log_actions(actor.user.pk, [row], flag, message)


# Undoing


def merged_rows(former: Former) -> list[Any]:
    """Return the rows that a merge deleted, not saved."""
    return [found.object for found in serializers.deserialize("python", former.get("rows", []))]


def obstacles(mergeable: Mergeable, former: Former, target: int) -> Iterator[str]:
    """Yield why the rows of a merge cannot be brought back, as sentences."""
    rows: Any = mergeable.model._default_manager
    found = rows.filter(pk=target).first()
    if found is None:
        yield f"The {mergeable.noun} that stayed was deleted, or merged into another one: undo that merge first."
        return
    renamed = former.get("renamed")
    giving_up = []
    if renamed and getattr(found, mergeable.name_column) == renamed["after"]:
        giving_up = [target]
        setattr(found, mergeable.name_column, renamed["before"])
        found.name_key = name_key(renamed["before"])
        if other := rows.filter(_same_name(mergeable, found)).exclude(pk=target).first():
            yield f"“{other}” has taken the former name of the {mergeable.noun} that stayed: rename it first."
    for row in merged_rows(former):
        if mergeable.field == "topics" and not Vocabulary.objects.filter(pk=row.vocabulary_id).exists():
            yield f"The vocabulary of “{row.label}” was deleted."
            continue
        names = _same_name(mergeable, row) & ~Q(pk__in=giving_up)
        names |= Q(**{mergeable.address_column: getattr(row, mergeable.address_column)})
        if getattr(row, "external_id", ""):
            names |= Q(external_id=row.external_id) & ~Q(pk=target)
        if other := rows.filter(names).exclude(pk=row.pk).first():
            yield f"“{other}” has taken the name or the address of “{row}” since: rename it first."


def restore_rows(mergeable: Mergeable, former: Former, target: Any, actor: Actor) -> None:
    """Bring the rows of a merge back, with everything but their items that they had."""
    _empty_blanks(target, former.get("blanks", {}))
    _rename_back(mergeable, target, former.get("renamed"))
    back = merged_rows(former)
    coming = {row.pk for row in back}
    for row in back:
        _without_deleted_rows(row, coming)
        row.save(force_insert=True)
        _log(actor, row, ADDITION, f"Brought back: its merge into “{target}” was undone.")
    MergedRow.objects.filter(kind=mergeable.kind, former__in=[row.pk for row in back]).delete()
    for pk, row in former["merged_rows"]:
        MergedRow.objects.filter(kind=mergeable.kind, former=pk, row=target.pk).update(row=row)
    _restore_former_names(former["former_names"], target.pk)
    _restore_synonyms(mergeable, former["synonyms"], back, target.pk)
    for column, pointers in former["pointers"].items():
        for pk, pointed in pointers:
            mergeable.model._default_manager.filter(pk=pk, **{column: target.pk}).update(**{column: pointed})
    for link, links in zip(mergeable.links, former["links"], strict=True):
        _restore_links(link, links, target.pk)
    refresh_references_to(mergeable.kind, getattr(target, mergeable.address_column))


def _without_deleted_rows(row: Any, coming: Set[Any]) -> None:
    """Empty the optional foreign keys of a row to rows that were deleted since, but for those of its model to come."""
    for column in row._meta.concrete_fields:
        pk = getattr(row, column.attname)
        if column.related_model is type(row) and pk in coming:
            continue  # the database looks at foreign keys when the transaction ends
        if column.many_to_one and column.null and pk and not column.related_model._base_manager.filter(pk=pk).exists():
            setattr(row, column.attname, None)


def _empty_blanks(target: Any, filled: Mapping[str, list[Any]]) -> None:
    """Give columns their former values, but for those that somebody has changed since."""
    back = {name: before for name, (before, after) in filled.items() if _plain(getattr(target, name)) == after}
    for name, before in back.items():
        setattr(target, type(target)._meta.get_field(name).attname, before)
    if back:
        target.save(update_fields=back)


def _rename_back(mergeable: Mergeable, target: Any, renamed: Mapping[str, Any] | None) -> None:
    """Give a row its former name, unless somebody has renamed it since. The other name stays its name in files."""
    if renamed and getattr(target, mergeable.name_column) == renamed["after"]:
        setattr(target, mergeable.name_column, renamed["before"])
        target.save(update_fields=[mergeable.name_column])
        for synonym in renamed["synonyms"]:
            add_synonyms(NAMINGS[mergeable.model].kind, {synonym["key"]: synonym["name"]}, synonym["row"])


def _restore_former_names(names: Mapping[str, Any], target: int) -> None:
    FormerName.objects.filter(pk__in=names["made"], row=target).delete()
    for pk, row in names["moved"]:
        FormerName.objects.filter(pk=pk, row=target).update(row=row)


def _restore_synonyms(
    mergeable: Mergeable, former: Sequence[Mapping[str, Any]], rows: Iterable[Any], target: int
) -> None:
    naming = NAMINGS[mergeable.model]
    own = {key for row in rows for key in naming.names(row)}
    Synonym.objects.filter(kind=naming.kind, key__in=own, row=target).delete()
    for synonym in former:
        add_synonyms(naming.kind, {synonym["key"]: synonym["name"]}, synonym["row"])


def _restore_links(link: LinkTable, links: Mapping[str, Any], target: int) -> None:
    """Give rows their links back, but for those to rows that were deleted since."""
    rows: Any = link.table._default_manager
    rows.filter(**{link.column: target, f"{link.other}__in": links["added"]}).delete()
    others: Any = link.table._meta.get_field(link.other.removesuffix("_id")).related_model
    exist = set(others.objects.filter(pk__in={other for _, other in links["pairs"]}).values_list("pk", flat=True))
    insert(link.table, ({link.column: row, link.other: other} for row, other in links["pairs"] if other in exist))
