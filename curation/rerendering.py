"""Bodies rendered again, after the renderer or its rules have changed: what follows from them is made to follow."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from curation import bulk, resolving
from curation.models import CuratedItem
from curation.models.items import DERIVED
from curation.rendering import Rendered, excerpt, flavour_of, render
from curation.search.index import index

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rerendered:
    """An item whose body is shown otherwise now; `text` and `summary` tell whether those differ, too."""

    slug: str
    text: bool
    summary: bool


def rerender(*, dry_run: bool = False) -> Iterator[tuple[int, list[Rerendered]]]:
    """Render the body of every item again, a batch a transaction, and yield how many were looked at and what changed.

    A summary that was taken from the body follows it. Nothing is written of an item that stays as it is.
    """
    last = 0
    while True:
        with transaction.atomic():
            items = list(CuratedItem.objects.filter(pk__gt=last).order_by("pk").select_for_update()[:BATCH])
            changed = [(item, rendered) for item in items if _differs(item, rendered := _rendered(item))]
            outcomes = [_outcome(item, rendered) for item, rendered in changed]
            if not dry_run:
                _write(changed)
                # Of all: where nothing else has changed, what an item refers to may never have been looked up.
                resolving.refresh(items)
        if not items:
            return
        last = items[-1].pk
        yield len(items), outcomes


def _rendered(item: CuratedItem) -> Rendered:
    return render(item.body, flavour_of(item.flavour))


def _differs(item: CuratedItem, rendered: Rendered) -> bool:
    return (item.body_html, item.body_text) != (rendered.html, rendered.text)


def _outcome(item: CuratedItem, rendered: Rendered) -> Rerendered:
    return Rerendered(item.slug, item.body_text != rendered.text, item.summary != _summary(item, rendered))


def _summary(item: CuratedItem, rendered: Rendered) -> str:
    """Return the summary that an item has from now on: its own, or the start of the body where it was that before."""
    return excerpt(rendered.text) if item.summary == excerpt(item.body_text) else item.summary


def _write(changed: list[tuple[CuratedItem, Rendered]]) -> None:
    for item, rendered in changed:
        item.summary = _summary(item, rendered)
        item.derive(rendered)
    bulk.update(CuratedItem, [{name: getattr(item, name) for name in (*DERIVED, "id")} for item, _rendered in changed])
    index([item.pk for item, _rendered in changed])
