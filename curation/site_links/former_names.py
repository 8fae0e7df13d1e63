"""Former names of topics, vocabularies, offerings, publishers, authors and tags.

Addresses with one, of a page or in a filter of a list, redirect to the current address. Histories find the row that had
one (`items.named_rows`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Q, Value
from django.db.models.signals import post_delete, pre_save
from django.http import QueryDict

from curation.lib.names import name_key
from curation.lib.page_urls import address
from curation.models import Author, BodyReference, FormerName, Tag, with_published_items
from curation.search.facet_sources import slugs_of
from curation.search.facets import OTHER_NAMES, ROW_SOURCES

from .pages import PAGE_MODELS

#: Models whose rows have a page, by the first part of its path, and the column with the second part.
KINDS = {kind: found for kind, found in PAGE_MODELS.items() if not kind.endswith("_timeline")}
_KINDS_OF = {model: kind for kind, (model, _column) in KINDS.items()}
#: The kinds of the names by which items name rows that they do not name by the address.
NAMES: dict[type[Any], str] = {Author: "author-name", Tag: "tag-name"}
_PAGE = re.compile(rf"/(?P<kind>{'|'.join(KINDS)})/(?P<key>[^/\x00]{{1,255}})/(?P<rest>(?:timeline/)?|feed\.[a-z]+)")
#: The paths that take filters.
_FILTERED = re.compile(r"/(?:(?:news|search)/(?:feed\.[a-z]+)?|api/v1/items)")
#: Maximum number of filters of one address that are looked up.
MAX_FILTERS = 20


def connect() -> None:
    for model in _KINDS_OF:
        pre_save.connect(_note_former_name, sender=model)
        post_delete.connect(_forget_former_names, sender=model)


def _note_former_name(instance: Any, update_fields: Any = None, **_kwargs: Any) -> None:
    """Store the names that a row has in its address and in items when the row is saved with others."""
    if instance.pk is None:
        return
    model, kind = type(instance), _KINDS_OF[type(instance)]
    kinds = {KINDS[kind][1]: kind} | ({"name": NAMES[model]} if model in NAMES else {})
    columns = [column for column in kinds if update_fields is None or column in update_fields]
    former = model._default_manager.filter(pk=instance.pk).values(*columns).first() if columns else None
    for column, name in (former or {}).items():
        kind = kinds[column]
        old, new = _key(kind, name), _key(kind, getattr(instance, column))
        if old != new:
            FormerName.objects.create(kind=kind, key=old, row=instance.pk)
            lead_references(kind, old, new)


def _key(kind: str, name: str) -> str:
    return name_key(name) if kind in NAMES.values() else name


def _forget_former_names(instance: Any, **_kwargs: Any) -> None:
    kinds = [_KINDS_OF[type(instance)], NAMES.get(type(instance), "")]
    FormerName.objects.filter(kind__in=kinds, row=instance.pk).delete()


def lead_references(kind: str, old: str, new: str) -> None:
    """Lead the links and breadcrumbs of items to the page that a key had to the one that another key has now."""
    if kind in KINDS:
        BodyReference.objects.filter(page__in=(kind, f"{kind}_timeline"), key=old).update(key=new)


def current_keys(pages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the present keys of pages, named as `BodyReference` does, whose key no row has now and one had.

    Takes a query, and two more for each kind of page that has such a key.
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    pages = set(pages)
    for page, key in pages:
        if page in PAGE_MODELS:
            wanted[page.removesuffix("_timeline")].add(key)
    keys = {key for of_kind in wanted.values() for key in of_kind}
    found = FormerName.objects.filter(kind__in=wanted, key__in=keys).order_by("noted_at", "pk") if wanted else ()
    rows: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for former in found:
        rows[former.kind][former.key] = former.row  # the last that had the key
    present: dict[tuple[str, str], str] = {}
    for kind, of_kind in rows.items():
        model, column = KINDS[kind]
        taken = set(model._default_manager.filter(**{f"{column}__in": of_kind}).values_list(column, flat=True))
        names = dict(model._default_manager.filter(pk__in=of_kind.values()).values_list("pk", column))
        present.update({(kind, key): names[row] for key, row in of_kind.items() if key not in taken and row in names})
    return {(page, key): new for page, key in pages if (new := present.get((page.removesuffix("_timeline"), key)))}


def current_path(path: str) -> str | None:
    """Return the current path of the page that had a path under a former name of its row; in one query.

    `None` where no row had the name, where any row has it now, or where readers do not see the last that had it.
    `FormerName` stores the id of the row, so that the oldest of several names leads to the newest without a chain of
    redirects.
    """
    page = _PAGE.fullmatch(path)
    if page is None:
        return None
    model, column = KINDS[page["kind"]]
    had_it = FormerName.objects.filter(kind=page["kind"], key=page["key"]).order_by("-noted_at", "-pk")
    has_it = model._default_manager.filter(**{column: Value(page["key"])})
    row = with_published_items(model).filter(~Exists(has_it), pk__in=had_it.values("row")[:1]).first()
    return address(page["kind"], getattr(row, column)) + page["rest"] if row else None


def current_query(path: str, query: QueryDict) -> str | None:
    """Return a query string with present names in place of the former ones among its filters.

    `None` where the path takes no filters, or no filter has a former name. A name that a row has now is not a former
    one. Takes a query, and two more for each former name.
    """
    if not _FILTERED.fullmatch(path):
        return None
    filters = [(name, value) for name in query for value in query.getlist(name) if _facet_of(name) in ROW_SOURCES]
    present = _present_values({(_facet_of(name), value) for name, value in filters[:MAX_FILTERS]})
    if not present:
        return None
    current = query.copy()
    for name in query:
        current.setlist(name, [present.get((_facet_of(name), value), value) for value in query.getlist(name)])
    return current.urlencode()


def _facet_of(parameter: str) -> str:
    return OTHER_NAMES.get(parameter, parameter)


def _present_values(values: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the present values of pairs of a facet and a value that no row has now and one had."""
    keys = {(facet, value): _former_keys(facet, value) for facet, value in values if value and "\0" not in value}
    wanted = Q(pk__in=())
    for some in keys.values():
        for kind, names in some.items():
            wanted |= Q(kind=kind, key__in=names)
    rows: dict[tuple[str, str], int] = {}
    for former in FormerName.objects.filter(wanted).order_by("noted_at", "pk") if keys else ():
        rows[former.kind, former.key] = former.row  # the last that had the name
    found: dict[tuple[str, str], str] = {}
    for (facet, value), some in keys.items():
        source = ROW_SOURCES[facet]
        ids = [rows[kind, name] for kind, names in some.items() for name in names if (kind, name) in rows]
        if ids and not source.model._default_manager.filter(source.is_named(value)).exists():
            present = with_published_items(source.model).filter(pk=ids[0]).values_list(source.slug, flat=True).first()
            found |= {(facet, value): present} if present else {}
    return found


def _former_keys(facet: str, value: str) -> dict[str, list[str]]:
    """Return the keys of `FormerName` that a value of a facet may stand for, by their kind."""
    kind = NAMES.get(ROW_SOURCES[facet].model)
    return {facet: [value, *sorted(slugs_of(value) - {value})], **({kind: [name_key(value)]} if kind else {})}
