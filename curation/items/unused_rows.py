"""Rows that undone imports made for items to refer to. They go with the last item that uses them, in the bin or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from curation.db.timed_batches import TimedBatches
from curation.models import Image, ImportRun, ItemDraft

#: Number of IDs that one query names.
IDS_PER_QUERY = 500
#: Models whose rows imports create for items to refer to, each with the conditions of a row that nothing refers to.
UNUSED: dict[str, dict[str, Any]] = {
    "curation.Offering": {"itemoffering": None, "description": "", "url": ""},
    "curation.Topic": {"itemtopic": None, "offerings": None, "description": ""},
    "curation.Vocabulary": {"topics": None, "description": "", "url": ""},
    "curation.Author": {"itemauthor": None, "bio": "", "url": ""},
    "curation.Publisher": {"items": None},
    "curation.Image": {"items": None, "publishers": None, "references": None},
    "curation.Tag": {"itemtags": None},
}


def delete_unused(batches: TimedBatches, on_batch: Callable[[], object] = lambda: None) -> None:
    """Delete the rows that undone runs created for items to refer to, if nothing refers to them and no editor has
    changed them.

    They may be of runs undone earlier, if only the last run still used them, or an item in the bin. `on_batch()` is
    called in each transaction.
    """
    made: defaultdict[str, set[int]] = defaultdict(set)
    for of_run in ImportRun.objects.filter(outcome=ImportRun.Outcome.UNDONE).values_list("made", flat=True):
        for name, ids in of_run.items():
            made[name].update(ids)
    for label in UNUSED:
        model = apps.get_model(label)
        unused = list(_unused_ids(label, model, sorted(made[model.__name__])))
        batches.write(unused, partial(_delete_unused_rows, label, model, on_batch))


def _unused_ids(label: str, model: type[Model], ids: Sequence[int]) -> Iterator[int]:
    for start in range(0, len(ids), IDS_PER_QUERY):
        some = ids[start : start + IDS_PER_QUERY]
        edited = _edited(model, some)
        unused = set(model._default_manager.filter(pk__in=some, **UNUSED[label]).values_list("pk", flat=True))
        if model is Image and unused:
            unused -= _images_of_drafts(unused)
        yield from (pk for pk in sorted(unused) if str(pk) not in edited)


def _images_of_drafts(ids: Collection[int]) -> set[int]:
    """Return those of some images that a draft has as its image or in its body, which refer to them without a row."""
    digests = dict(Image.objects.filter(pk__in=ids).values_list("pk", "sha256"))
    drafts: Any = ItemDraft.objects.values_list("state", flat=True)  # the stubs take JSON for bytes
    return {
        pk
        for state in drafts.iterator()
        for pk, sha256 in digests.items()
        if pk == state["image"] or sha256[:16] in state["body"]
    }


def _edited(model: type[Model], ids: Sequence[int]) -> set[str | None]:
    """Return the IDs, as text, of those rows of a model that were changed in the admin."""
    log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), action_flag=CHANGE)
    return set(log.filter(object_id__in=list(map(str, ids))).values_list("object_id", flat=True))


def _delete_unused_rows(label: str, model: type[Model], on_batch: Callable[[], object], ids: Sequence[int]) -> int:
    # Locked first: a row that a foreign key refers to meanwhile is found by the second query.
    list(model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))
    for row in model._default_manager.filter(pk__in=list(_unused_ids(label, model, ids)), **UNUSED[label]):
        row.delete()
    on_batch()
    return len(ids)
