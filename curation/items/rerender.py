"""Render all bodies again, after the renderer or its rules have changed, and update the columns derived from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from curation.db import bulk_rows
from curation.markdown import Rendered, flavour_of, render
from curation.models import CuratedItem
from curation.models.items import DERIVED_COLUMNS, summary_for_readers
from curation.search.index import index
from curation.site_links import resolve

BATCH = 500


@dataclass(frozen=True, slots=True)
class RerenderedItem:
    """An item whose HTML has changed; `text` and `summary` are whether text and `shown_summary` have changed, too."""

    slug: str
    text: bool
    summary: bool


def rerender(*, dry_run: bool = False) -> Iterator[tuple[int, list[RerenderedItem]]]:
    """Render every body again, one transaction a batch; yield the size of each batch and the changed items.

    Items that did not change are not written.
    """
    last = 0
    while True:
        with transaction.atomic():
            items = list(CuratedItem.objects.filter(pk__gt=last).order_by("pk").select_for_update()[:BATCH])
            changed = [(item, rendered) for item in items if _differs(item, rendered := _rendered(item))]
            outcomes = [_outcome(item, rendered) for item, rendered in changed]
            if not dry_run:
                _write(changed)
                # Of all items: the references of an unchanged one may never have been resolved.
                resolve.refresh_references(items)
        if not items:
            return
        last = items[-1].pk
        yield len(items), outcomes


def _rendered(item: CuratedItem) -> Rendered:
    return render(item.body, flavour_of(item.flavour))


def _differs(item: CuratedItem, rendered: Rendered) -> bool:
    return (item.body_html, item.body_text) != (rendered.html, rendered.text)


def _outcome(item: CuratedItem, rendered: Rendered) -> RerenderedItem:
    summary = summary_for_readers(item.summary, rendered.text)
    return RerenderedItem(item.slug, item.body_text != rendered.text, item.shown_summary != summary)


def _write(changed: list[tuple[CuratedItem, Rendered]]) -> None:
    for item, rendered in changed:
        item.derive(rendered)
    bulk_rows.update(
        CuratedItem, [{name: getattr(item, name) for name in (*DERIVED_COLUMNS, "id")} for item, _rendered in changed]
    )
    index([item.pk for item, _rendered in changed])
