"""Topics, offerings and authors that somebody has typed by name: in quick edits, one by one, and without script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.text import get_text_list

from curation.lib.names import name_key
from curation.models import Topic

from .tags_field import write_tags


def rows_named(model: type[Model], names: Sequence[str], *, takes_retired: bool = False) -> list[Any]:
    """Return the rows of some names in any spelling, or slugs; of topics, the labels or “Vocabulary: Label”.

    In place of a retired topic, its successor, unless `takes_retired`. Takes one query. Raises `ValidationError` with
    all names that mean no row, or several.
    """
    rows, noun = _candidates(model, names), str(model._meta.verbose_name)
    found, errors = [], []
    for name in names:
        key = name_key(name)
        whole = [row for row in rows if name_key(str(row)) == key]  # a label may have a colon
        named = whole or [row for row in rows if row.name_key == key or row.slug == name]
        try:
            found.append(_one(noun, name, named if takes_retired else _offered(noun, name, named)))
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    return list({row.pk: row for row in found}.values())


def _candidates(model: type[Model], names: Sequence[str]) -> list[Any]:
    if not names:
        return []
    keys = {name_key(part) for name in names for part in (name, name.partition(":")[2]) if part}
    rows = model._default_manager.filter(Q(name_key__in=keys) | Q(slug__in=names))
    return list(rows.select_related("vocabulary", "successor__vocabulary") if model is Topic else rows)


def _offered(noun: str, name: str, named: Sequence[Any]) -> list[Any]:
    """Return rows with successors in place of retired ones, each once."""
    current = [row.successor if getattr(row, "retired_at", None) else row for row in named]
    offered = {row.pk: row for row in current if row and not getattr(row, "retired_at", None)}
    if named and not offered:
        raise ValidationError(f"“{name}” is retired: choose another {noun}.")
    return list(offered.values())


def _one(noun: str, name: str, rows: Sequence[Any]) -> Any:
    if not rows:
        raise ValidationError(f"There is no {noun} “{name}”.")
    if len(rows) > 1:
        if noun == "topic":
            several, ways = "is a topic of several vocabularies", [write_tags([str(row)]) for row in rows]
        else:
            several, ways = f"is the name of several {noun}s", [row.slug for row in rows]
        raise ValidationError(f"“{name}” {several}: write {get_text_list([f'“{way}”' for way in ways], 'or')}.")
    return rows[0]
