"""Old addresses of topics, vocabularies, offerings, publishers, authors and tags: they lead to the pages of today."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Exists, Value
from django.db.models.signals import post_delete, pre_save

from curation.models import FormerName, with_published_items
from curation.models.addresses import address
from curation.sitepages import SUBJECTS

#: What has a page of its own name, by the first part of its address, and the column of the second part.
KINDS = {kind: found for kind, found in SUBJECTS.items() if not kind.endswith("_timeline")}
_KINDS_OF = {model: kind for kind, (model, _column) in KINDS.items()}
_PAGE = re.compile(rf"/(?P<kind>{'|'.join(KINDS)})/(?P<key>[^/\x00]{{1,255}})/(?P<rest>(?:timeline/)?|feed\.[a-z]+)")


def connect() -> None:
    for model in _KINDS_OF:
        pre_save.connect(_note_former_name, sender=model)
        post_delete.connect(_forget_former_names, sender=model)


def _note_former_name(instance: Any, update_fields: Any = None, **_kwargs: Any) -> None:
    """Remember the name that a row has in its address until it is saved with another."""
    kind = _KINDS_OF[type(instance)]
    model, column = KINDS[kind]
    if instance.pk is None or (update_fields is not None and column not in update_fields):
        return
    former = model._default_manager.filter(pk=instance.pk).values_list(column, flat=True).first()
    if former and former != getattr(instance, column):
        FormerName.objects.update_or_create(kind=kind, key=former, defaults={"row": instance.pk})


def _forget_former_names(instance: Any, **_kwargs: Any) -> None:
    FormerName.objects.filter(kind=_KINDS_OF[type(instance)], row=instance.pk).delete()


def address_today(path: str) -> str | None:
    """Return where a page is that had a path under a former name; in one query.

    `None` where nothing had it, where something that readers know or do not know has it again, or where readers do not
    know what had it. Rows are remembered by their ids, so that a name of long ago leads to the newest at once.
    """
    page = _PAGE.fullmatch(path)
    if page is None:
        return None
    model, column = KINDS[page["kind"]]
    had_it = FormerName.objects.filter(kind=page["kind"], key=page["key"]).values("row")
    has_it = model._default_manager.filter(**{column: Value(page["key"])})
    row = with_published_items(model).filter(~Exists(has_it), pk__in=had_it).first()
    return address(page["kind"], getattr(row, column)) + page["rest"] if row else None
