"""Render all bodies again, after the renderer or its rules have changed, and update the columns derived from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from curation.db import bulk_rows
from curation.db.timed_batches import TimedBatches
from curation.markdown import Rendered, flavour_of, render
from curation.models import CuratedItem
from curation.models.items import DERIVED_COLUMNS, summary_for_readers
from curation.search.index import index
from curation.site_links import resolve

BATCH = 500
#: Bodies with their flavour, and the result of rendering them.
RenderedBodies = Mapping[tuple[str, str], Rendered]


@dataclass(frozen=True, slots=True)
class RerenderedItem:
    """An item whose HTML has changed; `text` and `summary` are whether text and `shown_summary` have changed, too."""

    slug: str
    text: bool
    summary: bool


def rerender(*, dry_run: bool = False) -> Iterator[tuple[int, list[RerenderedItem]]]:
    """Render every body again, in short transactions; yield the size of each `BATCH` and the changed items.

    Bodies are rendered before the transaction that writes them. Items that did not change are not written.
    """
    last, batches = 0, TimedBatches(BATCH)
    while items := list(CuratedItem.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        rendered = {(item.body, item.flavour): _rendered(item) for item in items}
        outcomes: list[RerenderedItem] = []
        if dry_run:
            outcomes += [_outcome(item, found) for item, found in _changed(items, rendered)]
        else:
            batches.write([item.pk for item in items], partial(_write, rendered, outcomes))
        last = items[-1].pk
        yield len(items), outcomes


def _rendered(item: CuratedItem) -> Rendered:
    return render(item.body, flavour_of(item.flavour))


def _changed(items: Iterable[CuratedItem], rendered: RenderedBodies) -> list[tuple[CuratedItem, Rendered]]:
    """Return the items whose HTML or text has changed. A body that is not in `rendered` is rendered."""
    found = [(item, rendered.get((item.body, item.flavour)) or _rendered(item)) for item in items]
    return [(item, new) for item, new in found if (item.body_html, item.body_text) != (new.html, new.text)]


def _outcome(item: CuratedItem, rendered: Rendered) -> RerenderedItem:
    summary = summary_for_readers(item.summary, rendered.text)
    return RerenderedItem(item.slug, item.body_text != rendered.text, item.shown_summary != summary)


def _write(rendered: RenderedBodies, outcomes: list[RerenderedItem], ids: Sequence[int]) -> int:
    """Write the changed items among some, in the caller's transaction; return the number of `ids`."""
    items = list(CuratedItem.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    changed = _changed(items, rendered)
    outcomes += [_outcome(item, new) for item, new in changed]
    for item, new in changed:
        item.derive(new)
    bulk_rows.update(
        CuratedItem, [{name: getattr(item, name) for name in (*DERIVED_COLUMNS, "id")} for item, _rendered in changed]
    )
    index([item.pk for item, _rendered in changed])
    # Of all items: the references of an unchanged one may never have been resolved.
    resolve.refresh_references(items)
    return len(ids)
