"""The page of an item as the values in its form would make it: in memory, whether the form could be saved or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import escape

from curation.admin_site.moments import MomentField
from curation.admin_site.parameters import text_parameter
from curation.db.prefetched import set_prefetched
from curation.lib.names import name_key
from curation.lib.slugs import slug_of
from curation.listing.body_targets import load_targets_unsaved
from curation.listing.detail import detail_in_memory
from curation.markdown import Rendered, flavour_of
from curation.markdown.render_timeout import RenderTimeout, render_with_timeout
from curation.models import (
    Author,
    CuratedItem,
    Image,
    ItemAuthor,
    ItemOffering,
    ItemTopic,
    Offering,
    Publisher,
    Tag,
    Topic,
)
from curation.views.items import item_page

from .tags_field import read_tags

#: The columns of an item that are one text input of its form.
TEXT_COLUMNS = (
    *("title", "slug", "summary", "body", "flavour", "kind", "format", "section", "institution", "language"),
    *("source_url", "via_name", "via_url", "image_alt"),
)
#: Maximum number of rows of a relation that are looked at.
MAX_ROWS = 200
Row = TypeVar("Row", bound=Model)


def typed_page(request: HttpRequest) -> HttpResponse:
    """Return the whole page that readers would get for a form that was sent. Nothing is saved.

    A field that is missing is as it was saved, an invalid one is left out. A body that takes too long is replaced by
    the reason.
    """
    item = _saved_item(request.POST)
    _set_columns(item, request.POST)
    _set_relations(item, request.POST)
    item.derive(_rendered(item))
    load_targets_unsaved(item)
    return item_page(request, detail_in_memory(item), is_typed=True)


def item_id(text: str) -> int | None:
    """Return the ID of an item that a script sent; `None` for a new item or an invalid ID."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _saved_item(data: QueryDict) -> CuratedItem:
    """Return the item that the form is of. A new one gets the ID 0, which no item has."""
    pk = item_id(data.get("item", ""))
    saved = CuratedItem.objects.filter(pk=pk).select_related("image", "publisher__icon").first() if pk else None
    return saved or CuratedItem(pk=0)


def _set_columns(item: CuratedItem, data: QueryDict) -> None:
    for name in TEXT_COLUMNS:
        if name in data:
            setattr(item, name, text_parameter(data, name).replace("\r\n", "\n").strip(" \t"))
    item.title = item.title or "Untitled"
    item.slug = item.slug or "new"  # relative links are resolved against the address that it will have
    if "image" in data:
        item.image = _row(Image.objects.all(), text_parameter(data, "image"))
    if "publisher" in data:
        item.publisher = _row(Publisher.objects.select_related("icon"), text_parameter(data, "publisher"))
    field = MomentField(required=False)
    with suppress(ValidationError, ValueError, OverflowError):
        item.published_at = field.clean(field.widget.value_from_datadict(data, {}, "published_at")) or item.published_at
    item.published_at = item.published_at or timezone.now().replace(microsecond=0)


def _set_relations(item: CuratedItem, data: QueryDict) -> None:
    topics = _rows(Topic.objects.select_related("vocabulary"), data, "itemtopic_set", "topic")
    set_prefetched(item, "itemtopic_set", [ItemTopic(item=item, topic=topic) for _number, topic in topics])
    authors = _rows(Author.objects.all(), data, "itemauthor_set", "author")
    set_prefetched(item, "itemauthor_set", [ItemAuthor(item=item, author=author) for _number, author in authors])
    offerings = [
        ItemOffering(item=item, offering=row, is_primary=bool(data.get(f"itemoffering_set-{number}-is_primary")))
        for number, row in _rows(Offering.objects.all(), data, "itemoffering_set", "offering")
    ]
    set_prefetched(item, "itemoffering_set", offerings)
    names = read_tags(text_parameter(data, "tags"))[:MAX_ROWS]
    known = {tag.name_key: tag for tag in Tag.objects.filter(name_key__in=set(map(name_key, names)))}
    tags = [known.get(name_key(name)) or Tag(name=name, slug=slug_of(name) or "new") for name in names]
    set_prefetched(item, "tags", tags)


def _rows(rows: QuerySet[Row], data: QueryDict, prefix: str, key: str) -> list[tuple[int, Row]]:
    """Return the rows that an inline of the form has chosen, each once, in order, with the numbers of their lines."""
    chosen = sorted(_chosen(data, prefix, key))
    found = rows.in_bulk([pk for _position, _number, pk in chosen])
    numbers = {pk: number for _position, number, pk in reversed(chosen) if pk in found}
    return [(numbers[pk], found[pk]) for pk in dict.fromkeys(pk for _position, _number, pk in chosen) if pk in found]


def _chosen(data: QueryDict, prefix: str, key: str) -> Iterator[tuple[int, int, int]]:
    """Yield position, number and primary key of each line of an inline that names a row."""
    total = item_id(data.get(f"{prefix}-TOTAL_FORMS", "")) or 0
    for number in range(min(total, MAX_ROWS)):
        line = f"{prefix}-{number}"
        pk = item_id(data.get(f"{line}-{key}", ""))
        if pk and not data.get(f"{line}-DELETE"):
            position = item_id(data.get(f"{line}-position", ""))
            yield (MAX_ROWS if position is None else position), number, pk


def _row(rows: QuerySet[Row], text: str) -> Row | None:
    pk = item_id(text)
    return rows.filter(pk=pk).first() if pk else None


def _rendered(item: CuratedItem) -> Rendered:
    try:
        return render_with_timeout(item.body, flavour_of(item.flavour))
    except RenderTimeout as error:
        return Rendered(html=f"<p>{escape(str(error))}</p>", text="")
